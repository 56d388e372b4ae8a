package nodepool_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// join a node as DOKS registers it, but for a change.
func (a *account) join(p pool, i int, change func(*corev1.Node)) {
	a.t.Helper()
	node := &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: p.Nodes[i].Name, Labels: map[string]string{"doks.digitalocean.com/node-pool-id": p.ID}},
		Status: corev1.NodeStatus{
			NodeInfo: corev1.NodeSystemInfo{KubeletVersion: "v" + strings.TrimSuffix(a.version(), "-do.0")},
			Conditions: []corev1.NodeCondition{{
				Type: corev1.NodeReady, Status: corev1.ConditionTrue,
				LastTransitionTime: metav1.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC),
			}},
		},
	}
	maps.Copy(node.Labels, p.Labels)
	for _, taint := range p.Taints {
		node.Spec.Taints = append(node.Spec.Taints, corev1.Taint{Key: taint.Key, Value: taint.Value, Effect: corev1.TaintEffect(taint.Effect)})
	}
	change(node)
	require.NoError(a.t, a.kube.Create(a.t.Context(), node))
}

func (a *account) version() string {
	a.t.Helper()
	clusters, _, err := a.server.Client().Kubernetes.List(a.t.Context(), nil)
	require.NoError(a.t, err)
	return clusters[0].VersionSlug
}

func TestStatus(t *testing.T) {
	a := newAccount(t, nodepooltest.Options{})
	general := nodepool.Pool{Name: "general", Preset: nodepool.PresetStaging, Count: 4, Labels: map[string]string{"team": "shop"}}
	spec := shop(general, nodepool.Private())
	a.reconcile(spec)
	pools, before := a.pools(), a.writes()
	as := func(*corev1.Node) {}
	a.join(pools[0], 0, as)
	a.join(pools[0], 1, func(n *corev1.Node) {
		n.Labels["team"] = "other"
		n.Status.Conditions[0].Status, n.Spec.Unschedulable = corev1.ConditionFalse, true
	})
	a.join(pools[0], 2, func(n *corev1.Node) {
		delete(n.Labels, "team")
		n.Status.NodeInfo.KubeletVersion = "v1.35.9"
	})
	a.join(pools[1], 0, as)
	a.join(pools[1], 1, func(n *corev1.Node) {
		n.Spec.Taints = []corev1.Taint{{Key: "own", Effect: corev1.TaintEffectNoSchedule}}
	})
	a.node(pool{KubernetesNodePool: pools[0].KubernetesNodePool}, "stray", nil)

	status, err := nodepool.Status(t.Context(), a.client(), shop(general))
	require.NoError(t, err)
	require.Equal(t, before, a.writes())
	require.Equal(t, []string{"shop", "fra1", a.version(), "running"}, []string{status.Name, status.Region, status.Version, status.State})
	first := status.Pools[0]
	require.Equal(t, []any{"general", true, false, 4}, []any{first.Name, first.Listed, first.Foreign, first.Count})
	require.False(t, status.Pools[1].Listed)
	require.Equal(t, nodepool.NodeStatus{
		Name: pools[0].Nodes[0].Name, ID: pools[0].Nodes[0].ID, State: "running", Joined: true, Ready: true,
		Since: first.Nodes[0].Since, Kubelet: "v" + strings.TrimSuffix(a.version(), "-do.0"),
	}, first.Nodes[0], "nothing is wrong with it")
	require.Equal(t, 12, first.Nodes[0].Since.UTC().Hour())
	require.True(t, first.Nodes[1].Cordoned)
	require.False(t, first.Nodes[1].Ready)
	drift := func(node nodepool.NodeStatus) []string {
		all := make([]string, 0, len(node.Drift))
		for _, d := range node.Drift {
			all = append(all, d.String())
		}
		return all
	}
	require.Equal(t, []string{"label: has the label team=other, and its pool has shop: recycle the node"}, drift(first.Nodes[1]))
	require.Equal(t, []string{
		"label: lacks the label team=shop: recycle the node",
		"version: runs Kubernetes v1.35.9, and the cluster " + a.version() + ": recycle the node",
	}, drift(first.Nodes[2]))
	require.Equal(t, []string{"unjoined: runs at DigitalOcean, and has not joined Kubernetes: recycle it"}, drift(first.Nodes[3]))
	require.Empty(t, drift(status.Pools[1].Nodes[0]))
	require.Equal(t, []string{"taint: lacks the taint caisson.dev/private=true:NoSchedule: recycle the node"}, drift(status.Pools[1].Nodes[1]))
	require.Len(t, status.Strays, 1)
	require.Equal(t, []string{"stray: DigitalOcean does not know it: delete the Node if nothing runs there"}, drift(status.Strays[0]))
}

