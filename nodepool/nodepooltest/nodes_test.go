package nodepooltest_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// kube remembers what it is told, as the labels and taints of its nodes.
func TestNodesJoinComplete(t *testing.T) {
	l := newLab(t, nodepooltest.Options{})
	k := newKube()
	l.attach(k)
	general := l.pool
	l.update(&godo.KubernetesNodePoolUpdateRequest{Name: "renamed"})
	created, _, err := l.api.CreateNodePool(t.Context(), l.cluster, &godo.KubernetesNodePoolCreateRequest{
		Name: "batch", Size: "s-1vcpu-2gb-intel", Count: 1, Labels: map[string]string{"team": "shop"},
		Taints: []godo.Taint{{Key: "dedicated", Value: "batch", Effect: "NoSchedule"}},
	})
	require.NoError(t, err)
	l.settle()
	require.Len(t, k.seen(), 3, "those that were there already, too")

	l.pool = created.ID
	made := l.get().Nodes[0]
	node := k.seen()[made.Name]
	require.Equal(t, map[string]string{
		"doks.digitalocean.com/node-id":      made.ID,
		"doks.digitalocean.com/node-pool":    "batch",
		"doks.digitalocean.com/node-pool-id": created.ID,
		"doks.digitalocean.com/version":      "1.35.6-do.0",
		"node.kubernetes.io/instance-type":   "s-1vcpu-2gb-intel",
		"topology.kubernetes.io/region":      "fra1",
		"kubernetes.io/hostname":             made.Name,
		"kubernetes.io/os":                   "linux",
		"kubernetes.io/arch":                 "amd64",
		"team":                               "shop",
	}, node.Labels)
	require.Equal(t, []corev1.Taint{{Key: "dedicated", Value: "batch", Effect: "NoSchedule"}}, node.Spec.Taints)
	require.Equal(t, "digitalocean://"+made.DropletID, node.Spec.ProviderID)
	allocatable, err := nodepool.Allocatable("s-1vcpu-2gb-intel")
	require.NoError(t, err)
	require.Equal(t, allocatable, node.Status.Allocatable)
	require.Equal(t, "v1.35.6", node.Status.NodeInfo.KubeletVersion)

	l.pool = general
	before := k.seen()[l.get().Nodes[0].Name]
	require.Equal(t, "general", before.Labels["doks.digitalocean.com/node-pool"], "it goes stale when the pool is renamed")
	require.Regexp(t, "^general-", before.Name)
}

// DigitalOcean documents it so: labels that are removed stay on the nodes, taints go.
func TestNodesFollowTheirPool(t *testing.T) {
	l := newLab(t, nodepooltest.Options{})
	k := newKube()
	l.attach(k)
	node := func() *corev1.Node { return k.seen()[l.get().Nodes[0].Name] }
	change := func(labels map[string]string, taints ...godo.Taint) {
		t.Helper()
		l.update(&godo.KubernetesNodePoolUpdateRequest{Labels: labels, Taints: &taints})
		l.settle()
	}
	change(map[string]string{"a": "1", "b": "1"}, godo.Taint{Key: "x", Value: "1", Effect: "NoSchedule"}, godo.Taint{Key: "y", Effect: "NoExecute"})
	require.Equal(t, "1", node().Labels["a"], "what is added comes to nodes that are there")
	require.Len(t, node().Spec.Taints, 2)
	change(map[string]string{"a": "2"}, godo.Taint{Key: "x", Value: "2", Effect: "NoSchedule"})
	require.Equal(t, "2", node().Labels["a"])
	require.Equal(t, "1", node().Labels["b"], "a label stays on the nodes when it is removed from the pool")
	require.Equal(t, []corev1.Taint{{Key: "x", Value: "2", Effect: "NoSchedule"}}, node().Spec.Taints, "a taint does not")

	l.update(&godo.KubernetesNodePoolUpdateRequest{Count: new(3)})
	l.settle()
	added := k.seen()[l.get().Nodes[2].Name]
	require.NotContains(t, added.Labels, "b", "new nodes never had it")
	calls := k.calls
	change(map[string]string{"a": "2"}, godo.Taint{Key: "x", Value: "2", Effect: "NoSchedule"})
	require.Equal(t, calls, k.calls, "nothing has changed")
}

