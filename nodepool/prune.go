package nodepool

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// planUnlisted pools of Caisson that the spec does not have.
func (p *planner) planUnlisted(ctx context.Context) {
	var names []string
	for _, live := range p.live.Pools {
		name, _ := identity(live.Tags)
		if _, listed := p.spec.pool(name); name != "" && !listed && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, name := range names {
		s := p.add(poolRef(name), caisson.Unchanged)
		switch live := p.named(name); {
		case !p.options.modes[Prune]:
			s.skip("is not in the spec, and is kept without Prune")
		case len(live) > 1 || p.rotates(name):
			s.skip("is being replaced by Rotate, which has to end first: put it back in the spec until then")
		default:
			p.planPrune(ctx, s, name, live[0])
		}
	}
}

// planPrune removes a pool after all else.
func (p *planner) planPrune(ctx context.Context, s *step, name string, live wirePool) {
	for _, tag := range live.Tags {
		if strings.HasPrefix(tag, tagTerraform) {
			s.fail(fmt.Errorf("has the tag %s: without this pool Terraform's next plan would make a new cluster: put it back in "+
				"the spec, or give the tag to another pool", tag))
			return
		}
	}
	if p.Kube == nil {
		s.fail(errors.New("is not in the spec: give Client.Kube, to have its pods evicted before it is removed"))
		return
	}
	m := &mover{
		planner: newPlanner(p.Client, p.spec, p.options), options: p.options.move, pool: Pool{Name: name},
		change: s.change, owners: map[types.UID]bool{},
	}
	if err := m.preflightPrune(ctx, p.live, live); err != nil {
		s.fail(err)
		return
	}
	s.change.Action, s.last = caisson.Pruned, true
	s.do = func(ctx context.Context) error {
		return m.underLease(ctx, func(ctx context.Context) error { return m.loop(ctx, m.pruneTick) })
	}
}

// pruneTick looks at both sides and does what comes next. What is done is seen there, so that another run can go on. What is
// remembered of the pool goes before the pool: nobody would look for it afterwards.
func (m *mover) pruneTick(ctx context.Context) (done bool, err error) {
	if err := m.look(ctx); err != nil {
		return false, err
	}
	live := m.named(m.pool.Name)
	switch {
	case len(live) == 0:
		return true, nil
	case len(live) > 1 || m.known.Rotation != nil:
		return false, &goneError{"another process has begun to replace it"}
	}
	m.progress = Progress{Pool: m.pool.Name, Phase: PhaseReady}
	if ready, err := m.homesReady(ctx); err != nil || !ready {
		return false, err
	}
	m.progress.Phase = PhaseDrain
	if done, err := m.drain(ctx, &live[0]); err != nil || !done {
		return false, err
	}
	m.progress.Phase = PhaseDelete
	if err := m.forget(ctx); err != nil {
		return false, err
	}
	return false, m.write(func() error { return m.api().deletePool(ctx, m.live.ID, live[0].ID) })
}

// homesReady says whether the pools of the spec have their nodes: those that this run made take a while.
func (m *mover) homesReady(ctx context.Context) (bool, error) {
	ready := true
	for _, pool := range m.spec.Pools {
		for _, live := range m.named(pool.Name) {
			nodes, err := m.nodes(ctx, live.ID)
			if err != nil {
				return false, err
			}
			ready = m.nodesReady(&live, nodes) && ready
		}
	}
	return ready, nil
}

// forget what is remembered of the pool.
func (m *mover) forget(ctx context.Context) error {
	if m.known.object == nil {
		return nil
	}
	if err := m.lease.held(); err != nil {
		return err
	}
	as := client.Preconditions{UID: &m.known.object.UID, ResourceVersion: &m.known.object.ResourceVersion}
	if err := m.Kube.Delete(ctx, m.known.object, as); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("forget pool %s: %w", m.pool.Name, err)
	}
	return nil
}

// reopen the nodes of a pool whose removal has begun, and which the spec has again. Its taint goes with the next update, so
// that a run which is killed in between is taken up.
func (p *planner) reopen(ctx context.Context, live wirePool) error {
	nodes, err := p.nodes(ctx, live.ID)
	if err != nil {
		return err
	}
	return uncordon(ctx, p.Kube, nodes)
}

// closed says whether a pool is being drained.
func closed(live wirePool) bool {
	return slices.ContainsFunc(live.Taints, func(t wireTaint) bool { return t.Key == taintRotating })
}
