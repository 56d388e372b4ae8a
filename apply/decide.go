package apply

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// decide what is to be done, by reading alone. What is wanted is listed while the parent is being read. What that missed,
// and what was listed before the parent was last written, is listed after it: a run of another process may have changed it in
// between, and the mark would not show that.
func (r *run) decide(ctx context.Context) error {
	// The client itself asks for the kinds of what it reads, and does not stop when the context ends.
	if _, err := r.mapping(ctx, parentRef(r.set).GroupKind(), parentRef(r.set).Version); err != nil {
		return err
	}
	r.begin(ctx)
	f := &found{run: r, lists: map[place]*listed{}}
	wanted := r.wantedPlaces()
	err := parallel(len(wanted)+1, func(i int) error {
		if i < len(wanted) {
			return f.read(ctx, wanted[i])
		}
		return r.readParent(ctx)
	})
	if err != nil {
		return err // a part of the set is no basis for a decision
	}
	all, err := r.places(ctx, wanted)
	if err != nil {
		return err
	}
	missing := slices.DeleteFunc(all, func(one place) bool { return f.lists[one].since(r.parent) })
	if err := parallel(len(missing), func(i int) error { return f.read(ctx, missing[i]) }); err != nil {
		return err
	}
	if err := f.readByName(ctx); err != nil {
		return err
	}
	r.roll(ctx)
	r.lookUp(ctx)
	r.ask(ctx)
	if r.options.modes[Prune] {
		r.steps = append(r.steps, f.toPrune()...)
		r.holdBack(ctx)
	}
	if r.deleting {
		r.steps = append(r.steps, r.unserved()...)
	}
	return nil
}

// unserved kinds that the set has objects of, as far as anybody knows.
func (r *run) unserved() []*step {
	steps := make([]*step, 0, len(r.parent.unserved))
	for _, kind := range r.parent.unserved {
		s := &step{change: caisson.Change{Ref: caisson.Ref{Group: kind.Group, Kind: kind.Kind}}}
		s.skip("the cluster does not serve it: delete again once it does, or, if its definition is gone and its objects " +
			"with it, after taking it out of the annotation " + annotationKinds + " of " + parentRef(r.set).String())
		steps = append(steps, s)
	}
	return steps
}

