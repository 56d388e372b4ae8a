package apply

import (
	"context"
	"errors"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// prune deletes what the set no longer holds, last things first, if all else succeeded and the mark is still ours.
func (r *run) prune(ctx context.Context, failed string) {
	if !slices.ContainsFunc(r.steps, toBePruned) {
		return
	}
	if failed != "" {
		r.keepAll(keptAfter(failed))
		return
	}
	if unready := r.unready(ctx); unready != "" {
		r.keepAll(unready)
		return
	}
	if err := r.parent.renew(ctx); errors.Is(err, errMoved) {
		r.keepAll(err.Error())
		return
	} else if err != nil {
		for _, s := range r.steps {
			if toBePruned(s) {
				s.fail(err)
				r.options.observe(s)
			}
		}
		return
	}
	for current := phaseCount - 1; current >= 0; current-- {
		r.prunePhase(ctx, current)
	}
}

func (r *run) prunePhase(ctx context.Context, current phase) {
	var steps []*step
	for _, s := range r.steps {
		if toBePruned(s) && phaseOf(s.change.Ref.GroupKind()) == current {
			steps = append(steps, s)
		}
	}
	_ = parallel(len(steps), func(i int) error {
		s := steps[i]
		r.options.memo.forget(s.change.Ref)
		if err := deleteOne(ctx, r.client, s); err != nil {
			s.fail(err)
		}
		r.options.observe(s)
		return nil
	})
}

func toBePruned(s *step) bool { return s.intent == nil && s.change.Action == caisson.Pruned }

// keepAll that were to be pruned.
func (r *run) keepAll(reason string) {
	for _, s := range r.steps {
		if toBePruned(s) {
			s.skip(reason)
			if !r.planning {
				r.options.observe(s)
			}
		}
	}
}

func keptAfter(failed string) string {
	return failed + " failed, and nothing is deleted before all else has succeeded"
}

// unready says what nothing may be deleted before, if that is asked for: what the set holds and is not ready.
func (r *run) unready(ctx context.Context) string {
	if !r.options.modes[PruneWhenReady] {
		return ""
	}
	reasons := make([]string, len(r.steps))
	_ = parallel(len(r.steps), func(i int) error {
		ref := r.steps[i].change.Ref
		if r.steps[i].intent == nil || !getsReady(ref) {
			return nil
		}
		switch state, err := ready(ctx, r.client, ref); {
		case err != nil:
			reasons[i] = err.Error()
		case state.reason != "":
			reasons[i] = ref.String() + ": " + state.reason
		}
		return nil
	})
	for _, reason := range reasons {
		if reason != "" {
			return "nothing is deleted before all is ready: " + reason
		}
	}
	return ""
}

// holdBack what is to be pruned, if there is nothing else to do and it is not the time yet: nothing is written then.
func (r *run) holdBack(ctx context.Context) {
	if !slices.ContainsFunc(r.steps, toBePruned) || slices.ContainsFunc(r.steps, func(s *step) bool {
		return s.intent != nil && s.change.Action.Changes()
	}) {
		return
	}
	if unready := r.unready(ctx); unready != "" {
		for _, s := range r.steps {
			if toBePruned(s) {
				s.skip(unready)
			}
		}
	}
}

// pruned says that all that was to be deleted is.
func (r *run) pruned() bool {
	return len(r.parent.unserved) == 0 && !slices.ContainsFunc(r.steps, func(s *step) bool {
		return s.intent == nil && s.change.Action != caisson.Pruned
	})
}

// deleteOne deletes the object that was read, not another that has its name by now.
func deleteOne(ctx context.Context, c client.Client, s *step) error {
	err := c.Delete(ctx, s.live, client.Preconditions{UID: new(s.live.GetUID())}, client.PropagationPolicy("Background"))
	if apierrors.IsConflict(err) {
		return errors.New("it was replaced by another object of the same name since it was read: run again")
	}
	return client.IgnoreNotFound(err)
}
