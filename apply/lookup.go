package apply

import (
	"context"
	"errors"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/caissonhq/caisson"
)

// getsPerPage is how many GETs take as long as a page of a LIST.
const getsPerPage = 10

// lookUp what the set does not hold: whatever is there is not ours to overwrite.
func (r *run) lookUp(ctx context.Context) {
	// Namespaces first: there is nothing in those that do not exist.
	r.lookUpWhere(ctx, func(s *step) bool { return isNamespace(s.change.Ref) })
	r.lookUpWhere(ctx, func(s *step) bool { return !isNamespace(s.change.Ref) })
}

func isNamespace(ref caisson.Ref) bool { return ref.Group == "" && ref.Kind == "Namespace" }

func (r *run) lookUpWhere(ctx context.Context, where func(*step) bool) {
	var few []*step
	many := map[place][]*step{}
	for _, s := range r.steps {
		switch {
		case s.change.Action != "" || !where(s):
		case r.brings(s.change.Ref), r.bringsNamespace(s.change.Ref.Namespace):
			r.absent(ctx, s)
		default:
			many[placeOf(s.change.Ref)] = append(many[placeOf(s.change.Ref)], s)
		}
	}
	var places []place
	for from, steps := range many {
		if len(steps) < getsPerPage {
			few = append(few, steps...)
		} else {
			places = append(places, from)
		}
	}
	rest := make([][]*step, len(places))
	_ = parallel(len(places), func(i int) error {
		rest[i] = r.lookUpByList(ctx, places[i], many[places[i]])
		return nil
	})
	for _, steps := range rest {
		few = append(few, steps...)
	}
	r.getAll(ctx, few)
}

// lookUpByList looks many objects up at once, and gives back those that are looked up faster by a GET each: because the
// place holds too many objects that are none of ours, or because it may not be listed.
func (r *run) lookUpByList(ctx context.Context, from place, steps []*step) []*step {
	there := map[string]*unstructured.Unstructured{}
	budget, complete := int64(len(steps)/getsPerPage), false
	err := r.pages(ctx, from, func() {}, func(page *unstructured.UnstructuredList) bool {
		for i := range page.Items {
			if s := r.byRef[versionless(caisson.RefTo(page.Items[i].GroupVersionKind(), &page.Items[i]))]; s != nil {
				there[page.Items[i].GetName()] = &page.Items[i]
			}
		}
		complete = page.GetContinue() == ""
		left := page.GetRemainingItemCount()
		budget--
		return budget > 0 && (left == nil || *left <= budget*pageSize)
	})
	var rest []*step
	for _, s := range steps {
		switch object := there[s.change.Ref.Name]; {
		case object != nil:
			r.met(s, object)
		case err == nil && complete:
			r.absent(ctx, s)
		default:
			rest = append(rest, s)
		}
	}
	return rest
}

// getAll decides on steps by a GET each.
func (r *run) getAll(ctx context.Context, steps []*step) {
	_ = parallel(len(steps), func(i int) error {
		switch object, err := get(ctx, r.client, steps[i].change.Ref); {
		case err != nil:
			steps[i].fail(err)
		case object == nil:
			r.absent(ctx, steps[i])
		default:
			r.met(steps[i], object)
		}
		return nil
	})
}

// absent objects are created, if the cluster has what they need.
func (r *run) absent(ctx context.Context, s *step) {
	s.change.Action = caisson.Created
	if err := r.unmet(ctx, s.intent.requires); err != nil {
		s.fail(err)
	}
}

// met an object under the name of a wanted one.
func (r *run) met(s *step, object *unstructured.Unstructured) {
	switch {
	case object.GetLabels()[labelPartOf] == r.set.ID():
		r.compare(s, object) // created by another run of the set since the LIST, or for a controller, or not listed
	case owner(object) != "" || !r.options.modes[Adopt]:
		s.fail(&ForeignError{Ref: s.change.Ref, Set: owner(object)})
	case object.GetDeletionTimestamp() != nil:
		s.fail(errors.New("is being deleted: run again once it is gone"))
	default:
		s.live, s.change.Action, s.migrates = object, caisson.Adopted, r.options.migrates(object)
	}
}

// owner is the id of the set that an object belongs to, or stands for as its parent.
func owner(object *unstructured.Unstructured) string {
	if id := object.GetLabels()[labelPartOf]; id != "" {
		return id
	}
	return object.GetLabels()[labelID]
}

// unmet gives the first requirement that the cluster does not meet.
func (r *run) unmet(ctx context.Context, requirements []caisson.Requirement) error {
	for _, requirement := range requirements {
		if _, brought := r.definitions[requirement.Kind.GroupKind()]; brought {
			continue
		}
		_, err := r.mapping(ctx, requirement.Kind.GroupKind(), requirement.Kind.Version)
		switch {
		case meta.IsNoMatchError(err):
			return &RequirementError{requirement}
		case err != nil:
			return err
		}
	}
	return nil
}
