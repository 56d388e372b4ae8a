package nodepool_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/nodepool"
)

func TestPresets(t *testing.T) {
	for want, pool := range map[string]nodepool.Pool{
		"production: 3 x s-4vcpu-16gb-amd": nodepool.Production(),
		"staging: 2 x s-2vcpu-8gb-amd":     nodepool.Staging(),
		"dev: 1 x s-1vcpu-2gb-intel":       nodepool.Dev(),
	} {
		require.Equal(t, want, pool.String())
		require.NoError(t, pool.Validate())
	}
	own := nodepool.Pool{Name: "general", Preset: nodepool.PresetStaging, Count: 5}.WithDefaults()
	require.Equal(t, "general: 5 x s-2vcpu-8gb-amd", own.String(), "what is given wins over the preset")
}

func TestAllocatable(t *testing.T) {
	cases := map[string]struct{ cpu, memory string }{
		"s-4vcpu-16gb-amd":  {"3900m", "13Gi"},
		"s-2vcpu-8gb-amd":   {"1900m", "6Gi"},
		"s-1vcpu-2gb-intel": {"900m", "1Gi"},
		"g-8vcpu-32gb":      {"7900m", "27Gi"},
	}
	for size, want := range cases {
		list, err := nodepool.Allocatable(size)
		require.NoError(t, err)
		require.Equal(t, want.cpu, list.Cpu().String(), size)
		require.Equal(t, want.memory, list.Memory().String(), size)
		capacity, err := nodepool.Capacity(size)
		require.NoError(t, err)
		require.Positive(t, capacity.Memory().Cmp(*list.Memory()), "never more than there is")
	}
	for _, size := range []string{"", "large", "s-4vcpu", "s-99999999999vcpu-1gb", "s-1vcpu-512mb-10gb"} {
		_, err := nodepool.Allocatable(size)
		require.Error(t, err, "%q says too little", size)
	}
}

func TestNodesLookLikeThoseOfDOKS(t *testing.T) {
	pool := nodepool.Production()
	pool.Labels = map[string]string{"team": "shop"}
	pool.Taints = []corev1.Taint{{Key: "dedicated", Value: "shop", Effect: corev1.TaintEffectNoSchedule}}
	nodes, err := pool.Nodes("fra1")
	require.NoError(t, err)
	require.Len(t, nodes, 3)
	names := map[string]bool{}
	for _, node := range nodes {
		names[node.Name] = true
		require.Regexp(t, `^production-[a-z0-9]{5}$`, node.Name)
		require.Equal(t, node.Name, node.Labels["kubernetes.io/hostname"])
		require.Equal(t, "s-4vcpu-16gb-amd", node.Labels["node.kubernetes.io/instance-type"])
		require.Equal(t, "fra1", node.Labels["topology.kubernetes.io/region"])
		require.NotContains(t, node.Labels, "topology.kubernetes.io/zone", "DOKS has no zones")
		require.Equal(t, "production", node.Labels["doks.digitalocean.com/node-pool"])
		require.Equal(t, nodes[0].Labels["doks.digitalocean.com/node-pool-id"], node.Labels["doks.digitalocean.com/node-pool-id"])
		require.Equal(t, "production", node.Labels[caisson.LabelPool])
		require.Equal(t, "shop", node.Labels["team"])
		require.Equal(t, pool.Taints, node.Spec.Taints)
		require.Equal(t, "3900m", node.Status.Allocatable.Cpu().String())
	}
	require.Len(t, names, 3)
	again, err := pool.Nodes("fra1")
	require.NoError(t, err)
	require.Equal(t, nodes, again)
	nodes[0].Labels["team"] = "changed"
	require.Equal(t, "shop", pool.Labels["team"])
}

func TestNodesOfAnImpossiblePool(t *testing.T) {
	for _, pool := range []nodepool.Pool{{Preset: "dev", Count: -1}, {Preset: "dev", Size: "large"}} {
		_, err := pool.Nodes("fra1")
		require.Error(t, err)
	}
}

func TestPlacementReachesThePoolPastItsTaints(t *testing.T) {
	pool := nodepool.Pool{Name: "private", Preset: nodepool.PresetDev, Taints: []corev1.Taint{
		{Key: "dedicated", Value: "private", Effect: corev1.TaintEffectNoSchedule},
	}}
	placement := pool.Placement()
	require.Equal(t, map[string]string{"caisson.dev/pool": "private"}, placement.NodeSelector)
	require.Len(t, placement.Tolerations, 1)
	require.True(t, placement.Tolerations[0].MatchToleration(&corev1.Toleration{
		Key: "dedicated", Operator: corev1.TolerationOpEqual, Value: "private", Effect: corev1.TaintEffectNoSchedule,
	}))
}

func TestMistakesAreExplained(t *testing.T) {
	cases := map[string]struct {
		reason string
		pool   nodepool.Pool
		want   string
	}{
		"nothing":    {"there is no default size", nodepool.Pool{}, "size: Required value: write a size"},
		"no name":    {"nodes are named after it", nodepool.Pool{Size: "s-1vcpu-2gb", Count: 1}, "name: Required value"},
		"long name":  {"DOKS adds to it", nodepool.Pool{Name: strings.Repeat("a", 41), Preset: "dev"}, "name: Too long"},
		"bad name":   {"no DNS label", nodepool.Pool{Name: "A", Preset: "dev"}, `name: Invalid value: "A"`},
		"bad preset": {"a typo", nodepool.Pool{Name: "a", Preset: "prod"}, `preset: Unsupported value: "prod"`},
		"no nodes":   {"nothing could run", nodepool.Pool{Name: "a", Size: "s-1vcpu-2gb"}, "count: Invalid value: 0: must be 1 or more"},
		"bad label":  {"DOKS would refuse it", nodepool.Pool{Preset: "dev", Labels: map[string]string{"a b": ""}}, "labels: Invalid value"},
		"bad taint": {
			"DOKS takes any text and nothing follows from it",
			nodepool.Pool{Preset: "dev", Taints: []corev1.Taint{{Key: "a", Effect: "Never"}}},
			`taints[0].effect: Unsupported value: "Never"`,
		},
		"taint without key": {
			"it would taint with nothing",
			nodepool.Pool{Preset: "dev", Taints: []corev1.Taint{{Effect: corev1.TaintEffectNoSchedule}}},
			"taints[0].key",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) { require.ErrorContains(t, tc.pool.Validate(), tc.want, tc.reason) })
	}
}
