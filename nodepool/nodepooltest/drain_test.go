package nodepooltest_test

import (
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

func TestHangingKubernetesDoesNotHangTheAPI(t *testing.T) {
	l := newLab(t, nodepooltest.Options{Delays: nodepooltest.Delays{Drain: time.Minute, NodeDeletion: time.Minute}})
	k := newKube()
	l.attach(k)
	k.hang = make(chan struct{})
	node := l.get().Nodes[0]
	_, err := l.api.DeleteNode(t.Context(), l.cluster, l.pool, node.ID, nil)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return k.began.Load() == 1 }, 10*time.Second, time.Millisecond)
	require.Equal(t, []string{"draining", "running"}, states(l.get()))

	l.clock.Step(time.Minute)
	require.Equal(t, []string{"deleting", "running"}, states(l.get()), "the time for a drain is bounded")
	l.settle()
	require.Empty(t, k.drained)
	require.Len(t, k.seen(), 2, "the Droplet is still there")
	l.clock.Step(time.Minute)
	l.settle()
	require.Equal(t, []string{node.Name}, k.left)
	require.Len(t, l.get().Nodes, 1)
	messages, _, err := l.api.GetClusterStatusMessages(t.Context(), l.cluster, nil)
	require.NoError(t, err)
	require.Len(t, messages, 1)
	require.Contains(t, messages[0].Message, "was not drained in time")
}

func TestNodeGoesAfterItsDrain(t *testing.T) {
	l := newLab(t, nodepooltest.Options{Delays: nodepooltest.Delays{Drain: time.Hour}})
	k := newKube()
	l.attach(k)
	nodes := l.get().Nodes
	_, err := l.api.DeleteNode(t.Context(), l.cluster, l.pool, nodes[0].ID, nil)
	require.NoError(t, err)
	l.settle()
	require.Equal(t, []string{nodes[0].Name}, k.drained)
	require.Equal(t, []string{nodes[0].Name}, k.left)
	_, err = l.api.DeleteNode(t.Context(), l.cluster, l.pool, nodes[1].ID, &godo.KubernetesNodeDeleteRequest{SkipDrain: true})
	require.NoError(t, err)
	l.settle()
	require.Len(t, k.drained, 1, "the second was not to be drained")
	require.Empty(t, k.seen())
	require.Empty(t, l.get().Nodes)
}

func TestDrainCanBeCutShort(t *testing.T) {
	l := newLab(t, nodepooltest.Options{Delays: nodepooltest.Delays{Drain: time.Hour}})
	k := newKube()
	l.attach(k)
	k.hang = make(chan struct{})
	node := l.get().Nodes[0]
	for _, skip := range []bool{false, true} {
		_, err := l.api.DeleteNode(t.Context(), l.cluster, l.pool, node.ID, &godo.KubernetesNodeDeleteRequest{SkipDrain: skip})
		require.NoError(t, err)
		require.Eventually(t, func() bool { return k.began.Load() == 1 }, 10*time.Second, time.Millisecond)
	}
	l.settle()
	require.Equal(t, []string{node.Name}, k.left)
	require.Equal(t, 1, l.get().Count)
}

func TestClusterTakesItsNodesAlong(t *testing.T) {
	k := newKube()
	l := newLab(t, nodepooltest.Options{Nodes: func(string) nodepooltest.Nodes { return k }, Delays: nodepooltest.Delays{Drain: time.Hour}})
	l.settle()
	require.Len(t, k.seen(), 2, "they join a cluster that has just been created")
	_, err := l.api.Delete(t.Context(), l.cluster)
	require.NoError(t, err)
	l.settle()
	require.Empty(t, k.seen())
	require.Empty(t, k.drained)
	require.Empty(t, l.server.Clusters())
}

func TestUpgradedNodesCarryTheVersion(t *testing.T) {
	l := newLab(t, nodepooltest.Options{})
	k := newKube()
	l.attach(k)
	_, err := l.api.Upgrade(t.Context(), l.cluster, &godo.KubernetesClusterUpgradeRequest{VersionSlug: "1.36.3-do.0"})
	require.NoError(t, err)
	l.settle()
	require.Len(t, k.seen(), 2)
	for _, node := range k.seen() {
		require.Equal(t, "1.36.3-do.0", node.Labels["doks.digitalocean.com/version"])
	}
	require.Len(t, k.left, 2)
}
