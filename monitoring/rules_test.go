package monitoring_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/internal/golden"
	"github.com/caissonhq/caisson/monitoring"
)

// platform is what a cluster with one service would have.
func platform() monitoring.Rules {
	return monitoring.Rules{
		Name: "platform", Namespace: "monitoring",
		Labels:     map[string]string{"release": "monitoring"},
		RunbookURL: "https://github.com/shop/operations/blob/main/runbooks/{alert}.md",
		Definitions: []monitoring.Definition{
			monitoring.PodRestarts{},
			monitoring.NodeCPU{},
			monitoring.NodeMemory{},
			monitoring.PodPending{},
			monitoring.ErrorRate{},
			monitoring.Latency{},
			monitoring.NodeDown{},
			monitoring.Targets{Job: "web"},
			monitoring.ScheduledJob{Namespace: "shop", CronJob: "backup", Every: hours(24)},
			monitoring.Certificate{},
			monitoring.Volume{},
			monitoring.Watchdog{},
		},
	}
}

func TestRulesObject(t *testing.T) {
	objects, err := platform().Objects()
	require.NoError(t, err)
	golden.Compare(t, "testdata/rules.golden.yaml", golden.YAML(t, objects))
}

func TestFiles(t *testing.T) {
	files, err := platform().Files()
	require.NoError(t, err)
	for _, file := range files {
		golden.Compare(t, "testdata/rules/"+file.Name, file.Content)
	}
}

func TestRunbooks(t *testing.T) {
	pages, err := platform().Runbooks()
	require.NoError(t, err)
	for _, page := range pages {
		golden.Compare(t, "testdata/runbooks/"+page.Name, page.Content)
	}
}
