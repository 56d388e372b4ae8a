package apply

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// Plan says what Reconcile would do with the same builders and options. It writes nothing.
func Plan(
	ctx context.Context, c client.Client, set Set, builders []caisson.Builder, opts ...PlanOption,
) (*caisson.Report, error) {
	o := newOptions()
	for _, option := range opts {
		option.plan(o)
	}
	r := newRun(c, set, o)
	r.planning = true
	if !r.addBuilt(builders) {
		return r.finish(r.report())
	}
	if err := set.validate(); err != nil {
		return r.finish(r.failAll(err))
	}
	if err := r.decide(ctx); err != nil {
		return r.finish(r.failAll(err))
	}
	decided := r.plan() // before the server says which of the changes nobody would see
	r.preview(ctx)
	report, err := r.finish(r.report())
	if err == nil && o.save != nil {
		*o.save = decided
	}
	return report, err
}

// Reconcile makes the cluster hold what the builders build. It neither waits for the objects to be ready nor for other
// runs longer than half a minute; a controller calls it for every event. Builders that need what the cluster lacks fail
// with a *RequirementError before anything of theirs is created.
func Reconcile(
	ctx context.Context, c client.Client, set Set, builders []caisson.Builder, opts ...Option,
) (*caisson.Report, error) {
	r := newRun(c, set, applyOptions(opts))
	if !r.addBuilt(builders) {
		return r.finish(r.report())
	}
	return r.finish(r.do(ctx))
}

// Apply makes the cluster hold the objects. Unlike Reconcile it runs no builder's checks.
func Apply[O caisson.Object](
	ctx context.Context, c client.Client, set Set, objects []O, opts ...Option,
) (*caisson.Report, error) {
	r := newRun(c, set, applyOptions(opts))
	for _, object := range objects {
		r.add(object, nil)
	}
	return r.finish(r.do(ctx))
}

// Delete deletes every object of the set, last things first, and the set's parent once nothing of the set is left.
// Objects of kinds that hold what cannot be had back are skipped, unless AllowDelete names their kind. Deleting what is
// no longer there is a success with an empty report. It does not wait until finalizers are done.
func Delete(ctx context.Context, c client.Client, set Set, opts ...DeleteOption) (*caisson.Report, error) {
	o := newOptions()
	for _, option := range opts {
		option.delete(o)
	}
	o.modes[Prune] = true // deleting is pruning towards nothing
	r := newRun(c, set, o)
	r.deleting = true
	report := r.do(ctx)
	if report.Err() != nil || !r.emptied() {
		return r.finish(report)
	}
	if err := r.parent.remove(ctx); err != nil {
		r.parentStep().fail(err)
	}
	return r.finish(r.report())
}

func applyOptions(opts []Option) *options {
	o := newOptions()
	for _, option := range opts {
		option.apply(o)
	}
	return o
}

// addBuilt adds what the builders build, after their checks. If any of them refuses nothing is applied, since half of
// what somebody asked for is not what they asked for; the report then says which, and skips what the others built.
func (r *run) addBuilt(builders []caisson.Builder) bool {
	var refused []*step
	for i, builder := range builders {
		objects, err := built(builder)
		if err != nil {
			name := fmt.Sprintf("builders[%d]", i)
			s := &step{change: caisson.Change{Ref: caisson.Ref{Kind: fmt.Sprintf("%T", builder), Name: name}}}
			s.fail(err)
			refused = append(refused, s)
			continue
		}
		requires := builder.Requires()
		for _, object := range objects {
			r.add(object, requires)
		}
	}
	if len(refused) == 0 {
		return true
	}
	r.steps = refused
	for _, in := range r.intents {
		s := &step{intent: in, change: caisson.Change{Ref: in.ref}}
		s.skip(waitsFor(refused[0].change.Ref.String()))
		r.steps = append(r.steps, s)
	}
	return false
}

func built(builder caisson.Builder) ([]caisson.Object, error) {
	if builder == nil {
		return nil, errors.New("is nil: leave it out")
	}
	if err := builder.Validate(); err != nil {
		return nil, err
	}
	return builder.Objects()
}

const (
	attempts = 10               // to get hold of the set while other runs change it
	patience = 30 * time.Second // for a run that holds it
)

// do decides and carries out.
func (r *run) do(ctx context.Context) *caisson.Report {
	if err := r.set.validate(); err != nil {
		return r.failAll(err)
	}
	if r.idle(ctx) {
		return r.report()
	}
	waitUntil := time.Now().Add(patience)
	for moved := 0; moved < attempts; {
		if err := r.decideAsPlanned(ctx); err != nil {
			return r.failAll(err)
		}
		if !r.writes() {
			return r.report()
		}
		if until, held := r.parent.heldUntil(); held {
			if time.Now().After(waitUntil) {
				return r.failChanges(&HeldError{Set: r.set, Until: until})
			}
			if err := pause(ctx, time.Second); err != nil {
				return r.failAll(err)
			}
			continue
		}
		switch err := r.carryOut(ctx); {
		case errors.Is(err, errMoved):
			moved++
			if err := pause(ctx, time.Duration(moved)*50*time.Millisecond); err != nil {
				return r.failAll(err)
			}
		case err != nil:
			return r.failAll(err)
		default:
			return r.report()
		}
	}
	return r.failAll(fmt.Errorf("gave up after %d attempts: %w", attempts, errMoved))
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
