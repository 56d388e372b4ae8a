package environment_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/caissonhq/caisson/environment"
	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/security"
	"github.com/caissonhq/caisson/workload"
)

// onPools is an environment with these pools and servers.
func onPools(pools []nodepool.Pool, servers ...environment.Server) environment.Environment {
	return environment.Environment{
		APIVersion: environment.APIVersion, Kind: environment.Kind, Name: "shop",
		Pools: pools, Namespace: security.Namespace{Name: "shop", Quota: endless()}, Servers: servers,
	}
}

// endless quota, where the nodes are what is too small.
func endless() corev1.ResourceList {
	all := corev1.ResourceList{}
	for name := range security.DefaultQuota() {
		all[name] = resource.MustParse("1Pi")
	}
	return all
}

// server with a fixed number of replicas and as much to request as to be limited to.
func server(name string, replicas int32, cpu, memory string) environment.Server {
	list := corev1.ResourceList{
		corev1.ResourceCPU: resource.MustParse(cpu), corev1.ResourceMemory: resource.MustParse(memory),
	}
	return environment.Server{Server: workload.Server{
		Name: name, Image: image, Port: 8080, Replicas: &replicas,
		Resources: corev1.ResourceRequirements{Requests: list, Limits: list},
	}}
}

func on(pool string, s environment.Server) environment.Server {
	s.Pool = pool
	return s
}

func autoscaled(lowest, highest int32, s environment.Server) environment.Server {
	s.Replicas, s.Autoscale = nil, &workload.Autoscale{Min: lowest, Max: highest}
	return s
}

func tolerating(s environment.Server, tolerations ...corev1.Toleration) environment.Server {
	s.Placement.Tolerations = tolerations
	return s
}

