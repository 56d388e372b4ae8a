package apply

import (
	"context"
	"errors"
	"regexp"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// applyOne sends one server-side apply. Fields that were edited by hand are taken back with a second one.
func (r *run) applyOne(
	ctx context.Context, s *step, extra ...client.ApplyOption,
) (*unstructured.Unstructured, error) {
	options := append([]client.ApplyOption{client.FieldOwner(r.set.manager())}, extra...)
	if r.options.modes[Force] {
		options = append(options, client.ForceOwnership)
	}
	after, err := sendOnce(ctx, r.client, s.intent, options)
	conflicts := conflictsIn(err)
	if len(conflicts) == 0 {
		return after, err
	}
	held, err := r.heldByOthers(ctx, s, conflicts)
	if err != nil {
		return nil, err
	}
	if len(held) > 0 {
		return nil, &ConflictError{Ref: s.change.Ref, Conflicts: held}
	}
	return sendOnce(ctx, r.client, s.intent, append(options, client.ForceOwnership))
}

// sendOnce sends a copy: the answer is decoded into what was sent, and sending an answer would seize every field in it.
func sendOnce(
	ctx context.Context, c client.Client, in *intent, options []client.ApplyOption,
) (*unstructured.Unstructured, error) {
	object := in.sent().DeepCopy()
	err := c.Apply(ctx, client.ApplyConfigurationFromUnstructured(object), options...)
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

// heldByOthers leaves out the conflicts with managers that only ever updated: somebody's edit is no declaration.
func (r *run) heldByOthers(ctx context.Context, s *step, conflicts []Conflict) ([]Conflict, error) {
	now, err := get(ctx, r.client, s.change.Ref)
	if err != nil {
		return nil, err
	}
	if now == nil {
		return nil, nil // deleted in the meantime: nobody holds anything
	}
	var held []Conflict
	for _, conflict := range conflicts {
		if !editedOnly(now.GetManagedFields(), conflict) {
			held = append(held, conflict)
		}
	}
	return held, nil
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

// refs that the set holds once the run is over.
func (r *run) refs() []caisson.Ref {
	var refs []caisson.Ref
	for _, in := range r.intents {
		if in.err == nil {
			refs = append(refs, in.ref)
		}
	}
	return refs
}
