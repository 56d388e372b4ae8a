package environment_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson/environment"
	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/workload"
)

// inCluster is a file with all kinds of fields that a cluster has. Its lines are those of valid, and then 12 to 18.
const inCluster = valid + `cluster:
  highAvailability: true
  maintenance:
    day: tuesday
    start: "03:00"
  autoscaler: {scaleDownUtilizationThreshold: 0.65, scaleDownUnneededTime: 5m}
  controlPlaneAccess: [203.0.113.0/24]
`

func TestClusterSpec(t *testing.T) {
	env := parse(t, change(t, inCluster, "preset: production", "preset: interruptible\n  - preset: production"))
	got, err := env.ClusterSpec()
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(nodepool.Cluster{
		Name: "shop-production", Region: "fra1", Pools: []nodepool.Pool{nodepool.Interruptible(), nodepool.Production()},
		HighAvailability: new(true), Maintenance: &nodepool.Maintenance{Day: "tuesday", Start: "03:00"},
		Autoscaler: &nodepool.Autoscaler{
			ScaleDownUtilizationThreshold: new(0.65), ScaleDownUnneededTime: &metav1.Duration{Duration: 5 * time.Minute},
		},
		ControlPlaneAccess: []string{"203.0.113.0/24"},
	}, got))
	require.Empty(t, env.Cluster.Region, "the environment stays as the file says")

	env = parse(t, valid)
	got, err = env.ClusterSpec()
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(nodepool.Cluster{
		Name: "shop-production", Region: "fra1", Pools: []nodepool.Pool{nodepool.Production()},
	}, got), "without a section nothing is said of the cluster: production costs what its owner has decided")
}

func TestNameOfTheCluster(t *testing.T) {
	for reason, tc := range map[string]struct {
		name    string
		profile workload.Profile
		cluster string
		want    string
	}{
		"what is applied to staging is never applied to production": {"shop", workload.Staging, "", "shop-staging"},
		"without a profile it is production":                        {"shop", "", "", "shop-production"},
		"nobody says it twice":                                      {"shop-dev", workload.Dev, "", "shop-dev"},
		"nor with nothing before it":                                {"dev", workload.Dev, "", "dev"},
		"the end of a word is no profile":                           {"webdev", workload.Dev, "", "webdev-dev"},
		"a name that is given is the name":                          {"shop", workload.Dev, "eu1", "eu1"},
	} {
		env := onPools([]nodepool.Pool{nodepool.Dev()})
		env.Name, env.Profile, env.Cluster.Name = tc.name, tc.profile, tc.cluster
		spec, err := env.ClusterSpec()
		require.NoError(t, err, reason)
		require.Equal(t, tc.want, spec.Name, reason)
	}
}

func TestParseTellsMistakesOfTheCluster(t *testing.T) {
	cases := map[string]struct {
		reason   string
		from, to string
		want     []string
	}{
		"Day": {
			"the path is the file's", "day: tuesday", "day: Tuesday",
			[]string{`15: cluster.maintenance.day: Unsupported value: "Tuesday": supported values: "any", "monday", "tuesday", ` +
				`"wednesday", "thursday", "friday", "saturday", "sunday"`},
		},
		"Region": {
			"it is said once", "cluster:", "cluster:\n  region: ams3",
			[]string{`13: cluster.region: Forbidden: the region is the environment's: write region: ams3 beside cluster`},
		},
		"Pools": {
			"they are said once", "cluster:", "cluster:\n  pools: [{preset: dev}]",
			[]string{`13: cluster.pools: Forbidden: the pools are the environment's: write pools beside cluster`},
		},
		"Number": {
			"its form is told", "0.65", "half",
			[]string{`17: cluster.autoscaler.scaleDownUtilizationThreshold: "half" is no number: write digits, without quotes`},
		},
		"PoolTwiceWrong": {
			"a pool's mistake is told once, with the environment's path", "preset: production",
			"preset: production\n    autoscale: {min: 3, max: 2}",
			[]string{`6: pools[0].autoscale.max: Invalid value: 2: is below min: write 3 or more`},
		},
		"NothingForDOKS": {
			"what only a cluster knows of its pools has the path of the pools too", "preset: production",
			"preset: production\n    autoscale: {min: 0, max: 2}",
			[]string{`6: pools[0].autoscale.min: Invalid value: 0: no pool would be left for DOKS' own pods: one of the pools needs a ` +
				`node at all times`},
		},
		"NoName": {
			"the cluster has its name from there: it is told once", "name: shop\npools", "pools",
			[]string{`1: name: Required value: write a DNS label, like "shop"`},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) { requireMistakes(t, tc.reason, change(t, inCluster, tc.from, tc.to), tc.want...) })
	}
}

// In a Go program the same value has the same checks, without those of the workloads.
func TestClusterSpecOfMistakes(t *testing.T) {
	env := environment.Environment{Pools: []nodepool.Pool{{Preset: nodepool.PresetDev, Count: -1}}}
	env.Cluster.VPC = "default"
	_, err := env.ClusterSpec()
	for _, want := range []string{"pools[0].count: Invalid value", "cluster.name: Required value", "cluster.vpc: Invalid value"} {
		require.ErrorContains(t, err, want)
	}
	require.Equal(t, 1, strings.Count(err.Error(), "pools[0]"), "once")
}
