package nodepool_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/nodepool"
)

// full has every field set, and a pointer in a taint.
func full() nodepool.Pool {
	return nodepool.Pool{
		Name: "general", Preset: nodepool.PresetProduction, Count: 4, Labels: map[string]string{"team": "shop"},
		Taints: []corev1.Taint{
			{Key: "dedicated", Value: "shop", Effect: corev1.TaintEffectNoSchedule, TimeAdded: &metav1.Time{}},
		},
	}
}

func TestNodesLookLikeThoseOfDOKS(t *testing.T) {
	nodes, err := full().Nodes("fra1")
	require.NoError(t, err)
	require.Len(t, nodes, 4)
	names := map[string]bool{}
	for _, node := range nodes {
		names[node.Name] = true
		require.Regexp(t, `^general-[a-z0-9]{5}$`, node.Name)
		require.Equal(t, node.Name, node.Labels["kubernetes.io/hostname"], "pods are spread by it")
		require.Equal(t, "s-4vcpu-16gb-amd", node.Labels["node.kubernetes.io/instance-type"])
		require.Equal(t, "fra1", node.Labels["topology.kubernetes.io/region"])
		require.NotContains(t, node.Labels, "topology.kubernetes.io/zone", "DOKS has no zones")
		require.Equal(t, "general", node.Labels["doks.digitalocean.com/node-pool"])
		require.Regexp(t, `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, node.Labels["doks.digitalocean.com/node-pool-id"])
		require.Equal(t, nodes[0].Labels["doks.digitalocean.com/node-pool-id"], node.Labels["doks.digitalocean.com/node-pool-id"])
		require.Equal(t, "shop", node.Labels["team"])
		require.Equal(t, full().Taints, node.Spec.Taints)
		require.Equal(t, "4", node.Status.Capacity.Cpu().String())
		require.Equal(t, "3900m", node.Status.Allocatable.Cpu().String())
		for key, value := range full().Placement().NodeSelector {
			require.Equal(t, value, node.Labels[key], "placement must find the pool's nodes")
		}
	}
	require.Len(t, names, 4)
}

func TestNodesShareNothing(t *testing.T) {
	pool := full()
	nodes, err := pool.Nodes("fra1")
	require.NoError(t, err)
	again, err := pool.Nodes("fra1")
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(nodes, again), "the same pool gives the same nodes")

	nodes[0].Labels["team"] = "changed"
	nodes[0].Spec.Taints[0].Key = "changed"
	nodes[0].Spec.Taints[0].TimeAdded.Time = nodes[0].Spec.Taints[0].TimeAdded.AddDate(1, 0, 0)
	nodes[0].Status.Capacity[corev1.ResourceCPU] = nodes[0].Status.Allocatable[corev1.ResourceCPU]
	require.Empty(t, cmp.Diff(full(), pool))
	require.Empty(t, cmp.Diff(again[1:], nodes[1:]), "nor does one node with another")
	require.Equal(t, "3900m", nodes[0].Status.Capacity.Cpu().String())
}

func TestImpossiblePoolsHaveNoNodes(t *testing.T) {
	cases := map[string]struct {
		reason string
		pool   nodepool.Pool
		want   string
	}{
		"below zero": {
			reason: "A slice of that length would panic.",
			pool:   nodepool.Pool{Preset: "dev", Count: -1}, want: "count: Invalid value: -1: must be 1 or more",
		},
		"too many": {
			reason: "They would not fit into memory.",
			pool:   nodepool.Pool{Preset: "dev", Count: 1 << 60}, want: "must be 5000 or less",
		},
		"size": {
			reason: "DOKS may know it, but its name does not tell what a node holds.",
			pool:   nodepool.Pool{Preset: "dev", Size: "gpu-h100x1"}, want: `size "gpu-h100x1": the name does not say`,
		},
		"pool label": {
			reason: "Placement would not find the nodes.",
			pool:   nodepool.Pool{Preset: "dev", Labels: map[string]string{caisson.LabelPool: "other"}}, want: "leave it out",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			nodes, err := tc.pool.Nodes("fra1")
			require.ErrorContains(t, err, tc.want, tc.reason)
			require.Nil(t, nodes)
		})
	}
}
