package monitoring_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/internal/golden"
	"github.com/caissonhq/caisson/monitoring"
)

func scrapes() []monitoring.Scrape {
	return []monitoring.Scrape{
		{Name: "web", Namespace: "shop", Select: map[string]string{caisson.LabelInstance: "web"}, Tier: monitoring.Critical},
		{
			Name:      "bot",
			Namespace: "shop",
			Select:    map[string]string{caisson.LabelInstance: "bot"},
			Pods:      true,
			Tier:      monitoring.Optional,
			Labels:    map[string]string{"release": "monitoring"},
			Path:      "/internal/metrics",
		},
		{
			Name:        "kube-state-metrics",
			Namespace:   "monitoring",
			Select:      map[string]string{caisson.LabelName: "kube-state-metrics"},
			HonorLabels: true,
			SampleLimit: 500_000,
		},
	}
}

func TestScrapeObjects(t *testing.T) {
	var all []caisson.Object
	for _, scrape := range scrapes() {
		objects, err := scrape.Objects()
		require.NoError(t, err)
		all = append(all, objects...)
		require.Len(t, scrape.Requires(), 1)
	}
	golden.Compare(t, "testdata/scrape.golden.yaml", golden.YAML(t, all))
}

func TestScrapeConfig(t *testing.T) {
	for _, scrape := range scrapes() {
		config, err := scrape.Config()
		require.NoError(t, err)
		golden.Compare(t, "testdata/scrape/"+scrape.Name+".yaml", config)
	}
}

func TestScrapeObjectsValidate(t *testing.T) {
	for _, scrape := range scrapes() {
		built, err := scrape.Build()
		require.NoError(t, err)
		require.NoError(t, built.Validate())
		require.Equal(t, scrape.Requires(), built.Requires())
		if built.PodMonitor != nil {
			built.PodMonitor.Spec.PodMetricsEndpoints = nil
		} else {
			built.ServiceMonitor.Spec.Endpoints = nil
		}
		require.ErrorContains(t, built.Validate(), "nothing would be scraped")
	}
}
