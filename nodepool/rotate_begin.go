package nodepool

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/caissonhq/caisson"
)

// begin a rotation, or find the one that is under way.
func (m *mover) begin(ctx context.Context) error {
	if err := m.decide(ctx); err != nil || m.change.Action == caisson.Unchanged {
		return err
	}
	return m.remember(ctx)
}

// decide whether there is anything to rotate, and look for obstacles if it has not begun.
func (m *mover) decide(ctx context.Context) error {
	if m.known.Rotation == nil {
		m.known.Rotation = m.found()
	}
	if under := m.known.Rotation; under != nil {
		switch {
		case under.Undo:
			return errors.New("a rotation of this pool is being rolled back: end that with Undo")
		case under.Size != m.pool.Size:
			return fmt.Errorf("a rotation to the size %s is under way: end it with that size, or roll it back with Undo",
				under.Size)
		}
		m.describe(under)
		return nil
	}
	live := m.named(m.pool.Name)
	if len(live) != 1 {
		return fmt.Errorf("there are %d pools with the tag %s%s: make it with Reconcile", len(live), tagPool, m.pool.Name)
	}
	from := live[0]
	_, generation := identity(from.Tags)
	if from.Size == m.pool.Size && (!m.options.fresh || generation > m.entered) {
		return nil // another process may have replaced the nodes meanwhile, and then they are fresh
	}
	if m.live.Status.State == stateUpgrading {
		return errUpgrading
	}
	begun := &rotation{
		From: from.ID, Generation: generation + 1, Name: m.pool.wireName(generation + 1), Size: m.pool.Size,
		Count: m.beginsWith(from), Started: time.Now().UTC(),
	}
	if from.AutoScale {
		begun.Bounds = &Autoscale{Min: from.Min, Max: from.Max}
	}
	m.describe(begun)
	if err := m.preflight(ctx, from, begun.Count); err != nil {
		return err
	}
	m.known.Rotation = begun
	return nil
}

// beginsWith is how many nodes the new pool begins with: as many as there are, or as the spec says.
func (m *mover) beginsWith(from wirePool) int {
	if m.pool.Autoscale == nil {
		return m.pool.Count
	}
	return max(m.pool.Autoscale.clamp(from.Count), min(1, from.Count))
}

// found is a rotation that nobody remembers: two pools of the identity tell as much.
func (m *mover) found() *rotation {
	live := m.named(m.pool.Name)
	if len(live) != 2 { //nolint:mnd // the old and the new
		return nil
	}
	slices.SortFunc(live, func(a, b wirePool) int {
		_, first := identity(a.Tags)
		_, second := identity(b.Tags)
		return first - second
	})
	_, generation := identity(live[1].Tags)
	r := &rotation{
		From: live[0].ID, Name: live[1].Name, Generation: generation, Size: live[1].Size, Count: live[1].Count,
		Started: time.Now().UTC(),
	}
	if live[0].AutoScale {
		r.Bounds = &Autoscale{Min: live[0].Min, Max: live[0].Max}
	} else if m.known.Bounds != nil {
		r.Bounds = m.known.Bounds
	}
	return r
}

func (m *mover) describe(r *rotation) {
	m.change.Action = caisson.Updated
	m.change.Fields = []caisson.FieldChange{
		{Path: "generation", Before: strconv.Itoa(r.Generation - 1), After: strconv.Itoa(r.Generation)},
	}
	if from := m.byID(r.From); from != nil && from.Size != r.Size {
		m.change.Fields = append(m.change.Fields, caisson.FieldChange{Path: "size", Before: from.Size, After: r.Size})
	}
}

// beginUndo turns a rotation around.
func (m *mover) beginUndo(ctx context.Context) error {
	under, err := m.decideUndo()
	if err != nil || under == nil || under.Undo {
		return err
	}
	under.Undo = true
	m.known.Rotation = under
	return m.remember(ctx)
}

// decideUndo gives the rotation that can be turned around, or nil if there is none.
func (m *mover) decideUndo() (*rotation, error) {
	under := m.known.Rotation
	if under == nil {
		under = m.found()
	}
	switch {
	case under == nil:
		return nil, nil //nolint:nilnil // nothing to roll back
	case under.Deleting && !under.Undo:
		return nil, errors.New("the old pool is being deleted, so there is no way back: end the rotation with Rotate")
	}
	m.change.Action = caisson.Updated
	m.change.Fields = []caisson.FieldChange{
		{Path: "generation", Before: strconv.Itoa(under.Generation), After: strconv.Itoa(under.Generation - 1)},
	}
	return under, nil
}

// remember what is known, unless the lease is lost.
func (m *mover) remember(ctx context.Context) error {
	if err := m.lease.held(); err != nil {
		return err
	}
	return m.known.save(ctx, m.Kube, m.pool.Name)
}
