package apply

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// send a step's intent to the server and note what came of it.
func (r *run) send(ctx context.Context, s *step) {
	if s.intent.stamp != "" && !r.planning {
		stamp, err := r.stamp(ctx, s.intent) // by now, what changes in the same run has changed
		if err != nil {
			s.fail(err)
			return
		}
		s.intent.stamp = stamp
	}
	after, err := r.applyOne(ctx, s, r.planning)
	if err != nil {
		s.fail(explainNamespace(err))
		return
	}
	s.sent = true
	if !r.planning {
		r.seen(s.change.Ref, after)
		r.options.memo.learn(s.change.Ref, after, r.intentSum(s))
	}
	if s.live == nil {
		return // created, as decided
	}
	fields := difference(s.change.Ref, s.live, after)
	if s.change.Action == caisson.Updated && len(fields) == 0 {
		s.change.Action = caisson.Unchanged
	}
	// The hash of the intent is our own; it differs whenever anything else does.
	s.change.Fields = slices.DeleteFunc(fields, func(f caisson.FieldChange) bool { return f.Path == intentPath })
}

// ask the server about the objects of which only it can say whether they differ: those of kinds without known merge rules
// above all, whose defaults look like somebody's changes.
func (r *run) ask(ctx context.Context) {
	var doubtful []*step
	for _, s := range r.steps {
		if s.doubtful {
			doubtful = append(doubtful, s)
		}
	}
	_ = parallel(len(doubtful), func(i int) error {
		r.askOne(ctx, doubtful[i])
		return nil
	})
}

// askOne has the server try a step. What cannot be tried is sent, and then says what is wrong.
func (r *run) askOne(ctx context.Context, s *step) {
	for attempt := range busyAttempts {
		after, err := r.applyOne(ctx, s, true)
		switch {
		case err != nil:
			return
		case len(difference(s.change.Ref, s.live, after)) == 0:
			r.options.memo.learn(s.change.Ref, s.live, s.sum)
			s.live, s.change.Action = nil, caisson.Unchanged
			return
		case after.GetResourceVersion() == s.live.GetResourceVersion():
			return
		}
		// Somebody has written to it since it was read, mostly a controller, and that may be all of the difference.
		now, err := get(ctx, r.client, s.change.Ref)
		if err != nil || now == nil || now.GetUID() != s.live.GetUID() || busy(ctx, attempt) != nil {
			return
		}
		s.live = now
	}
}

// applyOne has the server hold a step's intent, or try to.
func (r *run) applyOne(ctx context.Context, s *step, dryRun bool) (*unstructured.Unstructured, error) {
	options := []client.ApplyOption{client.FieldOwner(r.set.manager())}
	if dryRun {
		options = append(options, client.DryRunAll)
	}
	if r.options.modes[Force] && s.live != nil { // somebody may create it in this moment, and it would be seized
		options = append(options, client.ForceOwnership)
	}
	// Anew each time: the answer is decoded into it, and sending an answer would seize every field.
	object, err := s.intent.encode()
	if err != nil {
		return nil, err
	}
	if s.migrates && !dryRun {
		if err := r.migrate(ctx, s); err != nil {
			return nil, err
		}
	}
	if s.live != nil {
		object.SetUID(s.live.GetUID()) // not another object that has its name by now
	}
	if replicas, orphaned := r.orphanedReplicas(s, object); orphaned {
		if dryRun { // in which nothing can be handed over
			if err := unstructured.SetNestedField(object.Object, replicas, "spec", "replicas"); err != nil {
				return nil, err
			}
		} else if err := r.handOver(ctx, s, replicas); err != nil {
			return nil, err
		}
	}
	if !s.migrates || !dryRun {
		return r.applyTaking(ctx, s, object, options)
	}
	sent := object.DeepCopy()
	if object, err = r.applyTaking(ctx, s, object, options); err != nil {
		return nil, err
	}
	return r.tryMigration(ctx, s, sent, object)
}