// begin with a step for each intent. A step without an action is not decided yet.
func (r *run) begin(ctx context.Context) {
	r.steps = make([]*step, len(r.intents))
	r.byRef = make(map[caisson.Ref]*step, len(r.intents))
	for ref := range r.versions {
		r.versions[ref] = ""
	}
	r.unlisted = nil
	r.scopes = map[schema.GroupVersionKind]scope{}
	for i, in := range r.intents {
		s := &step{intent: in, change: caisson.Change{Ref: in.ref}}
		r.steps[i], in.stamp = s, ""
		err := in.err
		if err == nil {
			kind := in.ref.GroupVersionKind()
			if _, known := r.scopes[kind]; !known {
				r.scopes[kind] = r.scopeOf(ctx, kind)
			}
			err = in.locate(r.scopes[kind])
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
}

// found is what the set's LISTs find.
type found struct {
	run   *run
	mutex sync.Mutex
	lists map[place]*listed
}

// listed is what one LIST finds, beside what is wanted.
type listed struct {
	revision  string // of the cluster
	forbidden bool
	decided   []*step
	others    []*step
}

// since says that a LIST shows what was there when the parent was last written, or later.
func (l *listed) since(p *parent) bool {
	if l == nil || p.object == nil {
		return l != nil
	}
	revision, err := strconv.ParseUint(l.revision, 10, 64)
	written, err2 := strconv.ParseUint(p.object.GetResourceVersion(), 10, 64)
	return err == nil && err2 == nil && revision >= written
}

// read the set's objects of one place, and decide on those that are wanted. Of the others no more is kept than it takes to
// delete them.
func (f *found) read(ctx context.Context, from place) error {
	f.mutex.Lock()
	l := f.lists[from]
	if l == nil {
		l = &listed{}
		f.lists[from] = l
	}
	f.mutex.Unlock()
	err := f.run.pages(ctx, from, func() {
		for _, s := range l.decided {
			*s = step{intent: s.intent, change: caisson.Change{Ref: s.change.Ref}}
		}
		*l = listed{}
	}, func(page *unstructured.UnstructuredList) bool {
		l.revision = page.GetResourceVersion()
		for i := range page.Items {
			f.decide(l, from, &page.Items[i])
		}
		return true
	}, client.MatchingLabels{labelPartOf: f.run.set.ID()})
	if l.forbidden = apierrors.IsForbidden(err); l.forbidden {
		return nil
	}
	return err
}

// decide on an object that was found in a place.
func (f *found) decide(l *listed, from place, object client.Object) {
	switch s := f.run.byRef[versionless(caisson.RefTo(from.kind, object))]; {
	case copied(object, f.run.set):
	case s == nil:
		l.others = append(l.others, f.run.superfluous(from.kind, object))
	case placeOf(s.change.Ref) == from: // not of another version of the kind
		f.run.compare(s, object)
		l.decided = append(l.decided, s)
	}
}

// readByName what may not be listed: what is wanted, and what the parent remembers.
func (f *found) readByName(ctx context.Context) error {
	var wanted, remembered []*step
	for from, l := range f.lists {
		if !l.forbidden {
			continue
		}
		f.run.unlisted = append(f.run.unlisted, from)
		for _, s := range f.run.steps {
			if s.change.Action == "" && placeOf(s.change.Ref) == from {
				wanted = append(wanted, s)
			}
		}
		remembered = append(remembered, f.remembered(from)...)
		l.others = f.unknown(from)
	}
	f.run.getAll(ctx, wanted)
	return parallel(len(remembered), func(i int) error {
		object, err := get(ctx, f.run.client, remembered[i].change.Ref)
		if err != nil || object == nil || object.GetLabels()[labelPartOf] != f.run.set.ID() {
			return err
		}
		f.mutex.Lock()
		defer f.mutex.Unlock()
		l := f.lists[placeOf(remembered[i].change.Ref)]
		l.others = append(l.others, f.run.superfluous(remembered[i].change.Ref.GroupVersionKind(), object))
		return nil
	})
}

// remembered objects of a place that are not wanted any more.
func (f *found) remembered(from place) []*step {
	var steps []*step
	for ref := range f.run.parent.memory().names {
		here := ref.GroupKind() == from.kind.GroupKind() && ref.Namespace == from.namespace
		if here && ref.Name != anonymous && f.run.byRef[ref] == nil {
			ref.Version = from.kind.Version
			steps = append(steps, &step{change: caisson.Change{Ref: ref}})
		}
	}
	return steps
}

// unknown says that there may be objects which nobody knows the names of, since they were made while LIST was allowed.
func (f *found) unknown(from place) []*step {
	if !f.run.parent.memory().incomplete(from) {
		return nil
	}
	s := &step{change: caisson.Change{Ref: caisson.RefTo(from.kind, &unstructured.Unstructured{})}}
	s.change.Ref.Namespace = from.namespace
	s.skip("may not be listed, and was applied when it might be: what the set no longer holds of it is not found before it may " +
		"be listed once more")
	return []*step{s}
}

// superfluous is a step to delete an object that the set no longer holds.
func (r *run) superfluous(kind schema.GroupVersionKind, object client.Object) *step {
	identity := &unstructured.Unstructured{}
	identity.SetGroupVersionKind(kind)
	identity.SetNamespace(object.GetNamespace())
	identity.SetName(object.GetName())
	identity.SetUID(object.GetUID())
	identity.SetResourceVersion(object.GetResourceVersion())
	identity.SetDeletionTimestamp(object.GetDeletionTimestamp())
	s := &step{live: identity, change: caisson.Change{
		Ref: caisson.RefTo(kind, object), Action: caisson.Pruned,
	}}
	if live, ok := object.(*unstructured.Unstructured); ok && r.options.fingerprint {
		s.fingerprint = fingerprint(live)
	}
	return s
}

// toPrune is what the set no longer holds.
func (f *found) toPrune() []*step {
	var steps []*step
	for _, l := range f.lists {
		steps = append(steps, l.others...)
	}
	slices.SortFunc(steps, func(a, b *step) int { return a.change.Ref.Compare(b.change.Ref) })
	// A kind that is listed in two versions shows its objects twice.
	steps = slices.CompactFunc(steps, func(a, b *step) bool {
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
func (r *run) compare(s *step, there client.Object) {
	if there.GetDeletionTimestamp() != nil {
		s.fail(errors.New("is being deleted: run again once it is gone"))
		return
	}
	r.seen(s.change.Ref, there)
	if len(s.intent.rollOn) > 0 && s.intent.stamp == "" {
		s.waiting = there
		return
	}
	s.sum = r.intentSum(s)
	if !r.ownNamespace && r.options.memo.knows(s.change.Ref, there, s.sum) {
		s.change.Action = caisson.Unchanged
		return
	}
	live, err := untyped(there, s.change.Ref)
	if err != nil {
		s.fail(err)
		return
	}
	sent, err := s.intent.encode()
	switch {
	case err != nil:
		s.fail(err)
	case r.options.migrates(live):
		s.live, s.change.Action, s.migrates = live, caisson.Updated, true
	case differs(sent, live):
		s.live, s.change.Action = live, caisson.Updated
		s.doubtful = live.GetAnnotations()[annotationIntent] == sent.GetAnnotations()[annotationIntent]
	case r.ownNamespace && r.isOwnNamespace(s.change.Ref):
		s.change.Action, s.sent = caisson.Created, true // by an attempt of this run that had to begin again
	default:
		s.change.Action = caisson.Unchanged
		r.options.memo.learn(s.change.Ref, live, s.sum)
	}
}
