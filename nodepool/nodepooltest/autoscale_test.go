package nodepooltest_test

import (
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

func TestAutoscaledPoolsStartAtTheirMinimum(t *testing.T) {
	cases := map[string]struct {
		reason string
		pool   godo.KubernetesNodePoolCreateRequest
		want   int
	}{
		"no count": {reason: "A count is optional.", pool: godo.KubernetesNodePoolCreateRequest{MinNodes: 2, MaxNodes: 5}, want: 2},
		"zero":     {reason: "A pool can scale to zero.", pool: godo.KubernetesNodePoolCreateRequest{MinNodes: 0, MaxNodes: 5}, want: 0},
		"inside":   {reason: "A count within the bounds stays.", pool: godo.KubernetesNodePoolCreateRequest{MinNodes: 1, MaxNodes: 5, Count: 4}, want: 4},
		"above":    {reason: "Another becomes the minimum.", pool: godo.KubernetesNodePoolCreateRequest{MinNodes: 1, MaxNodes: 5, Count: 6}, want: 1},
		"below":    {reason: "Another becomes the minimum.", pool: godo.KubernetesNodePoolCreateRequest{MinNodes: 3, MaxNodes: 5, Count: 2}, want: 3},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, nodepooltest.Options{})
			tc.pool.Name, tc.pool.Size, tc.pool.AutoScale = "scaled", "s-1vcpu-2gb", true
			created, _, err := l.api.CreateNodePool(t.Context(), l.cluster, &tc.pool)
			require.NoError(t, err)
			require.Equal(t, tc.want, created.Count, tc.reason)
			require.Len(t, created.Nodes, tc.want)
		})
	}
}

func TestAutoscalingOffForgetsTheBounds(t *testing.T) {
	l := newLab(t, nodepooltest.Options{})
	l.update(&godo.KubernetesNodePoolUpdateRequest{AutoScale: new(true), MinNodes: new(1), MaxNodes: new(5)})
	off := l.update(&godo.KubernetesNodePoolUpdateRequest{AutoScale: new(false)})
	require.Equal(t, 0, off.MinNodes)
	require.Equal(t, 0, off.MaxNodes)
	require.Equal(t, 2, off.Count, "the nodes stay")
	_, _, err := l.api.UpdateNodePool(t.Context(), l.cluster, l.pool, &godo.KubernetesNodePoolUpdateRequest{AutoScale: new(true)})
	require.ErrorContains(t, err, "max_nodes: 0", "so they must be given again")
}

func TestScaleAsTheAutoscalerDoes(t *testing.T) {
	l := newLab(t, nodepooltest.Options{DropletLimit: 6})
	require.ErrorContains(t, l.server.Scale(l.pool, 3), "autoscaling is off")
	require.ErrorContains(t, l.server.Scale("none", 3), "could not be found")
	l.update(&godo.KubernetesNodePoolUpdateRequest{AutoScale: new(true), MinNodes: new(1), MaxNodes: new(8)})
	require.ErrorContains(t, l.server.Scale(l.pool, 0), "not within 1 and 8")
	l.update(&godo.KubernetesNodePoolUpdateRequest{MinNodes: new(0)})

	require.NoError(t, l.server.Scale(l.pool, 5))
	require.Equal(t, 5, l.get().Count)
	require.Len(t, l.get().Nodes, 5)
	require.NoError(t, l.server.Scale(l.pool, 0))
	require.Empty(t, l.get().Nodes)
	require.ErrorContains(t, l.server.Scale(l.pool, 9), "not within 0 and 8")
	require.ErrorContains(t, l.server.Scale(l.pool, 8), "Droplet limit")
	require.Equal(t, 0, l.get().Count)
}

func TestWhatGoesIsNotScaled(t *testing.T) {
	l := newLab(t, nodepooltest.Options{Delays: nodepooltest.Delays{ClusterDeletion: time.Minute, NodeDeletion: time.Minute}})
	l.update(&godo.KubernetesNodePoolUpdateRequest{AutoScale: new(true), MinNodes: new(1), MaxNodes: new(8)})
	_, err := l.api.Delete(t.Context(), l.cluster)
	require.NoError(t, err)
	require.ErrorContains(t, l.server.Scale(l.pool, 5), "being deleted")
}