// applyTaking sends one server-side apply, and another that takes the fields that were edited by hand.
func (r *run) applyTaking(
	ctx context.Context, s *step, object *unstructured.Unstructured, options []client.ApplyOption,
) (*unstructured.Unstructured, error) {
	err := r.client.Apply(ctx, client.ApplyConfigurationFromUnstructured(object), options...)
	conflicts := conflictsIn(err)
	switch {
	case err == nil:
		return object, nil
	case len(conflicts) == 0 && apierrors.IsConflict(err):
		return nil, fmt.Errorf("it was changed or replaced since it was read: run again: %w", err)
	case len(conflicts) == 0:
		return nil, err
	}
	for attempt := 1; ; attempt++ {
		object, err = r.take(ctx, s, conflicts, options)
		if !apierrors.IsConflict(err) || attempt == busyAttempts || busy(ctx, attempt) != nil {
			return object, err
		}
		// A controller has written its status in the meantime.
	}
}

// busyAttempts bounds how often an object may be changed under a request that must not overlook a change.
const busyAttempts = 8

// busy waits a little longer with each attempt, half a second in all: while a rollout goes on, its controller writes to its
// Deployment many times a second.
func busy(ctx context.Context, attempt int) error {
	return pause(ctx, time.Duration(attempt)*20*time.Millisecond) //nolint:mnd // as said
}

// take the fields in conflict, if nobody declared them.
func (r *run) take(
	ctx context.Context, s *step, conflicts []Conflict, options []client.ApplyOption,
) (*unstructured.Unstructured, error) {
	now, err := get(ctx, r.client, s.change.Ref)
	switch {
	case err != nil:
		return nil, err
	case now == nil:
		return nil, errors.New("it was deleted since it was read: run again")
	case s.live != nil && now.GetUID() != s.live.GetUID():
		return nil, errors.New("it was replaced by another object of the same name since it was read: run again")
	case s.live == nil && now.GetLabels()[labelPartOf] != r.set.ID():
		return nil, &ForeignError{Ref: s.change.Ref, Set: owner(now)} // somebody created it since we looked
	}
	if held := r.heldByOthers(now, conflicts); len(held) > 0 && !r.options.modes[Force] {
		return nil, &ConflictError{Ref: s.change.Ref, Conflicts: held}
	}
	object, err := s.intent.encode()
	if err != nil {
		return nil, err
	}
	object.SetResourceVersion(now.GetResourceVersion()) // what was judged is what is overwritten
	err = r.client.Apply(ctx, client.ApplyConfigurationFromUnstructured(object), append(options, client.ForceOwnership)...)
	return object, err
}

var conflictMessage = regexp.MustCompile(`^conflict with "([^"]*)"(?: with subresource "([^"]*)")?`)

func conflictsIn(err error) []Conflict {
	var status apierrors.APIStatus
	if !errors.As(err, &status) || status.Status().Details == nil {
		return nil
	}
	var conflicts []Conflict
	for _, cause := range status.Status().Details.Causes {
		if cause.Type != metav1.CauseTypeFieldManagerConflict {
			continue
		}
		conflict := Conflict{Field: cause.Field}
		if found := conflictMessage.FindStringSubmatch(cause.Message); found != nil {
			conflict.Manager, conflict.Subresource = found[1], found[2]
		}
		conflicts = append(conflicts, conflict)
	}
	return conflicts
}

// heldByOthers leaves out the conflicts with managers that only ever updated, since somebody's edit is no declaration, and
// with those whose fields are taken over anyway.
func (r *run) heldByOthers(now *unstructured.Unstructured, conflicts []Conflict) []Conflict {
	var held []Conflict
	for _, conflict := range conflicts {
		migrates := conflict.Subresource == "" && slices.Contains(r.options.migrate, conflict.Manager)
		if !migrates && !editedOnly(now.GetManagedFields(), conflict) {
			held = append(held, conflict)
		}
	}
	return held
}

// beforeFirstApply is whom the server names for the fields of an object that nobody's managed fields are known of.
const beforeFirstApply = "before-first-apply"

func editedOnly(entries []metav1.ManagedFieldsEntry, conflict Conflict) bool {
	if conflict.Subresource != "" {
		return false
	}
	if conflict.Manager == beforeFirstApply {
		return true
	}
	edited := false
	for _, entry := range entries {
		if entry.Manager != conflict.Manager || entry.Subresource != "" {
			continue
		}
		if entry.Operation != metav1.ManagedFieldsOperationUpdate {
			return false
		}
		edited = true
	}
	return edited
}
