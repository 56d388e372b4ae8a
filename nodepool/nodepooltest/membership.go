package nodepooltest

import (
	"context"
	"time"
)

// membership of a node in Kubernetes.
type membership struct {
	busy    bool // a call is under way, or waits to be repeated
	joining bool // Join has been called
	joined  bool
	drained bool
	left    bool
	changes []NodeChange // for Update
	stop    context.CancelFunc
}

func (n *node) hasJoined() bool { return n.pool.cluster.nodes == nil || n.kubernetes.joined }

func (n *node) isDrained() bool {
	m := n.kubernetes
	return n.pool.cluster.nodes == nil || m.drained || !m.joined && !m.busy
}

func (n *node) hasLeft() bool {
	return n.pool.cluster.nodes == nil || n.kubernetes.left || !n.kubernetes.joining
}

func (n *node) stopDraining() {
	if n.kubernetes.stop != nil {
		n.kubernetes.stop()
	}
}

// callTime is the most that a call of Kubernetes takes, except for Drain.
const callTime = 30 * time.Second

// kubeCall is one call of Kubernetes that is due.
type kubeCall struct {
	node   *node
	member *membership // as it was when the call began: Attach makes new ones
	what   string
	do     func(context.Context) error
	done   func() // under the lock, after it has succeeded
}

// next call of Kubernetes for a node, if one is due and none is under way.
func (n *node) next(now time.Time) (kubeCall, bool) {
	m, nodes, name := n.kubernetes, n.pool.cluster.nodes, n.name
	one := kubeCall{node: n, member: m}
	switch {
	case nodes == nil || m.busy:
		return one, false
	case n.state == nodeDeleting:
		one.what = "leave"
		one.do = func(ctx context.Context) error { return nodes.Leave(ctx, name) }
		one.done = func() { m.left = true }
		return one, !m.left && !now.Before(n.goneAt)
	case !m.joined:
		object, err := n.object()
		one.what = "join"
		one.do = func(ctx context.Context) error {
			if err != nil {
				return err
			}
			return nodes.Join(ctx, object)
		}
		one.done = func() { m.joined = true }
		return one, n.active() && !now.Before(n.joinAt)
	case n.state == nodeDraining && !m.drained:
		one.what = "drain"
		one.do = func(ctx context.Context) error { return nodes.Drain(ctx, name) }
		one.done = func() { m.drained = true }
		return one, true
	case len(m.changes) > 0:
		change := m.changes[0]
		one.what = "update"
		one.do = func(ctx context.Context) error { return nodes.Update(ctx, name, change) }
		one.done = func() { m.changes = m.changes[1:] }
		return one, true
	}
	return one, false
}

// begin the call. The context of a drain ends with the time for it, which the server's clock tells.
func (k kubeCall) begin(ctx context.Context) (context.Context, context.CancelFunc) {
	k.member.busy = true
	if k.what == "drain" {
		ctx, stop := context.WithCancel(ctx)
		k.member.stop = stop
		return ctx, stop
	}
	if k.what == "join" {
		k.member.joining = true
	}
	return context.WithTimeout(ctx, callTime)
}
