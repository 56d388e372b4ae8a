package nodepool

import (
	"context"
	"errors"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/caissonhq/caisson"
)

// Rotate replaces a pool of the spec by one of its size, or by fresh nodes of the same size, without downtime: it makes the new
// pool, waits until its nodes are ready, evicts the pods from the old nodes within their budgets, and deletes the old pool.
// First it looks for whatever is in the way, and begins only if nothing is: the error is then an *ObstacleError.
//
// A rotation that has begun is remembered in the cluster. Killed at any point, Rotate goes on where it was, from anywhere;
// Undo rolls it back until the old pool is deleted. A second process gets a *BusyError. Without progress it ends with a
// *StallError. The report has the one change of the pool: updated, or unchanged if it needs no rotation.
func Rotate(ctx context.Context, c Client, spec Cluster, pool string, opts ...RotateOption) (*caisson.Report, error) {
	return rotate(ctx, c, spec, pool, newRotateOptions(opts), (*mover).begin)
}

// Undo rolls back a rotation that is under way: pods may run on the old nodes again, those on the new nodes are evicted within
// their budgets, and the new pool is deleted. It can be killed and called again like Rotate. Once the old pool is being
// deleted it is refused: then Rotate ends the rotation.
func Undo(ctx context.Context, c Client, spec Cluster, pool string, opts ...RotateOption) (*caisson.Report, error) {
	return rotate(ctx, c, spec, pool, newRotateOptions(opts), (*mover).beginUndo)
}

// PlanRotation says what Rotate would do, and what is in the way: the error is then an *ObstacleError. It writes nothing.
func PlanRotation(ctx context.Context, c Client, spec Cluster, pool string, opts ...RotateOption) (*caisson.Report, error) {
	m, err := newMover(ctx, c, spec, pool, newRotateOptions(opts))
	if err == nil {
		err = m.decide(ctx)
	}
	return m.report("rotation of "+pool, err)
}

// PlanUndo says what Undo would do. It writes nothing.
func PlanUndo(ctx context.Context, c Client, spec Cluster, pool string, opts ...RotateOption) (*caisson.Report, error) {
	m, err := newMover(ctx, c, spec, pool, newRotateOptions(opts))
	if err == nil {
		_, err = m.decideUndo()
	}
	return m.report("rotation of "+pool, err)
}

var errNoKube = errors.New("Client.Kube is nil: pods cannot be moved without the cluster's API server")

func rotate(
	ctx context.Context, c Client, spec Cluster, pool string, o *rotateOptions, begin func(*mover, context.Context) error,
) (*caisson.Report, error) {
	m, err := newMover(ctx, c, spec, pool, o)
	if err == nil {
		err = m.underLease(ctx, func(ctx context.Context) error {
			if err := begin(m, ctx); err != nil || m.known.Rotation == nil {
				return err
			}
			return m.loop(ctx, m.tick)
		})
	}
	return m.report("rotation of "+pool, err)
}

// mover moves the pods of one pool to another.
type mover struct {
	*planner

	options  *rotateOptions
	pool     Pool
	known    *record
	lease    *lease
	watch    watch
	progress Progress
	change   caisson.Change
	owners   map[types.UID]bool // of pods that are moved
	entered  int                // the generation that the pool had when the caller asked for fresh nodes
}

func newMover(ctx context.Context, c Client, spec Cluster, pool string, o *rotateOptions) (*mover, error) {
	plan := newOptions()
	plan.move = o
	m := &mover{
		planner: newPlanner(c, spec, plan), options: o, pool: Pool{Name: pool},
		change: caisson.Change{Ref: poolRef(pool), Action: caisson.Unchanged}, owners: map[types.UID]bool{},
	}
	if err := m.spec.Validate(); err != nil {
		return m, err
	}
	if c.Kube == nil {
		return m, errNoKube
	}
	known, ok := m.spec.pool(pool)
	if !ok {
		return m, field.NotFound(field.NewPath("pools"), pool)
	}
	m.pool = known
	if err := m.look(ctx); err != nil {
		return m, err
	}
	for _, live := range m.named(pool) {
		_, generation := identity(live.Tags)
		m.entered = max(m.entered, generation)
	}
	return m, nil
}

// look at both sides anew.
func (m *mover) look(ctx context.Context) error {
	if err := m.readExisting(ctx); err != nil {
		return err
	}
	if m.known = m.records[m.pool.Name]; m.known == nil {
		m.known = &record{}
	}
	return nil
}

// underLease does the work while no other process can.
func (m *mover) underLease(ctx context.Context, do func(context.Context) error) error {
	var err error
	if m.lease, err = acquire(ctx, m.Kube, m.pool.Name, m.options.lease); err != nil {
		return err
	}
	leased, lost := context.WithCancelCause(ctx)
	kept := make(chan struct{})
	go func() {
		m.lease.keep(leased, lost)
		close(kept)
	}()
	// Another may have worked on the pool while this process waited for its lease.
	if err = m.look(leased); err == nil {
		err = do(leased)
	}
	if cause := context.Cause(leased); errors.Is(cause, errLost) {
		err = cause
	}
	lost(nil)
	<-kept
	m.lease.release(context.WithoutCancel(ctx))
	return err
}

// loop until tick says that all is done. Errors are DigitalOcean's or the API server's, and most pass; they count as no progress.
func (m *mover) loop(ctx context.Context, tick func(context.Context) (done bool, err error)) error {
	m.watch.moved = time.Now()
	for {
		done, err := tick(ctx)
		if done || err != nil && permanent(err) {
			return err
		}
		if err != nil {
			m.wait(m.change.Ref, err.Error())
		}
		m.watch.see(time.Now(), &m.progress)
		for _, observe := range m.options.observers {
			observe(m.progress)
		}
		if still := time.Since(m.watch.moved); still > m.options.pace.Stall {
			return &StallError{For: still.Round(time.Second), Progress: m.progress}
		}
		if !sleep(ctx, m.options.pace.Look) {
			return ctx.Err()
		}
	}
}

func (m *mover) wait(ref caisson.Ref, reason string) {
	m.progress.Waiting = append(m.progress.Waiting, Waiting{Ref: ref, Reason: reason})
}

func (m *mover) report(title string, err error) (*caisson.Report, error) {
	if err != nil {
		m.change.Action, m.change.Err = caisson.Failed, err
	}
	report := &caisson.Report{Title: title, Changes: []caisson.Change{m.change}}
	return report, report.Err()
}
