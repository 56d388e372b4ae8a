package nodepool

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// planPools of a cluster that is there.
func (p *planner) planPools(ctx context.Context) {
	var missing []Pool
	var creates []*step
	for _, pool := range p.spec.Pools {
		s := p.add(poolRef(pool.Name), caisson.Unchanged)
		live := p.named(pool.Name)
		switch {
		case len(live) > 1 || p.rotates(pool.Name):
			s.skip("is being replaced by Rotate, which has to end first")
		case len(live) == 1:
			p.planUpdate(s, pool, live[0])
		case p.foreign(pool.Name) == nil:
			missing, creates = append(missing, pool), append(creates, s)
			s.change.Action, s.change.Fields = caisson.Created, pool.described()
			s.do = func(ctx context.Context) error { return p.createPool(ctx, pool, 0) }
		case p.options.modes[Adopt]:
			p.planUpdate(s, pool, *p.foreign(pool.Name))
		default:
			s.fail(&ForeignError{pool.Name})
		}
	}
	if len(missing) > 0 {
		if err := p.checkOffer(ctx, missing); err != nil {
			for _, s := range creates {
				s.fail(err)
			}
		}
	}
	p.planUnlisted(ctx)
}

// rotates says whether a rotation of the pool has begun.
func (p *planner) rotates(name string) bool {
	known := p.records[name]
	return known != nil && known.Rotation != nil
}

// named are the live pools with the identity of a name: more than one while it is replaced.
func (p *planner) named(name string) []wirePool {
	var all []wirePool
	for _, live := range p.live.Pools {
		if found, _ := identity(live.Tags); found == name {
			all = append(all, live)
		}
	}
	return all
}

// foreign pool of a name that is not Caisson's.
func (p *planner) foreign(name string) *wirePool {
	for i, live := range p.live.Pools {
		if found, _ := identity(live.Tags); found == "" && live.Name == name {
			return &p.live.Pools[i]
		}
	}
	return nil
}

// createPool, unless it is there: a create whose answer was lost has happened.
func (p *planner) createPool(ctx context.Context, pool Pool, generation int) error {
	created := p.api().createPool(ctx, p.live.ID, pool.createBody(generation))
	if created == nil {
		return nil
	}
	live, err := p.api().pools(ctx, p.live.ID)
	if err != nil {
		return errors.Join(created, err)
	}
	if slices.ContainsFunc(live, func(one wirePool) bool { return one.Name == pool.wireName(generation) }) {
		return nil
	}
	return created
}

// planUpdate of a pool in place.
func (p *planner) planUpdate(s *step, pool Pool, live wirePool) {
	if live.Size != pool.Size {
		s.fail(&SizeError{Pool: pool.Name, Live: live.Size, Want: pool.Size})
		return
	}
	d := pool.difference(live)
	known := p.records[pool.Name]
	if known == nil {
		known = &record{}
	}
	unlabel := obsolete(pool, live, known)
	for _, key := range unlabel {
		if _, pooled := live.Labels[key]; !pooled {
			d.show("nodes.labels["+key+"]", text("left behind"), "")
		}
	}
	if d.empty() && len(unlabel) == 0 {
		return
	}
	s.change.Action, s.change.Fields = caisson.Updated, d.fields
	if owner, _ := identity(live.Tags); owner == "" {
		s.change.Action = caisson.Adopted
	}
	if err := needsKube(pool, live, unlabel); p.Kube == nil && err != nil {
		s.fail(err)
		return
	}
	s.do = func(ctx context.Context) error { return p.updatePool(ctx, pool, live, d, known, unlabel) }
}

// needsKube says what of an update cannot be done without the cluster's API server.
func needsKube(pool Pool, live wirePool, unlabel []string) error {
	switch {
	case closed(live):
		return errors.New("its removal has begun: give Client.Kube, to have its nodes opened again")
	case len(unlabel) > 0:
		return fmt.Errorf("labels[%s]: DigitalOcean leaves it on the nodes: give Client.Kube, to have it taken from them",
			unlabel[0])
	case live.AutoScale && pool.Autoscale == nil:
		return errors.New("autoscale: DigitalOcean forgets its bounds: give Client.Kube, to have them remembered")
	}
	return nil
}

// obsolete labels of the pool's nodes: those that the pool has and shall not have, and those that an earlier run did not get to.
func obsolete(pool Pool, live wirePool, known *record) []string {
	keys := append(slices.Collect(maps.Keys(live.Labels)), known.Unlabel...)
	slices.Sort(keys)
	wanted := pool.labels()
	return slices.DeleteFunc(slices.Compact(keys), func(key string) bool {
		_, wants := wanted[key]
		return wants
	})
}

// updatePool remembers what DigitalOcean will forget, updates, and takes labels from nodes. Killed anywhere in between, the
// next run goes on by what is remembered.
func (p *planner) updatePool(ctx context.Context, pool Pool, live wirePool, d difference, known *record, unlabel []string) error {
	remembered := record{object: known.object, Unlabel: unlabel, Bounds: known.Bounds}
	if live.AutoScale && pool.Autoscale == nil {
		remembered.Bounds = &Autoscale{Min: live.Min, Max: live.Max}
	}
	if p.Kube != nil && (!slices.Equal(known.Unlabel, unlabel) || known.Bounds != remembered.Bounds) {
		if err := remembered.save(ctx, p.Kube, pool.Name); err != nil {
			return err
		}
	}
	if closed(live) {
		if err := p.reopen(ctx, live); err != nil {
			return err
		}
	}
	if !d.empty() {
		d.set("name", live.Name) // which DigitalOcean's contract requires of an update
		if err := p.api().updatePool(ctx, p.live.ID, live.ID, d.body); err != nil {
			return err
		}
	}
	if len(unlabel) == 0 {
		return nil
	}
	if err := p.unlabelNodes(ctx, live.ID, unlabel); err != nil {
		return err
	}
	remembered.Unlabel = nil
	return remembered.save(ctx, p.Kube, pool.Name)
}

func (p *planner) unlabelNodes(ctx context.Context, pool string, keys []string) error {
	nodes, err := p.nodes(ctx, pool)
	if err != nil {
		return err
	}
	for i := range nodes {
		node := &nodes[i]
		before := node.DeepCopy()
		for _, key := range keys {
			delete(node.Labels, key)
		}
		if len(node.Labels) == len(before.Labels) {
			continue
		}
		if err := client.IgnoreNotFound(p.Kube.Patch(ctx, node, client.MergeFrom(before))); err != nil {
			return fmt.Errorf("take labels from node %s: %w", node.Name, err)
		}
	}
	return nil
}
