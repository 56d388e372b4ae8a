package nodepool_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// A pool gets another size while what runs there keeps its budget all the time.
func TestRotateReplacesAPoolWithoutDowntime(t *testing.T) {
	f := newFarm(t, shop(), nodepooltest.Options{Delays: nodepooltest.Delays{NodeJoin: 300 * time.Millisecond}})
	f.deploy("web", 4)
	old := f.pools()[0]
	f.retag(old, append(old.ownTags(), "terraform:default-node-pool")...)
	stop := f.sample("web")
	larger := shop(nodepool.Pool{Name: "general", Preset: nodepool.PresetProduction})

	plan, err := nodepool.PlanRotation(t.Context(), f.client(), larger, "general")
	require.NoError(t, err)
	require.Len(t, f.writes(), 2, "a plan writes nothing")
	var phases []nodepool.Phase
	report, err := nodepool.Rotate(t.Context(), f.client(), larger, "general", quick(), nodepool.ObserveRotation(func(p nodepool.Progress) {
		if len(phases) == 0 || phases[len(phases)-1] != p.Phase {
			phases = append(phases, p.Phase)
		}
		t.Log(p)
	}))
	require.NoError(t, err)
	require.Equal(t, plan, report)
	require.Equal(t, []string{"generation: 0 -> 1", "size: s-2vcpu-8gb-amd -> s-4vcpu-16gb-amd"}, fields(report.Changes[0]))
	require.Equal(t, []nodepool.Phase{nodepool.PhaseCreate, nodepool.PhaseReady, nodepool.PhaseDrain, nodepool.PhaseDelete}, phases)

	f.eventually(func() bool { return f.available("web") == 4 }, "all pods run again")
	require.GreaterOrEqual(t, stop(), int32(3), "the budget lets one be missing")
	pools := f.pools()
	require.Len(t, pools, 1)
	require.Equal(t, "s-4vcpu-16gb-amd", pools[0].Size)
	require.Len(t, f.nodes(), 3)
	require.Equal(t, []string{"caisson-generation:1", "caisson-pool:general", "terraform:default-node-pool"}, pools[0].ownTags(),
		"without Terraform's tag its next plan would make a new cluster")
	again, err := nodepool.Rotate(t.Context(), f.client(), larger, "general", quick())
	require.NoError(t, err)
	require.False(t, again.Changed(), "it has that size already")
	f.reconcile(larger)
}

// A pool that has scaled to zero has nothing to move, and none of its nodes is made for nothing.
func TestRotateAnEmptyPool(t *testing.T) {
	spec := shop(nodepool.Pool{Name: "general", Preset: nodepool.PresetStaging}, nodepool.Interruptible())
	f := newFarm(t, spec, nodepooltest.Options{})
	before := f.pools()[1]
	require.Empty(t, before.Nodes)
	_, err := nodepool.Rotate(t.Context(), f.client(), spec, "interruptible", quick(), nodepool.Fresh)
	require.NoError(t, err)
	after := f.pools()[1]
	require.NotEqual(t, before.ID, after.ID)
	require.Empty(t, after.Nodes)
	require.Equal(t, []any{true, 0, 3}, []any{after.AutoScale, after.MinNodes, after.MaxNodes})
	f.reconcile(spec)
}
