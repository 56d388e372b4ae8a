package apply

import (
	"context"
	"errors"
	"slices"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// decide what is to be done, by reading alone.
func (r *run) decide(ctx context.Context) error {
	var err error
	if r.parent, err = readParent(ctx, r.client, r.set); err != nil {
		return err
	}
	if err := r.begin(); err != nil {
		return err
	}
	where, err := r.places()
	if err != nil {
		return err
	}
	f := &found{run: r}
	if err := parallel(len(where), func(i int) error { return f.read(ctx, where[i]) }); err != nil {
		return err // a part of the set is no basis for a decision
	}
	if err := f.readByName(ctx); err != nil {
		return err
	}
	r.lookUp(ctx)
	if r.options.modes[Prune] {
		r.steps = append(r.steps, f.toPrune()...)
	}
	return nil
}

// begin with a step for each intent. A step without an action is not decided yet.
func (r *run) begin() error {
	r.steps = make([]*step, len(r.intents))
	r.byRef = make(map[caisson.Ref]*step, len(r.intents))
	r.unlisted = nil
	for i, in := range r.intents {
		s := &step{intent: in, change: caisson.Change{Ref: in.ref}}
		r.steps[i] = s
		err := in.err
		if err == nil {
			err = in.locate(r.client.RESTMapper(), r.definitions)
		}
		if _, twice := r.byRef[versionless(in.ref)]; twice && err == nil {
			err = errors.New("is given twice: leave one of them out")
		}
		if err != nil {
			s.fail(err)
			continue
		}
		r.byRef[versionless(in.ref)] = s
	}
	return nil
}

// found is what the set's LISTs find beside what is wanted.
type found struct {
	run    *run
	mutex  sync.Mutex
	others []*step
}

// read the set's objects of one place, and decide on those that are wanted. Of the others no more is kept than it takes to
// delete them.
func (f *found) read(ctx context.Context, from place) error {
	var decided, others []*step
	err := pages(ctx, f.run.client, from, func() {
		for _, s := range decided {
			*s = step{intent: s.intent, change: caisson.Change{Ref: s.change.Ref}}
		}
		decided, others = nil, nil
	}, func(page *unstructured.UnstructuredList) bool {
		for i := range page.Items {
			object := &page.Items[i]
			switch s := f.run.byRef[versionless(caisson.RefTo(object.GroupVersionKind(), object))]; {
			case copied(object, f.run.set):
			case s == nil:
				others = append(others, superfluous(object))
			case placeOf(s.change.Ref) == from: // not of another version of the kind
				f.run.compare(s, object)
				decided = append(decided, s)
			}
		}
		return true
	}, client.MatchingLabels{labelPartOf: f.run.set.ID()})
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if apierrors.IsForbidden(err) {
		f.run.unlisted = append(f.run.unlisted, from)
		return nil
	}
	f.others = append(f.others, others...)
	return err
}

// readByName what may not be listed: what is wanted, and what the parent remembers.
func (f *found) readByName(ctx context.Context) error {
	var wanted, remembered []*step
	memory := f.run.parent.memory()
	for _, from := range f.run.unlisted {
		for _, s := range f.run.steps {
			if s.change.Action == "" && placeOf(s.change.Ref) == from {
				wanted = append(wanted, s)
			}
		}
		for ref := range memory.names {
			if ref.GroupKind() == from.kind.GroupKind() && ref.Namespace == from.namespace && f.run.byRef[ref] == nil {
				ref.Version = from.kind.Version
				remembered = append(remembered, &step{change: caisson.Change{Ref: ref}})
			}
		}
		if memory.kinds[from.kind.GroupKind()] && !memory.named(from.kind.GroupKind()) {
			s := &step{change: caisson.Change{Ref: caisson.RefTo(from.kind, &unstructured.Unstructured{})}}
			s.change.Ref.Namespace = from.namespace
			s.skip("may not be listed, and was not given by name before: what the set no longer holds of it is not found")
			f.others = append(f.others, s)
		}
	}
	f.run.getAll(ctx, wanted)
	return parallel(len(remembered), func(i int) error {
		object, err := get(ctx, f.run.client, remembered[i].change.Ref)
		if err != nil {
			return err
		}
		if object != nil && object.GetLabels()[labelPartOf] == f.run.set.ID() {
			f.mutex.Lock()
			defer f.mutex.Unlock()
			f.others = append(f.others, superfluous(object))
		}
		return nil
	})
}

// superfluous is a step to delete an object that the set no longer holds.
func superfluous(object *unstructured.Unstructured) *step {
	identity := &unstructured.Unstructured{}
	identity.SetGroupVersionKind(object.GroupVersionKind())
	identity.SetNamespace(object.GetNamespace())
	identity.SetName(object.GetName())
	identity.SetUID(object.GetUID())
	identity.SetDeletionTimestamp(object.GetDeletionTimestamp())
	return &step{live: identity, change: caisson.Change{
		Ref: caisson.RefTo(object.GroupVersionKind(), object), Action: caisson.Pruned,
	}}
}

// toPrune is what the set no longer holds.
func (f *found) toPrune() []*step {
	slices.SortFunc(f.others, func(a, b *step) int { return a.change.Ref.Compare(b.change.Ref) })
	// A kind that is listed in two versions shows its objects twice.
	steps := slices.CompactFunc(f.others, func(a, b *step) bool {
		return versionless(a.change.Ref) == versionless(b.change.Ref)
	})
	for _, s := range steps {
		switch {
		case s.change.Action == caisson.Skipped:
		case s.live.GetDeletionTimestamp() != nil:
			s.skip("is being deleted already")
		case !f.run.options.mayDelete(s.change.Ref.GroupKind()):
			s.skip("a " + s.change.Ref.Kind + " is not deleted unless AllowDelete names its kind")
		}
	}
	return steps
}

// compare what is wanted with what is there and ours.
func (r *run) compare(s *step, live *unstructured.Unstructured) {
	if live.GetDeletionTimestamp() != nil {
		s.fail(errors.New("is being deleted: run again once it is gone"))
		return
	}
	sent, err := s.intent.encode()
	switch {
	case err != nil:
		s.fail(err)
	case differs(sent, live):
		s.live, s.change.Action = live, caisson.Updated
	case r.ownNamespace && r.isOwnNamespace(s.change.Ref):
		s.change.Action, s.sent = caisson.Created, true // by an attempt of this run that had to begin again
	default:
		s.change.Action = caisson.Unchanged
	}
}
