package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// step is what a run does, or would do, to one object.
type step struct {
	intent *intent                    // nil if the set no longer holds the object
	live   *unstructured.Unstructured // nil if the cluster does not hold it
	change caisson.Change
	sent   bool // the intent has reached the server
}

func (s *step) fail(err error) {
	s.change.Action, s.change.Err, s.change.Fields = caisson.Failed, err, nil
}

func (s *step) skip(reason string) {
	s.change.Action, s.change.Reason, s.change.Fields = caisson.Skipped, reason, nil
}

// run is one pass over a set: what is wanted, what is there, and what is to be done about it.
type run struct {
	client   client.Client
	set      Set
	options  *options
	deleting bool
	dryRun   bool // nothing is written; the server says what would come of it
	intents  []*intent
	parent   *parent
	steps    []*step

	ownNamespace bool // this run has created the namespace of its parent
}

func newRun(c client.Client, set Set, o *options) *run {
	return &run{client: c, set: set, options: o}
}

// add an object that the cluster shall hold.
func (r *run) add(object caisson.Object, requires []caisson.Requirement) {
	in := newIntent(r.client, r.set, object, requires)
	if in.err == nil && slices.ContainsFunc(r.intents, func(other *intent) bool { return other.ref == in.ref }) {
		in.err = errors.New("is given twice: leave one of them out")
	}
	r.intents = append(r.intents, in)
}

// decide what is to be done, by reading alone.
func (r *run) decide(ctx context.Context) error {
	var err error
	if r.parent, err = readParent(ctx, r.client, r.set); err != nil {
		return err
	}
	where, err := places(r.client, r.intents, r.parent)
	if err != nil {
		return err
	}
	objects, err := readLive(ctx, r.client, r.set, where)
	if err != nil {
		return err
	}
	r.steps = make([]*step, len(r.intents))
	_ = parallel(len(r.intents), func(i int) error {
		r.steps[i] = r.decideOne(ctx, r.intents[i], objects.get(r.intents[i].ref))
		return nil
	})
	if r.options.modes[Prune] {
		r.steps = append(r.steps, r.decidePrune(objects)...)
	}
	return nil
}

func (r *run) decideOne(ctx context.Context, in *intent, live *unstructured.Unstructured) *step {
	s := &step{intent: in, live: live, change: caisson.Change{Ref: in.ref}}
	if in.err != nil {
		s.fail(in.err)
		return s
	}
	if live == nil {
		r.lookUp(ctx, s)
		if s.live == nil || s.change.Action == caisson.Failed {
			return s
		}
	}
	switch {
	case s.live.GetDeletionTimestamp() != nil:
		s.fail(errors.New("is being deleted: run again once it is gone"))
	case s.change.Action == caisson.Adopted:
	case in.differs(s.live):
		s.change.Action = caisson.Updated
	case r.ownNamespace && r.isOwnNamespace(in.ref):
		s.change.Action, s.sent = caisson.Created, true // by an attempt of this run that had to begin again
	default:
		s.change.Action = caisson.Unchanged
	}
	return s
}

// lookUp an object that the set does not hold: whatever is there is not ours to overwrite.
func (r *run) lookUp(ctx context.Context, s *step) {
	found, err := get(ctx, r.client, s.change.Ref)
	switch {
	case err != nil:
		s.fail(err)
	case found == nil:
		s.change.Action = caisson.Created
		if err := r.unmet(s.intent.requires); err != nil {
			s.fail(err)
		}
	case found.GetLabels()[labelPartOf] == r.set.ID():
		s.live = found // created by another run of the set since the LIST, or for a controller
	case owner(found) != "" || !r.options.modes[Adopt]:
		s.fail(&ForeignError{Ref: s.change.Ref, Set: owner(found)})
	default:
		s.live, s.change.Action = found, caisson.Adopted
	}
}

// owner is the id of the set that an object belongs to, or stands for as its parent.
func owner(object *unstructured.Unstructured) string {
	if id := object.GetLabels()[labelPartOf]; id != "" {
		return id
	}
	return object.GetLabels()[labelID]
}

func (r *run) isOwnNamespace(ref caisson.Ref) bool {
	return ref.Group == "" && ref.Kind == "Namespace" && ref.Name == r.set.Namespace
}

// unmet gives the first requirement that the cluster does not meet.
func (r *run) unmet(requirements []caisson.Requirement) error {
	for _, requirement := range requirements {
		_, err := r.client.RESTMapper().RESTMapping(requirement.Kind.GroupKind(), requirement.Kind.Version)
		switch {
		case meta.IsNoMatchError(err):
			return &RequirementError{requirement}
		case err != nil:
			return fmt.Errorf("ask the cluster whether it serves %s: %w", requirement.Kind, err)
		}
	}
	return nil
}

// decidePrune finds what the set no longer holds.
func (r *run) decidePrune(objects live) []*step {
	wanted := map[caisson.Ref]bool{}
	for _, in := range r.intents {
		wanted[versionless(in.ref)] = true
	}
	var steps []*step
	for key, object := range objects {
		if wanted[key] {
			continue
		}
		s := &step{live: object, change: caisson.Change{
			Ref: caisson.RefTo(object.GroupVersionKind(), object), Action: caisson.Pruned,
		}}
		switch {
		case object.GetDeletionTimestamp() != nil:
			s.skip("is being deleted already")
		case !r.options.mayDelete(key.GroupKind()):
			s.skip("a " + key.Kind + " is not deleted unless AllowDelete names its kind")
		}
		steps = append(steps, s)
	}
	slices.SortFunc(steps, func(a, b *step) int { return a.change.Ref.Compare(b.change.Ref) })
	return steps
}

// writes says whether there is anything to write.
func (r *run) writes() bool {
	if slices.ContainsFunc(r.steps, func(s *step) bool { return s.change.Action.Changes() }) {
		return true
	}
	if r.deleting {
		return r.parent.object != nil
	}
	// Somebody may have deleted the parent, and with it the memory of where the set's objects are.
	var held []caisson.Ref
	for _, s := range r.steps {
		if s.change.Action == caisson.Unchanged {
			held = append(held, s.change.Ref)
		}
	}
	return len(held) > 0 && !r.parent.memory().covers(newMemory(r.set, held...))
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