// A node of 2 vCPU and 8 GiB has 1900m and 6 GiB for pods, one of 1 vCPU and 2 GiB has 900m and 1 GiB.
func TestFit(t *testing.T) {
	const remedy = ": lower the requests or the replicas, or take more or larger nodes"
	does := func(i int, cpu, memory, what, pools string) string {
		return fmt.Sprintf("servers[%d].resources.requests: Invalid value: %q: %s on the nodes (%s)%s",
			i, "cpu "+cpu+", memory "+memory, what, pools, remedy)
	}
	atMost := func(i int, highest int32, cpu, memory, what, pools string) string {
		return fmt.Sprintf("servers[%d].autoscale.max: Invalid value: %d: %s on the nodes when all workloads are at their most "+
			"(%s; each replica requests cpu %s, memory %s): lower autoscale.max or the requests, or take more or larger nodes",
			i, highest, what, pools, cpu, memory)
	}
	staging := []nodepool.Pool{nodepool.Staging()}
	growing := []nodepool.Pool{{Name: "general", Preset: nodepool.PresetStaging, Autoscale: &nodepool.Autoscale{Min: 1, Max: 3}}}
	const growingNodes = "general: 1 to 3 x s-2vcpu-8gb-amd"
	work := []nodepool.Pool{nodepool.Staging(), nodepool.Interruptible()}
	const stagingNodes = "staging: 2 x s-2vcpu-8gb-amd"
	gold := nodepool.Pool{
		Name: "gold", Preset: nodepool.PresetDev,
		Taints: []corev1.Taint{{Key: "gold", Value: "yes", Effect: corev1.TaintEffectNoSchedule}},
	}
	soft := nodepool.Pool{
		Name: "soft", Preset: nodepool.PresetDev,
		Taints: []corev1.Taint{{Key: "soft", Effect: corev1.TaintEffectPreferNoSchedule}},
	}
	small := server("a", 1, "100m", "64Mi")
	golden := []nodepool.Pool{gold}
	const surge = "no room for the additional replica of a rolling update"
	cases := map[string]struct {
		reason string
		env    environment.Environment
		want   string // the error; nothing if it fits
	}{
		"Nothing": {"no server needs nothing", onPools(staging), ""},
		"Fits": {
			"two on one node, one on the other, and room for a fourth", onPools(staging, server("a", 3, "900m", "1Gi")),
			"",
		},
		"NoSurge": {
			"an update begins with one more", onPools(staging, server("a", 4, "900m", "1Gi")),
			does(0, "900m", "1Gi", surge, stagingNodes),
		},
		"TooMany": {
			"the fifth has no CPU left on either node", onPools(staging, server("a", 5, "900m", "1Gi")),
			does(0, "900m", "1Gi", "only 4 of 5 replicas fit", stagingNodes),
		},
		"TooLarge": {
			"what is left on two nodes is not left on one", onPools(staging, server("a", 1, "100m", "7Gi")),
			does(0, "100m", "7Gi", "only 0 of 1 replicas fit", stagingNodes),
		},
		"Endless": {
			"a slip of the finger is told in no time", onPools(staging, server("a", 2_000_000_000, "1m", "1Mi")),
			does(0, "1m", "1Mi", "only 220 of 2000000000 replicas fit", stagingNodes),
		},
		"Stopped": {
			"no replica needs no room, nor for an update", onPools(staging, server("a", 0, "3", "12Gi")),
			"",
		},
		"TwoServers": {
			"together they are too many, and the smaller is told",
			onPools(staging, server("a", 2, "1", "1Gi"), server("b", 2, "1", "2Gi")),
			does(0, "1", "1Gi", "only 0 of 2 replicas fit", stagingNodes),
		},
		"Spread": {
			"small ones go where most room is, and leave none for an update of the large one",
			onPools(staging, server("a", 1, "100m", "5Gi"), server("b", 2, "100m", "1Gi")),
			does(0, "100m", "5Gi", surge, stagingNodes),
		},
		"SpreadReplicas": {
			"replicas of one server do not fill one node before the other",
			onPools(staging, server("a", 2, "100m", "1Gi"), server("b", 2, "100m", "3Gi")),
			does(1, "100m", "3Gi", surge, stagingNodes),
		},
		"Autoscaled": {
			"three, and room for the additional one", onPools(staging, autoscaled(1, 3, server("a", 0, "900m", "1Gi"))), "",
		},
		"AutoscaledWithoutSurge": {
			"an update at the highest load begins with one more", onPools(staging, autoscaled(1, 4, server("a", 0, "900m", "1Gi"))),
			atMost(0, 4, "900m", "1Gi", surge, stagingNodes),
		},
		"AutoscaledTooFar": {
			"the most must fit too, or the fifth waits when the load is highest",
			onPools(staging, autoscaled(3, 5, server("a", 0, "900m", "1Gi"))),
			atMost(0, 5, "900m", "1Gi", "only 4 of 5 replicas fit", stagingNodes),
		},
		"AutoscaledNotInSum": {
			"the nodes together have room for a third of 3 GiB, and none of them has",
			onPools(staging, autoscaled(1, 3, server("a", 0, "100m", "3500Mi"))),
			atMost(0, 3, "100m", "3500Mi", "only 2 of 3 replicas fit", stagingNodes),
		},
		"AutoscaledBesideAnother": {
			"what is always there has its place first, whatever its size: the autoscaler's maximum is too large",
			onPools(staging, autoscaled(1, 4, server("a", 0, "900m", "2Gi")), server("b", 1, "900m", "1Gi")),
			atMost(0, 4, "900m", "2Gi", "only 3 of 4 replicas fit", stagingNodes),
		},
		"NoSurgeBesideAutoscaled": {
			"the large one could not be updated at the highest load, though it fits",
			onPools(staging, autoscaled(1, 6, server("a", 0, "100m", "1Gi")), server("b", 1, "100m", "4Gi")),
			"servers[1].resources.requests: Invalid value: \"cpu 100m, memory 4Gi\": " + surge + " on the nodes when all workloads are " +
				"at their most (" + stagingNodes + "; each replica requests cpu 100m, memory 4Gi): lower autoscale.max or the requests, " +
				"or take more or larger nodes",
		},
		"AutoscaledTooMany": {
			"the fewest must fit", onPools(staging, autoscaled(5, 100, server("a", 0, "900m", "1Gi"))),
			does(0, "900m", "1Gi", "only 4 of 5 replicas fit", stagingNodes),
		},
		"PoolGrows": {
			"a pool that scales itself is as large as it becomes", onPools(growing, autoscaled(1, 5, server("a", 0, "900m", "1Gi"))), "",
		},
		"PoolGrowsForWhatIsAlwaysThere": {
			"its autoscaler adds nodes for pods that wait", onPools(growing, server("a", 5, "900m", "1Gi")), "",
		},
		"PoolGrowsTooLittle": {
			"but not beyond its bounds", onPools(growing, autoscaled(1, 7, server("a", 0, "900m", "1Gi"))),
			atMost(0, 7, "900m", "1Gi", "only 6 of 7 replicas fit", growingNodes),
		},
		"PoolGrowsFromNothing": {
			"a pool that scales to zero has nodes when there is work", onPools(work, on("interruptible", server("a", 5, "900m", "1Gi"))),
			"",
		},
		"OtherPool": {
			"a server with a pool does not use another's nodes",
			onPools([]nodepool.Pool{nodepool.Staging(), nodepool.Dev()}, on("dev", server("a", 1, "500m", "512Mi"))),
			does(0, "500m", "512Mi", surge, "staging: 2 x s-2vcpu-8gb-amd, dev: 1 x s-1vcpu-2gb-intel"),
		},
		"AnyPool": {
			"a server without a pool uses all",
			onPools([]nodepool.Pool{nodepool.Staging(), nodepool.Dev()}, server("a", 1, "500m", "512Mi")), "",
		},
		"Tainted": {
			"a taint keeps out who does not name the pool", onPools(golden, small),
			does(0, "100m", "64Mi", "only 0 of 1 replicas fit", "gold: 1 x s-1vcpu-2gb-intel"),
		},
		"TaintedAndNamed": {
			"who names the pool tolerates its taints",
			onPools(golden, on("gold", small)), "",
		},
		"Tolerated": {
			"a toleration of one's own does the same",
			onPools(golden, tolerating(small, corev1.Toleration{Key: "gold", Operator: corev1.TolerationOpExists})),
			"",
		},
		"ToleratedAll": {
			"no key stands for all keys",
			onPools(golden, tolerating(small, corev1.Toleration{Operator: corev1.TolerationOpExists})),
			"",
		},
		"ToleratedOtherKey": {
			"another key is another taint",
			onPools(golden, tolerating(small, corev1.Toleration{Key: "silver", Operator: corev1.TolerationOpExists})),
			does(0, "100m", "64Mi", "only 0 of 1 replicas fit", "gold: 1 x s-1vcpu-2gb-intel"),
		},
		"ToleratedOtherEffect": {
			"who may stay may not come",
			onPools(golden, tolerating(small, corev1.Toleration{
				Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute,
			})),
			does(0, "100m", "64Mi", "only 0 of 1 replicas fit", "gold: 1 x s-1vcpu-2gb-intel"),
		},
		"ToleratedOther": {
			"another value is another taint",
			onPools(golden, tolerating(small, corev1.Toleration{Key: "gold", Value: "no"})),
			does(0, "100m", "64Mi", "only 0 of 1 replicas fit", "gold: 1 x s-1vcpu-2gb-intel"),
		},
		"Preferred": {
			"a soft taint keeps nobody out", onPools([]nodepool.Pool{soft}, small), "",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			err := tc.env.Validate()
			if tc.want == "" {
				require.NoError(t, err, tc.reason)
				return
			}
			require.EqualError(t, err, tc.want, tc.reason)
		})
	}
}

