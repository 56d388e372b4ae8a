package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
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
	client  client.Client
	set     Set
	options *options
	intents []*intent
	parent  *parent
	steps   []*step

	ownNamespace bool // this run has created the namespace of its parent
}

func newRun(c client.Client, set Set, o *options) *run {
	return &run{client: c, set: set, options: o}
}

// add an object that the cluster shall hold.
func (r *run) add(object caisson.Object, requires []caisson.Requirement) {
	in := newIntent(r.client, r.set, object, requires)
	if in.err == nil && slices.ContainsFunc(r.intents, func(other *intent) bool { return other.ref == in.ref }) {
		in.err = errors.New("is given twice")
	}
	r.intents = append(r.intents, in)
}

// report of the steps so far.
func (r *run) report() *caisson.Report {
	report := &caisson.Report{Title: r.set.String(), Changes: make([]caisson.Change, len(r.steps))}
	for i, step := range r.steps {
		report.Changes[i] = step.change
	}
	return report
}

// failAll has every object fail for what prevents the run.
func (r *run) failAll(err error) *caisson.Report {
	r.steps = nil
	for _, in := range r.intents {
		step := &step{intent: in, change: caisson.Change{Ref: in.ref}}
		step.fail(errors.Join(in.err, err))
		r.steps = append(r.steps, step)
	}
	if len(r.steps) == 0 { // the set itself, so that the report shows the error at all
		r.steps = append(r.steps, r.parentStep(err))
	}
	return r.report()
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
	if live != nil {
		s.change.Action = caisson.Unchanged
		switch {
		case in.differs(live):
			s.change.Action = caisson.Updated
		case r.ownNamespace && r.isOwnNamespace(in.ref):
			s.change.Action, s.sent = caisson.Created, true // by an attempt of this run that had to begin again
		}
		return s
	}
	found, err := get(ctx, r.client, in.ref)
	switch {
	case err != nil:
		s.fail(err)
	case found == nil:
		s.change.Action = caisson.Created
		if err := r.unmet(in.requires); err != nil {
			s.fail(err)
		}
	case found.GetLabels()[labelPartOf] != "" && found.GetLabels()[labelPartOf] != r.set.ID():
		s.fail(&ForeignError{Ref: in.ref, Set: found.GetLabels()[labelPartOf]})
	case !r.options.modes[Adopt]:
		s.fail(&ForeignError{Ref: in.ref})
	default:
		s.live, s.change.Action = found, caisson.Adopted
	}
	return s
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
		ref := in.ref
		ref.Version = ""
		wanted[ref] = true
	}
	var steps []*step
	for key, object := range objects {
		if wanted[key] {
			continue
		}
		s := &step{live: object, change: caisson.Change{
			Ref: caisson.RefTo(object.GroupVersionKind(), object), Action: caisson.Pruned,
		}}
		if !r.options.mayDelete(key.GroupKind()) {
			s.skip(keptReason(key))
		}
		steps = append(steps, s)
	}
	slices.SortFunc(steps, func(a, b *step) int { return a.change.Ref.Compare(b.change.Ref) })
	return steps
}

func keptReason(ref caisson.Ref) string {
	return "a " + ref.Kind + " is not deleted unless AllowDelete names its kind"
}

// preview asks the server what each change would come to, without making it.
func (r *run) preview(ctx context.Context) {
	absent := map[string]bool{} // namespaces that the set itself would create
	for _, s := range r.steps {
		if s.change.Action == caisson.Created && s.change.Ref.Kind == "Namespace" && s.change.Ref.Group == "" {
			absent[s.change.Ref.Name] = true
		}
	}
	_ = parallel(len(r.steps), func(i int) error {
		s := r.steps[i]
		if s.intent != nil && s.change.Action.Changes() && !absent[s.change.Ref.Namespace] {
			r.send(ctx, s, client.DryRunAll)
		}
		return nil
	})
}

// send a step's intent to the server and note what came of it.
func (r *run) send(ctx context.Context, s *step, extra ...client.ApplyOption) {
	after, err := r.applyOne(ctx, s, extra...)
	if err != nil {
		if apierrors.IsNotFound(err) {
			err = fmt.Errorf("%w: add its namespace to the set, or create it first", err)
		}
		s.fail(err)
		return
	}
	if s.live == nil {
		s.change.Action = caisson.Created
		return
	}
	if s.live.GetUID() != after.GetUID() { // deleted by somebody since it was read
		s.change.Action = caisson.Created
		return
	}
	s.change.Fields = difference(s.change.Ref, s.live, after)
	if s.change.Action == caisson.Updated && len(s.change.Fields) == 0 {
		s.change.Action = caisson.Unchanged
	}
}
