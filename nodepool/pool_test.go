package nodepool_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/caissonhq/caisson/nodepool"
)

// The numbers are the user's.
func TestPresets(t *testing.T) {
	cases := map[string]struct {
		reason string
		pool   nodepool.Pool
		want   string
	}{
		"production": {
			reason: "Production is 3 nodes of 4 vCPU and 16 GiB.",
			pool:   nodepool.Production(), want: "production: 3 x s-4vcpu-16gb-amd",
		},
		"staging": {reason: "Staging is 2 nodes of 2 vCPU and 8 GiB.", pool: nodepool.Staging(), want: "staging: 2 x s-2vcpu-8gb-amd"},
		"dev":     {reason: "Dev is 1 node of 1 vCPU and 2 GiB.", pool: nodepool.Dev(), want: "dev: 1 x s-1vcpu-2gb-intel"},
		"given": {
			reason: "What is given wins over the preset.",
			pool:   nodepool.Pool{Name: "general", Preset: nodepool.PresetStaging, Count: 5}, want: "general: 5 x s-2vcpu-8gb-amd",
		},
		"own": {
			reason: "No preset is needed.",
			pool:   nodepool.Pool{Name: "own", Size: "g-2vcpu-8gb", Count: 1}, want: "own: 1 x g-2vcpu-8gb",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tc.want, tc.pool.String(), tc.reason)
			require.NoError(t, tc.pool.Validate())
		})
	}
	for _, preset := range nodepool.Presets() {
		require.Equal(t, string(preset), nodepool.Pool{Preset: preset}.WithDefaults().Name, "a pool of a preset has its name")
	}
}

func TestDefaultsShareNothing(t *testing.T) {
	given := full()
	copied := given.WithDefaults()
	copied.Labels["team"], copied.Taints[0].Key = "changed", "changed"
	copied.Taints[0].TimeAdded.Time = copied.Taints[0].TimeAdded.AddDate(1, 0, 0)
	require.Empty(t, cmp.Diff(full(), given))
}

func TestPlacementReachesThePoolPastItsTaints(t *testing.T) {
	pool := full()
	pool.Taints = append(pool.Taints, corev1.Taint{Key: "spot", Effect: corev1.TaintEffectNoExecute})
	nodes, err := pool.Nodes("fra1")
	require.NoError(t, err)
	placement := pool.Placement()
	require.Equal(t, map[string]string{"caisson.dev/pool": "general"}, placement.NodeSelector)
	for _, taint := range nodes[0].Spec.Taints {
		require.True(t, tolerated(taint, placement.Tolerations), "no pod would run there: %s", taint.ToString())
	}
	require.False(t, tolerated(corev1.Taint{Key: "other", Effect: corev1.TaintEffectNoSchedule}, placement.Tolerations),
		"what the pool does not carry is not tolerated")
	require.Equal(t, map[string]string{"caisson.dev/pool": "dev"}, nodepool.Pool{Preset: nodepool.PresetDev}.Placement().NodeSelector,
		"the preset's name counts before WithDefaults too")
}

// tolerated as the scheduler sees it.
func tolerated(taint corev1.Taint, tolerations []corev1.Toleration) bool {
	for _, t := range tolerations {
		if t.Operator == corev1.TolerationOpEqual && t.Key == taint.Key && t.Value == taint.Value && t.Effect == taint.Effect {
			return true
		}
	}
	return false
}