// Without a client of the API server DigitalOcean's view is all there is, and no drift is made up from it.
func TestStatusOfOneSide(t *testing.T) {
	a := newAccount(t, nodepooltest.Options{})
	a.reconcile(shop())
	c := a.client()
	c.Kube = nil
	status, err := nodepool.Status(t.Context(), c, nodepool.Cluster{Name: "shop"})
	require.NoError(t, err)
	require.True(t, status.HalfBlind)
	require.Equal(t, "running", status.Pools[0].Nodes[0].State)
	require.Empty(t, status.Pools[0].Nodes[0].Drift)
	_, err = nodepool.Status(t.Context(), c, nodepool.Cluster{Name: "other"})
	require.ErrorContains(t, err, "there is no cluster other: make it with Reconcile")
}

// What is under way is seen from outside: the bounds that are remembered, labels that are still to go, pools that are drained.
func TestStatusOfWhatIsUnderWay(t *testing.T) {
	a := newAccount(t, nodepooltest.Options{})
	scaled := nodepool.Pool{
		Name: "general", Preset: nodepool.PresetStaging, Autoscale: &nodepool.Autoscale{Min: 1, Max: 4}, Labels: map[string]string{"old": "yes"},
	}
	fixed := nodepool.Pool{Name: "general", Preset: nodepool.PresetStaging}
	for _, pool := range []nodepool.Pool{scaled, fixed, scaled} {
		a.reconcile(shop(pool))
	}
	status, err := nodepool.Status(t.Context(), a.client(), shop(scaled))
	require.NoError(t, err)
	require.Nil(t, status.Pools[0].Remembered, "they are in use again")
	a.join(a.pools()[0], 0, func(*corev1.Node) {})
	ctx, c, _ := newMortal(t.Context(), a.client(), a.server, 2) // before it gets to the nodes
	_, err = nodepool.Reconcile(ctx, c, shop(fixed))
	require.Error(t, err)

	status, err = nodepool.Status(t.Context(), a.client(), shop(fixed))
	require.NoError(t, err)
	require.Equal(t, &nodepool.Autoscale{Min: 1, Max: 4}, status.Pools[0].Remembered)
	require.Nil(t, status.Pools[0].Autoscale)
	require.Equal(t, []nodepool.Drift{
		{Kind: nodepool.DriftLabel, Problem: "has the label old, which was taken from its pool", Remedy: "reconcile"},
	}, status.Pools[0].Nodes[0].Drift)

	ctx, c, _ = newMortal(t.Context(), a.client(), a.server, 4) // the namespace, the lease, the record, the new pool
	_, err = nodepool.Rotate(ctx, c, shop(fixed), "general", quick(), hasty(), nodepool.Fresh)
	require.Error(t, err)
	status, err = nodepool.Status(t.Context(), a.client(), shop(fixed))
	require.NoError(t, err)
	require.Len(t, status.Pools, 2)
	for i, pool := range status.Pools {
		require.Equal(t, "general", pool.Name)
		require.Equal(t, i, pool.Generation)
		require.Equal(t, status.Pools[0].ID, pool.Rotation.From)
		require.Equal(t, status.Pools[1].LiveName, pool.Rotation.To)
		require.WithinDuration(t, time.Now(), pool.Rotation.Started, time.Minute)
	}
}
