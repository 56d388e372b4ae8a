package nodepooltest_test

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

type kube struct {
	mutex   sync.Mutex
	nodes   map[string]*corev1.Node
	drained []string
	left    []string
	calls   int
	fail    func(what, name string) error
	hang    chan struct{} // drains wait for it
	began   atomic.Int64  // drains that do
}

func newKube() *kube {
	return &kube{nodes: map[string]*corev1.Node{}, fail: func(string, string) error { return nil }}
}

func (k *kube) call(what, name string, do func()) error {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	k.calls++
	if err := k.fail(what, name); err != nil {
		return err
	}
	do()
	return nil
}

func (k *kube) Join(_ context.Context, node *corev1.Node) error {
	return k.call("join", node.Name, func() { k.nodes[node.Name] = node })
}

func (k *kube) Update(_ context.Context, name string, change nodepooltest.NodeChange) error {
	return k.call("update", name, func() {
		node := k.nodes[name]
		maps.Copy(node.Labels, change.Labels)
		for _, removed := range change.RemovedTaints {
			node.Spec.Taints = slices.DeleteFunc(node.Spec.Taints, func(t corev1.Taint) bool { return t == removed })
		}
		for _, added := range change.Taints {
			node.Spec.Taints = slices.DeleteFunc(node.Spec.Taints, func(t corev1.Taint) bool { return t.MatchTaint(&added) })
			node.Spec.Taints = append(node.Spec.Taints, added)
		}
	})
}

func (k *kube) Drain(ctx context.Context, name string) error {
	if k.hang != nil {
		k.began.Add(1)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-k.hang:
		}
	}
	return k.call("drain", name, func() { k.drained = append(k.drained, name) })
}

func (k *kube) Leave(_ context.Context, name string) error {
	return k.call("leave", name, func() {
		k.left = append(k.left, name)
		delete(k.nodes, name)
	})
}

func (k *kube) seen() map[string]*corev1.Node {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	all := map[string]*corev1.Node{}
	for name, node := range k.nodes {
		all[name] = node.DeepCopy()
	}
	return all
}

func (l *lab) attach(nodes nodepooltest.Nodes) {
	l.t.Helper()
	require.NoError(l.t, l.server.Attach(l.cluster, nodes))
	l.settle()
}

func (l *lab) settle() {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), 20*time.Second)
	defer cancel()
	require.NoError(l.t, l.server.Settle(ctx))
}
