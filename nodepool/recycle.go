package nodepool

import (
	"context"
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/caissonhq/caisson"
)

// Recycle replaces one node of a pool by a fresh one, which mends what has drifted on it: it cordons the node, evicts its pods
// within their budgets, deletes it and waits until the new one is ready. DOKS makes that only when the old one is gone, so the
// pods have to find room on other nodes meanwhile. What is in the way is an *ObstacleError before anything is changed, and
// Despite accepts it. On a node that is not ready, pods that were told to end are waited for until their time is over: its
// kubelet may never say that they have.
//
// Of the spec its name and id count, and how far its pools can grow. Like a rotation it is remembered in the cluster under the
// pool's Lease, and goes on when it is called again after it was killed. The report has the one change of the node: updated.
func Recycle(ctx context.Context, c Client, spec Cluster, node string, opts ...RotateOption) (*caisson.Report, error) {
	m := &mover{
		planner: newPlanner(c, spec, newOptions()), options: newRotateOptions(opts), owners: map[types.UID]bool{},
		change: caisson.Change{Ref: nodeRef(&corev1.Node{}), Action: caisson.Unchanged},
	}
	m.change.Ref.Name = node
	m.planner.options.move = m.options
	err := m.find(ctx, node)
	if err == nil {
		err = m.underLease(ctx, func(ctx context.Context) error {
			if err := m.beginRecycle(ctx, node); err != nil {
				return err
			}
			return m.loop(ctx, func(ctx context.Context) (bool, error) { return m.recycleTick(ctx, node) })
		})
	}
	return m.report("recycling of "+node, err)
}

// find the pool of a node: by what is live, or by what is remembered if the node is gone already.
func (m *mover) find(ctx context.Context, node string) error {
	if m.Kube == nil {
		return errNoKube
	}
	if err := m.look(ctx); err != nil {
		return err
	}
	for _, pool := range m.live.Pools {
		if _, is := pool.node(node); !is {
			continue
		}
		if m.pool.Name, _ = identity(pool.Tags); m.pool.Name == "" {
			return fmt.Errorf("is of the pool %s, which is not Caisson's: take it over with Reconcile and Adopt", pool.Name)
		}
		return nil
	}
	for name, known := range m.records {
		if known.Recycling[node] != "" {
			m.pool.Name = name
			return nil
		}
	}
	return fmt.Errorf("there is no node %s: Status tells their names", node)
}

// beginRecycle remembers that the node is to go, unless something is in the way.
func (m *mover) beginRecycle(ctx context.Context, node string) error {
	pool, err := m.recyclable()
	if err != nil {
		return err
	}
	m.change.Action = caisson.Updated
	if m.known.Recycling[node] != "" {
		return nil
	}
	if m.live.Status.State == stateUpgrading {
		return errUpgrading
	}
	if err := m.preflightRecycle(ctx, *pool, node); err != nil {
		return err
	}
	old, _ := pool.node(node)
	if m.known.Recycling == nil {
		m.known.Recycling = map[string]string{}
	}
	m.known.Recycling[node] = old.ID
	return m.remember(ctx)
}

// errUpgrading is told before anything begins that an upgrade would do twice.
var errUpgrading = errors.New("the cluster is being upgraded, which replaces each of its nodes: wait until that has ended")

// recyclable pool, whose nodes nobody else replaces.
func (m *mover) recyclable() (*wirePool, error) {
	live := m.named(m.pool.Name)
	switch {
	case len(live) > 1 || m.known.Rotation != nil:
		return nil, &goneError{"its pool is being replaced with all its nodes: end that with Rotate, or roll it back with Undo"}
	case len(live) == 0:
		return nil, &goneError{"its pool is gone"}
	case closed(live[0]):
		return nil, &goneError{"its pool is being removed"}
	}
	return &live[0], nil
}

// recycleTick looks at both sides and does what comes next.
func (m *mover) recycleTick(ctx context.Context, name string) (done bool, err error) {
	if err := m.look(ctx); err != nil {
		return false, err
	}
	pool, err := m.recyclable()
	if err != nil {
		return false, err
	}
	nodes, err := m.nodes(ctx, pool.ID)
	if err != nil {
		return false, err
	}
	old, is := pool.node(name)
	again := is && old.ID != m.known.Recycling[name] // the new one has the name of the old
	at := slices.IndexFunc(nodes, func(n corev1.Node) bool { return n.Name == name })
	m.progress = Progress{Pool: m.pool.Name, Phase: PhaseReady}
	switch {
	case is && !again && old.Status.State == stateDeleting || !is && at >= 0:
		m.progress.Phase, m.progress.Drained = PhaseDelete, 1
		m.wait(m.change.Ref, "is going")
		return false, nil
	case !is || again:
		if !m.nodesReady(pool, nodes) {
			return false, nil
		}
		delete(m.known.Recycling, name)
		err := m.remember(ctx)
		return err == nil, err
	case at >= 0:
		m.progress.Phase = PhaseDrain
		if empty, err := m.empty(ctx, nodes[at:at+1]); err != nil || !empty {
			return false, err
		}
	}
	m.progress.Phase = PhaseDelete
	return false, m.write(func() error { return m.api().replaceNode(ctx, m.live.ID, pool.ID, old.ID) })
}

// node of a pool by its name.
func (p *wirePool) node(name string) (wireNode, bool) {
	if i := slices.IndexFunc(p.Nodes, func(n wireNode) bool { return n.Name == name }); i >= 0 {
		return p.Nodes[i], true
	}
	return wireNode{}, false
}