func TestNodesJoinBeforeTheyRun(t *testing.T) {
	l := newLab(t, nodepooltest.Options{Delays: nodepooltest.Delays{Cluster: time.Minute, NodeJoin: time.Minute, NodeRunning: 2 * time.Minute}})
	k := newKube()
	l.attach(k)
	l.clock.Step(2*time.Minute - time.Second)
	l.settle()
	require.Empty(t, k.seen())
	l.update(&godo.KubernetesNodePoolUpdateRequest{Labels: map[string]string{"a": "1"}})
	l.clock.Step(time.Second)
	l.settle()
	require.Len(t, k.seen(), 2)
	require.Equal(t, 2, k.calls, "they join with what has changed until then")
	for _, node := range k.seen() {
		require.Equal(t, "1", node.Labels["a"])
	}
	require.Equal(t, []string{"provisioning", "provisioning"}, states(l.get()))
	l.clock.Step(time.Minute)
	require.Equal(t, []string{"running", "running"}, states(l.get()))
}

func TestNodesDoNotRunBeforeTheyHaveJoined(t *testing.T) {
	k := newKube()
	var failures atomic.Int64
	var connected atomic.Bool
	k.fail = func(string, string) error {
		if connected.Load() {
			return nil
		}
		failures.Add(1)
		return errors.New("no connection")
	}
	l := newLab(t, nodepooltest.Options{Nodes: func(string) nodepooltest.Nodes { return k }})
	require.Eventually(t, func() bool { return failures.Load() > 2 }, 10*time.Second, time.Millisecond)
	require.Equal(t, []string{"provisioning", "provisioning"}, states(l.get()))
	messages, _, err := l.api.GetClusterStatusMessages(t.Context(), l.cluster, nil)
	require.NoError(t, err)
	require.NotEmpty(t, messages)
	require.Contains(t, messages[0].Message, "join: no connection", "what fails is told")
	connected.Store(true)
	l.settle()
	require.Len(t, k.seen(), 2, "and tried again")
	require.Equal(t, []string{"running", "running"}, states(l.get()))
}

func TestNilDetaches(t *testing.T) {
	l := newLab(t, nodepooltest.Options{})
	k := newKube()
	l.attach(k)
	l.attach(nil)
	l.update(&godo.KubernetesNodePoolUpdateRequest{Count: new(1)})
	l.settle()
	require.Len(t, k.seen(), 2)
	require.Len(t, l.get().Nodes, 1)
}

// Somebody who has lost patience deletes a node that is being drained once more, without draining.
func TestAttachNeedsACluster(t *testing.T) {
	l := emptyLab(t, nodepooltest.Options{})
	require.ErrorContains(t, l.server.Attach("none", newKube()), "could not be found")
}

func TestSettleEndsWithItsContext(t *testing.T) {
	l := newLab(t, nodepooltest.Options{})
	k := newKube()
	k.fail = func(string, string) error { return errors.New("never") }
	require.NoError(t, l.server.Attach(l.cluster, k))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, l.server.Settle(ctx), context.DeadlineExceeded)
	l.server.Close()
	require.ErrorIs(t, l.server.Settle(t.Context()), context.Canceled)
}

// The background works without anybody who looks.
func TestTheClockAloneMovesNodes(t *testing.T) {
	l := newLab(t, nodepooltest.Options{Delays: nodepooltest.Delays{NodeJoin: time.Minute}})
	k := newKube()
	require.NoError(t, l.server.Attach(l.cluster, k))
	require.Eventually(t, func() bool {
		l.clock.Step(time.Second)
		return len(k.seen()) == 2
	}, 10*time.Second, time.Millisecond)
}
