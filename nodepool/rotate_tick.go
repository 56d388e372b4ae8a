package nodepool

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/digitalocean/godo"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// tick looks at both sides and does what comes next. What is done is seen there, so that any process can go on.
func (m *mover) tick(ctx context.Context) (done bool, err error) {
	if err := m.look(ctx); err != nil {
		return false, err
	}
	if m.known.Rotation == nil {
		m.known.Rotation = m.found()
	}
	under := m.known.Rotation
	if under == nil {
		return true, nil // ended by ourselves, and the answer was lost
	}
	m.progress = Progress{Pool: m.pool.Name, Phase: m.progress.Phase, Undo: under.Undo}
	to, from := m.byName(under.Name), m.byID(under.From)
	if under.Undo {
		to, from = from, to
	}
	switch {
	case to == nil && under.Undo:
		return false, &goneError{"the old pool is gone, so there is no way back"}
	case to == nil:
		m.progress.Phase = PhaseCreate
		return false, m.write(func() error { return m.createNew(ctx, under) })
	}
	m.progress.Phase = PhaseReady
	if ready, err := m.ready(ctx, under, to); err != nil || !ready {
		return false, err
	}
	if from == nil {
		return m.finish(ctx, under, to)
	}
	m.progress.Phase = PhaseDrain
	if done, err := m.drain(ctx, from); err != nil || !done {
		return false, err
	}
	m.progress.Phase = PhaseDelete
	return false, m.delete(ctx, from, to)
}

// goneError is about what cannot come back.
type goneError struct{ text string }

func (e *goneError) Error() string { return e.text }

// permanent errors are not mended by trying again.
func permanent(err error) bool {
	if gone := (*goneError)(nil); errors.As(err, &gone) || errors.Is(err, errLost) || errors.Is(err, context.Canceled) {
		return true
	}
	var answer *godo.ErrorResponse
	if errors.As(err, &answer) && answer.Response != nil {
		switch answer.Response.StatusCode {
		case http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity:
			return true
		}
	}
	return apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err)
}

// write is one request to DigitalOcean that changes something, sent only while the lease is held.
func (m *mover) write(request func() error) error {
	if err := m.lease.held(); err != nil {
		return err
	}
	return request()
}

func (m *mover) byName(name string) *wirePool {
	return m.where(func(p wirePool) bool { return p.Name == name })
}

func (m *mover) byID(id string) *wirePool {
	return m.where(func(p wirePool) bool { return p.ID == id })
}

func (m *mover) where(is func(wirePool) bool) *wirePool {
	if i := slices.IndexFunc(m.live.Pools, is); i >= 0 {
		return &m.live.Pools[i]
	}
	return nil
}

// createNew pool. It scales itself only when it is ready: until then nothing runs there, and an autoscaler would take the nodes
// away.
func (m *mover) createNew(ctx context.Context, under *rotation) error {
	pool := m.pool
	pool.Autoscale, pool.Count = nil, under.Count
	return m.createPool(ctx, pool, under.Generation)
}

// delete the pool that is empty. From here on there is no way back, which is remembered first.
func (m *mover) delete(ctx context.Context, from, to *wirePool) error {
	if d := inherit(from, to); !d.empty() {
		return m.updateLive(ctx, to, d)
	}
	if !m.known.Rotation.Deleting {
		m.known.Rotation.Deleting = true
		if err := m.remember(ctx); err != nil {
			return err
		}
	}
	return m.write(func() error { return m.api().deletePool(ctx, m.live.ID, from.ID) })
}

// inherit the tags by which Terraform knows its pool.
func inherit(from, to *wirePool) difference {
	var d difference
	tags := ownTags(to.Tags)
	for _, tag := range from.Tags {
		if strings.HasPrefix(tag, tagTerraform) && !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	d.compare("tags", ownTags(to.Tags), tags, "tags", tags)
	return d
}

// finish when the nodes of the pool that went are gone too, and the one that stays scales as it shall.
func (m *mover) finish(ctx context.Context, under *rotation, to *wirePool) (done bool, err error) {
	gone := client.MatchingLabels{labelDOKSPoolID: under.From}
	if under.Undo {
		gone = client.MatchingLabels{labelDOKSPool: under.Name}
	}
	var nodes corev1.NodeList
	if err := m.Kube.List(ctx, &nodes, gone); err != nil {
		return false, err
	}
	if len(nodes.Items) > 0 {
		m.progress.Phase, m.progress.Draining = PhaseDelete, len(nodes.Items)
		for i := range nodes.Items {
			m.wait(nodeRef(&nodes.Items[i]), "is going")
		}
		return false, nil
	}
	if !under.Undo {
		var d difference
		m.pool.compareCount(*to, &d)
		if m.pool.Autoscale != nil && !d.empty() {
			return false, m.updateLive(ctx, to, d)
		}
	}
	m.known.Rotation, m.known.Recycling = nil, nil
	if err := m.remember(ctx); err != nil {
		return false, err
	}
	return true, nil
}

func (m *mover) updateLive(ctx context.Context, live *wirePool, d difference) error {
	d.set("name", live.Name) // which DigitalOcean's contract requires of an update
	return m.write(func() error { return m.api().updatePool(ctx, m.live.ID, live.ID, d.body) })
}
