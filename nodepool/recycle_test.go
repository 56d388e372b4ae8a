package nodepool_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// trio is a pool of three nodes on which four pods run.
func trio(t *testing.T) (*farm, nodepool.Cluster) {
	t.Helper()
	spec := shop(nodepool.Pool{Name: "general", Preset: nodepool.PresetStaging, Count: 3})
	f := newFarm(t, spec, nodepooltest.Options{Delays: nodepooltest.Delays{NodeJoin: 300 * time.Millisecond}})
	f.deploy("web", 4)
	return f, spec
}

// busiest node: one that has pods to move.
func (f *farm) busiest() string {
	f.t.Helper()
	var pods corev1.PodList
	require.NoError(f.t, f.kube.List(f.t.Context(), &pods, client.InNamespace(f.namespace)))
	for _, pod := range pods.Items {
		if pod.DeletionTimestamp == nil {
			return pod.Spec.NodeName
		}
	}
	require.Fail(f.t, "there are no pods")
	return ""
}

// replaced says that a node has gone and all is as before.
func (f *farm) replaced(t *testing.T, node, state string) {
	t.Helper()
	require.NoError(t, f.server.Settle(t.Context()))
	f.eventually(func() bool { return f.available("web") == 4 }, "all pods run again")
	require.Equal(t, state, f.state())
	for _, one := range f.nodes() {
		require.NotEqual(t, node, one.Name)
	}
	var record corev1.ConfigMap
	require.NoError(t, f.kube.Get(t.Context(), client.ObjectKey{Namespace: "caisson-system", Name: "caisson-pool-general"}, &record))
	require.JSONEq(t, "{}", record.Data["record.json"], "nothing is left to do")
}

// A node is replaced while what runs there keeps its budget all the time.
func TestRecycleReplacesANode(t *testing.T) {
	f, spec := trio(t)
	node, state := f.busiest(), f.state()
	stop := f.sample("web")
	var phases []nodepool.Phase
	report, err := nodepool.Recycle(t.Context(), f.client(), spec, node, quick(), nodepool.ObserveRotation(func(p nodepool.Progress) {
		if len(phases) == 0 || phases[len(phases)-1] != p.Phase {
			phases = append(phases, p.Phase)
		}
	}))
	require.NoError(t, err)
	require.Equal(t, []string{"updated Node " + node}, actions(report))
	require.Equal(t, []nodepool.Phase{nodepool.PhaseDrain, nodepool.PhaseDelete, nodepool.PhaseReady}, phases)
	require.GreaterOrEqual(t, stop(), int32(3), "the budget lets one be missing")
	f.replaced(t, node, state)
	deletes := 0
	for _, r := range f.server.Requests() {
		if r.Method == http.MethodDelete {
			deletes++
			require.Contains(t, r.Path, "?replace=1&skip_drain=1")
		}
	}
	require.Equal(t, 1, deletes)
	_, err = nodepool.Recycle(t.Context(), f.client(), spec, node, quick())
	require.ErrorContains(t, err, "there is no node "+node+": Status tells their names", "a slip is not taken for a node that is gone")
}

// Killed after each write, and when the answer to the delete is lost, it is ended by the next call.
func TestRecycleSurvivesBeingKilled(t *testing.T) {
	f, spec := trio(t)
	state := f.state()
	const many = 1 << 20
	ctx, c, m := newMortal(t.Context(), f.client(), f.server, many)
	node := f.busiest()
	_, err := nodepool.Recycle(ctx, c, spec, node, quick(), hasty())
	require.NoError(t, err)
	f.replaced(t, node, state)
	writes := many - m.left
	for _, at := range points(t, writes, 2) {
		ctx, c, m := newMortal(t.Context(), f.client(), f.server, at)
		node := f.busiest()
		_, err := nodepool.Recycle(ctx, c, spec, node, quick(), hasty())
		if m.dead {
			require.Error(t, err, "killed after write %d", at)
			_, err = nodepool.Recycle(t.Context(), f.client(), spec, node, quick(), hasty())
		}
		if err != nil { // it had ended, and nobody knows of it
			require.ErrorContains(t, err, "there is no node", "killed after write %d", at)
		}
		f.replaced(t, node, state)
	}
	t.Logf("of %d writes", writes)

	node, lost := f.busiest(), false
	f.server.Fail(func(r *http.Request) nodepooltest.Fault {
		if r.Method == http.MethodDelete && !lost {
			lost = true
			return nodepooltest.Lost()
		}
		return nodepooltest.Fault{}
	})
	_, err = nodepool.Recycle(t.Context(), f.client(), spec, node, quick(), hasty())
	require.NoError(t, err)
	require.True(t, lost)
	f.replaced(t, node, state)
}

// What cannot be recycled is said before anything is changed.
func TestRecycleRefuses(t *testing.T) {
	a := newAccount(t, nodepooltest.Options{})
	a.reconcile(shop())
	node := a.pools()[0].Nodes[0].Name
	a.join(a.pools()[0], 0, func(*corev1.Node) {})
	require.NoError(t, a.kube.Create(t.Context(), webPod(requesting("500m"), func(pod *corev1.Pod) { pod.Spec.NodeName = node })))
	before := a.writes()
	recycle := func(c nodepool.Client, opts ...nodepool.RotateOption) error {
		_, err := nodepool.Recycle(t.Context(), c, shop(), node, append(opts, quick())...)
		return err
	}
	require.ErrorContains(t, recycle(nodepool.Client{DO: a.server.Client()}), "Client.Kube is nil")
	var obstacles *nodepool.ObstacleError
	require.ErrorAs(t, recycle(a.client()), &obstacles)
	require.Equal(t, nodepool.ObstacleSelector, obstacles.Obstacles[0].Kind, "there is no other node")

	general := a.pools()[0]
	a.retag(general, "mine")
	require.EqualError(t, recycle(a.client()),
		"Node "+node+": is of the pool "+general.Name+", which is not Caisson's: take it over with Reconcile and Adopt")
	a.retag(general, "caisson-pool:general")
	ctx, c, _ := newMortal(t.Context(), a.client(), a.server, 2) // the record, the new pool
	_, err := nodepool.Rotate(ctx, c, shop(), "general", quick(), hasty(), nodepool.Fresh)
	require.Error(t, err)
	require.ErrorContains(t, recycle(a.client(), hasty()), "its pool is being replaced with all its nodes")
	require.NotContains(t, a.writes()[len(before):], "DELETE")
}

// DOKS may give the new node the name of the old. Who goes on after the delete must not take one for the other.
func TestRecycleKnowsTheOldNodeByItsID(t *testing.T) {
	a := newAccount(t, nodepooltest.Options{})
	a.reconcile(shop())
	for i := range 2 {
		a.join(a.pools()[0], i, func(*corev1.Node) {})
	}
	name := a.pools()[0].Nodes[0].Name
	require.NoError(t, a.kube.Create(t.Context(), &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "caisson-system", Name: "caisson-pool-general", Labels: map[string]string{"caisson.dev/pool": "general"},
		},
		Data: map[string]string{"record.json": `{"recycling":{"` + name + `":"00000000-0000-0000-0000-000000000000"}}`},
	}))
	before := a.writes()
	report, err := nodepool.Recycle(t.Context(), a.client(), shop(), name, quick())
	require.NoError(t, err)
	require.Equal(t, []string{"updated Node " + name}, actions(report))
	require.Equal(t, before, a.writes(), "it was replaced")
	status, err := nodepool.Status(t.Context(), a.client(), shop())
	require.NoError(t, err)
	require.False(t, status.Pools[0].Nodes[0].Recycling)
}