func TestParseTellsWhereWhatDoesNotFitStands(t *testing.T) {
	text := valid + "    replicas: 100\n    resources:\n      requests:\n        memory: 1Gi\n"
	requireMistakes(t, "the requests are what can be lowered", text, `14: servers[0].resources.requests: Invalid value: `+
		`"cpu 250m, memory 1Gi": only 39 of 100 replicas fit on the nodes (production: 3 x s-4vcpu-16gb-amd): `+
		`lower the requests or the replicas, or take more or larger nodes`)
}

func TestNodes(t *testing.T) {
	env := onPools([]nodepool.Pool{nodepool.Staging(), {Name: "gold", Preset: nodepool.PresetDev}})
	nodes, err := env.Nodes()
	require.NoError(t, err)
	require.Len(t, nodes, 3)
	require.Equal(t, "fra1", nodes[0].Labels[corev1.LabelTopologyRegion], "the default region")
	require.Equal(t, "s-2vcpu-8gb-amd", nodes[1].Labels[corev1.LabelInstanceTypeStable])
	require.Equal(t, "gold", nodes[2].Labels["caisson.dev/pool"])

	env.Pools[1].Count = -1
	_, err = env.Nodes()
	require.EqualError(t, err, "pools[1].count: Invalid value: -1: must be 1 or more", "an error, not a panic")
}
