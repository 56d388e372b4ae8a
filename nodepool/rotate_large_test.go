package nodepool_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// A pool of 100 nodes with 2,000 pods, whose budgets let one of each hundred go at a time.
func TestRotateALargePool(t *testing.T) {
	if !all() {
		t.Skip("takes minutes: CAISSON_PROVE=all runs it")
	}
	const nodes, deployments, replicas = 100, 20, 100
	spec := shop(nodepool.Pool{Name: "general", Preset: nodepool.PresetProduction, Count: nodes})
	f := newFarm(t, spec, nodepooltest.Options{DropletLimit: 2 * nodes})
	name := func(i int) string { return fmt.Sprintf("web-%d", i) }
	for i := range deployments {
		f.deploy(name(i), replicas)
	}
	stop := f.sample(name(0))
	began, look := time.Now(), quick()
	look.NodesAtOnce = 5
	_, err := nodepool.Rotate(t.Context(), f.client(), spec, "general", look, nodepool.Fresh)
	require.NoError(t, err)
	took := time.Since(began)
	require.GreaterOrEqual(t, stop(), int32(replicas-1), "the budget lets one be missing")
	require.Len(t, f.pools(), 1)
	require.Len(t, f.nodes(), nodes)
	for i := range deployments {
		f.eventually(func() bool { return f.available(name(i)) == replicas }, "all pods run again")
	}
	t.Logf("rotated %d nodes and %d pods in %s", nodes, deployments*replicas, took.Round(time.Second))
}
