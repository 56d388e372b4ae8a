package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
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
	if err := errors.Join(set.validate(), r.addBuilt(builders)); err != nil {
		return finish(r.failAll(err))
	}
	if err := r.decide(ctx); err != nil {
		return finish(r.failAll(err))
	}
	r.preview(ctx)
	return finish(r.report())
}

// Reconcile makes the cluster hold what the builders build. It neither waits for the objects to be ready nor for other
// runs longer than their bounded time; a controller calls it for every event. Builders that need what the cluster lacks
// fail with a *RequirementError before anything of theirs is created.
func Reconcile(
	ctx context.Context, c client.Client, set Set, builders []caisson.Builder, opts ...Option,
) (*caisson.Report, error) {
	r := newRun(c, set, applyOptions(opts))
	if err := r.addBuilt(builders); err != nil {
		return finish(r.failAll(err))
	}
	return finish(r.do(ctx))
}

// Apply makes the cluster hold the objects. Unlike Reconcile it runs no builder's checks.
func Apply[O caisson.Object](
	ctx context.Context, c client.Client, set Set, objects []O, opts ...Option,
) (*caisson.Report, error) {
	r := newRun(c, set, applyOptions(opts))
	for _, object := range objects {
		r.add(object, nil)
	}
	return finish(r.do(ctx))
}

func applyOptions(opts []Option) *options {
	o := newOptions()
	for _, option := range opts {
		option.apply(o)
	}
	return o
}

func finish(report *caisson.Report) (*caisson.Report, error) { return report, report.Err() }

// addBuilt adds what the builders build, after their checks. Nothing is applied if any of them refuses: half of what
// somebody asked for is not what they asked for.
func (r *run) addBuilt(builders []caisson.Builder) error {
	var failed []error
	for _, builder := range builders {
		if err := builder.Validate(); err != nil {
			failed = append(failed, err)
			continue
		}
		objects, err := builder.Objects()
		if err != nil {
			failed = append(failed, err)
			continue
		}
		for _, object := range objects {
			r.add(object, builder.Requires())
		}
	}
	return errors.Join(failed...)
}

const (
	attempts       = 10               // to get hold of the set while other runs change it
	patience       = 30 * time.Second // for a run that holds it
	releaseTimeout = 10 * time.Second
)

// do decides and carries out.
func (r *run) do(ctx context.Context) *caisson.Report {
	if err := r.set.validate(); err != nil {
		return r.failAll(err)
	}
	waitUntil := time.Now().Add(patience)
	for moved := 0; moved < attempts; {
		if err := r.decide(ctx); err != nil {
			return r.failAll(err)
		}
		if !r.writes() {
			return r.report()
		}
		if until, held := r.parent.heldUntil(); held {
			if time.Now().After(waitUntil) {
				return r.skipAll(fmt.Sprintf("another run is changing the set, until %s at the latest", until))
			}
			if err := pause(ctx, time.Second); err != nil {
				return r.failAll(err)
			}
			continue
		}
		switch err := r.carryOut(ctx); {
		case errors.Is(err, errMoved):
			moved++ // and read all anew
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

// writes says whether there is anything to write.
func (r *run) writes() bool {
	return slices.ContainsFunc(r.steps, func(s *step) bool { return s.change.Action.Changes() })
}

func (r *run) skipAll(reason string) *caisson.Report {
	for _, s := range r.steps {
		if s.change.Action.Changes() {
			s.skip(reason)
		}
	}
	return r.report()
}

// carryOut the steps under the set's mark. An error means that nothing was written, but for the set's own namespace.
func (r *run) carryOut(ctx context.Context) error {
	r.applyOwnNamespace(ctx)
	if err := r.parent.mark(ctx, r.refs()); err != nil {
		if apierrors.IsNotFound(err) {
			return fmt.Errorf("%w: add its namespace to the set, or create it first", err)
		}
		return err
	}
	failedBefore := ""
	for current := range phaseCount {
		failed := r.applyPhase(ctx, current, failedBefore)
		if failedBefore == "" {
			failedBefore = failed
		}
	}
	r.prune(ctx, failedBefore)
	// Places are forgotten only when nothing of the set can be left in them.
	clean := r.options.modes[Prune] && failedBefore == "" && !slices.ContainsFunc(r.steps, func(s *step) bool {
		return s.intent == nil && s.change.Action != caisson.Pruned
	})
	// Also when the context has ended: other runs would wait for the mark until it expires.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer cancel()
	if err := r.parent.release(ctx, r.refs(), !clean); err != nil && !errors.Is(err, errMoved) {
		r.steps = append(r.steps, r.parentStep(err))
	}
	return nil
}

func (r *run) parentStep(err error) *step {
	ref := caisson.Ref{Version: "v1", Kind: "ConfigMap", Namespace: r.set.Namespace, Name: r.set.parentName()}
	return &step{change: caisson.Change{Ref: ref, Action: caisson.Failed, Err: err}}
}

// applyOwnNamespace creates the namespace that the parent lives in, if the set brings it.
func (r *run) applyOwnNamespace(ctx context.Context) {
	for _, s := range r.steps {
		if s.change.Action == caisson.Created && !s.sent && r.isOwnNamespace(s.change.Ref) {
			r.send(ctx, s)
			r.options.observe(s.change)
			s.sent = true
			r.ownNamespace = s.change.Action == caisson.Created
		}
	}
}

// applyPhase sends the steps of one phase and gives the first object that failed in it. After a failure in an earlier
// phase it skips them instead.
func (r *run) applyPhase(ctx context.Context, current phase, failedBefore string) string {
	var steps []*step
	for _, s := range r.steps {
		if s.intent != nil && phaseOf(s.change.Ref.GroupKind()) == current {
			steps = append(steps, s)
		}
	}
	_ = parallel(len(steps), func(i int) error {
		s := steps[i]
		if s.change.Action.Changes() && !s.sent {
			if failedBefore != "" {
				s.skip("waits for " + failedBefore + ", which failed")
			} else {
				r.send(ctx, s)
			}
			r.options.observe(s.change)
		}
		return nil
	})
	for _, s := range steps {
		if s.change.Action == caisson.Failed {
			return s.change.Ref.String()
		}
	}
	return ""
}

// prune deletes what the set no longer holds, last things first, if all else succeeded and the mark is still ours.
func (r *run) prune(ctx context.Context, failedBefore string) {
	var steps []*step
	for _, s := range r.steps {
		if s.intent == nil && s.change.Action == caisson.Pruned {
			steps = append(steps, s)
		}
	}
	if len(steps) == 0 {
		return
	}
	var refuse string
	if failedBefore != "" {
		refuse = failedBefore + " failed, and nothing is deleted before all else succeeded"
	} else if err := r.parent.stillMarked(ctx); err != nil {
		refuse = err.Error()
	}
	for current := phaseCount - 1; current >= 0; current-- {
		for _, s := range steps {
			if phaseOf(s.change.Ref.GroupKind()) != current {
				continue
			}
			if refuse != "" {
				s.skip(refuse)
			} else if err := deleteOne(ctx, r.client, s); err != nil {
				s.fail(err)
			}
			r.options.observe(s.change)
		}
	}
}

// deleteOne deletes the object that was read, not another that has its name by now.
func deleteOne(ctx context.Context, c client.Client, s *step) error {
	err := c.Delete(ctx, s.live, client.Preconditions{UID: new(s.live.GetUID())},
		client.PropagationPolicy("Background"))
	if apierrors.IsConflict(err) {
		return errors.New("it was replaced by another object of the same name since it was read: run again")
	}
	return client.IgnoreNotFound(err)
}
