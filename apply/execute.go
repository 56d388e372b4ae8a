package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/caissonhq/caisson"
)

// Giving back the mark happens also when the run's own context has ended, and is tried again: a mark that stays keeps the
// next run waiting.
const (
	releaseAttempts = 3
	releaseTimeout  = 5 * time.Second
)

// carryOut the steps under the set's mark. An error means that nothing was written, but for the set's own namespace.
func (r *run) carryOut(ctx context.Context) error {
	if failed := r.applyOwnNamespace(ctx); failed != "" {
		r.skipAll(waitsFor(failed))
		return nil
	}
	rec, err := r.newRecord(ctx)
	if err != nil {
		return err
	}
	before := r.parent.history
	if rec != nil {
		r.parent.history = rec.after
	}
	if err := r.parent.mark(ctx, r.remember(r.refs())); err != nil {
		if !errors.Is(err, errMoved) {
			r.parent.history = before
			_ = r.release(ctx, r.parent.memory()) // the answer may have been lost, and the mark been set
		}
		return explainNamespace(err)
	}
	marked, cancel := context.WithDeadline(ctx, r.parent.deadline.Add(-markMargin))
	defer cancel()
	if rec != nil {
		if err := r.keep(marked, rec); err != nil {
			r.parent.history = before
			return errors.Join(err, r.release(ctx, r.parent.memory()))
		}
	}
	failed := r.applyPhases(marked)
	r.prune(marked, failed)
	// Places are forgotten only when nothing of the set can be left in them.
	remember := r.remember(r.refs())
	if failed != "" || !r.options.modes[Prune] || !r.pruned() {
		remember = remember.with(r.parent.memory())
	}
	if failed == "" && !r.anyFailed() {
		r.conclude(marked)
	}
	if err := r.release(ctx, remember); err != nil {
		r.parentStep().fail(err)
	}
	r.options.memo.saw(r.parent)
	return nil
}

// conclude a run in which nothing failed: all of the last revision has been applied. A set that is deleted keeps no values.
func (r *run) conclude(ctx context.Context) {
	if !r.deleting {
		r.parent.applied()
		return
	}
	if err := r.removeHistory(ctx); err != nil {
		r.parentStep().fail(err)
		return
	}
	r.parent.history = nil
}

// preview asks the server what each change would come to, without making it.
func (r *run) preview(ctx context.Context) {
	if failed := r.applyPhases(ctx); failed != "" {
		r.keepAll(keptAfter(failed))
	}
}

func waitsFor(failed string) string { return "waits for " + failed + ", which failed" }

func (r *run) release(ctx context.Context, m memory) error {
	var err error
	for attempt := range releaseAttempts {
		time.Sleep(time.Duration(attempt) * 100 * time.Millisecond)
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
		err = r.parent.release(bounded, m)
		cancel()
		if err == nil || apierrors.IsForbidden(err) || apierrors.IsNotFound(err) || apierrors.IsInvalid(err) {
			break
		}
	}
	return err
}

// anyFailed says that something could not be applied, or not even be tried.
func (r *run) anyFailed() bool {
	return slices.ContainsFunc(r.steps, func(s *step) bool { return s.change.Action == caisson.Failed })
}

// emptied says that this run has deleted the last of the set.
func (r *run) emptied() bool { return r.parent.object != nil && r.parent.run != "" && r.pruned() }

// applyOwnNamespace creates the namespace that the parent lives in, if the set brings it. It says what failed.
func (r *run) applyOwnNamespace(ctx context.Context) string {
	for _, s := range r.steps {
		if s.change.Action != caisson.Created || s.sent || !r.isOwnNamespace(s.change.Ref) {
			continue
		}
		r.send(ctx, s)
		r.options.observe(s)
		if s.change.Action == caisson.Failed {
			return s.change.Ref.String()
		}
		r.ownNamespace = true
	}
	return ""
}

// applyPhases sends what differs, phase by phase, and gives the first object that failed. What comes in later phases is
// skipped then.
func (r *run) applyPhases(ctx context.Context) string {
	failedBefore := ""
	for current := range phaseCount {
		failed := r.applyPhase(ctx, current, failedBefore)
		if failedBefore == "" {
			failedBefore = failed
		}
	}
	return failedBefore
}

func (r *run) applyPhase(ctx context.Context, current phase, failedBefore string) string {
	var steps []*step
	for _, s := range r.steps {
		if s.intent != nil && phaseOf(s.change.Ref.GroupKind()) == current {
			steps = append(steps, s)
		}
	}
	_ = parallel(len(steps), func(i int) error {
		r.applyStep(ctx, steps[i], failedBefore)
		return nil
	})
	for _, s := range steps {
		if s.change.Action == caisson.Failed {
			return s.change.Ref.String()
		}
	}
	return ""
}

func (r *run) applyStep(ctx context.Context, s *step, failedBefore string) {
	switch {
	case !s.change.Action.Changes() || s.sent:
		return
	case failedBefore != "":
		s.skip(waitsFor(failedBefore))
	case r.planning && (r.bringsNamespace(s.change.Ref.Namespace) || r.brings(s.change.Ref)):
		if _, err := s.intent.encode(); err != nil { // the server has no place yet to try it in
			s.fail(err)
		}
	default:
		r.send(ctx, s)
	}
	if r.planning {
		return
	}
	if s.sent && s.change.Ref.GroupKind() == definitionKind {
		if err := r.awaitEstablished(ctx, s); err != nil {
			s.fail(err)
		}
	}
	r.options.observe(s)
}

// explainNamespace adds the remedy to the error of a request into a namespace that is not there.
func explainNamespace(err error) error {
	var status apierrors.APIStatus
	if !apierrors.IsNotFound(err) || !errors.As(err, &status) || status.Status().Details == nil ||
		status.Status().Details.Kind != "namespaces" {
		return err
	}
	return fmt.Errorf("%w: add its namespace to the set, or create it first", err)
}
