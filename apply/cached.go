package apply

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// Cached has a run look at a cache first, mostly a manager's client. If that shows nothing to do, the run is over and has
// made no request. If not, it reads everything from the server and goes on as it would have without: a cache may show the
// past, and is no basis for a write. Give Remember too: without it, a cache that does not show yet what the last run wrote
// can make a run believe that there is nothing to take back.
//
// Objects are read in the types of the client's scheme, ConfigMaps for the set's parent among them; a manager then watches
// them. Fields that these types do not know are not seen, such as those of a newer Kubernetes.
func Cached(reader client.Reader) CachedReader { return CachedReader{reader} }

// CachedReader is what Cached gives: an option of Apply and Reconcile.
type CachedReader struct{ reader client.Reader }

func (c CachedReader) apply(o *options) { o.cache = c.reader }

// idle says that a cache shows nothing to do. The steps are decided then.
func (r *run) idle(ctx context.Context) bool {
	if r.options.cache == nil || r.deleting || r.options.planned != nil {
		return false
	}
	r.fromCache = true
	defer func() { r.fromCache = false }()
	r.begin(ctx)
	if r.readCachedParent(ctx) != nil || r.options.memo.outdated(r.parent) {
		return false
	}
	if _, held := r.parent.heldUntil(); held {
		return false
	}
	all, err := r.places(ctx, r.wantedPlaces())
	if err != nil {
		return false
	}
	f := &found{run: r, lists: map[place]*listed{}}
	for _, from := range all {
		if f.readCached(ctx, from) != nil {
			return false
		}
	}
	r.roll(ctx)
	for _, s := range r.steps {
		if s.change.Action != caisson.Unchanged {
			return false
		}
	}
	if r.options.modes[Prune] {
		r.steps = append(r.steps, f.toPrune()...)
	}
	return !r.writes()
}

func (r *run) readCachedParent(ctx context.Context) error {
	object, err := r.newTyped(parentRef(r.set), "")
	if err != nil {
		return err
	}
	parent, ok := object.(client.Object)
	if !ok {
		return fmt.Errorf("%T is no object", object)
	}
	key := client.ObjectKey{Namespace: r.set.Namespace, Name: r.set.parentName()}
	if err := r.options.cache.Get(ctx, key, parent); err != nil {
		return err
	}
	live, err := untyped(parent, parentRef(r.set))
	if err != nil {
		return err
	}
	r.parent, err = parentOf(r.set, live)
	return err
}

// newTyped gives an empty object of a ref's kind, or a list of such objects, as a cache has it.
func (r *run) newTyped(ref caisson.Ref, suffix string) (runtime.Object, error) {
	kind := ref.GroupVersionKind()
	return r.client.Scheme().New(kind.GroupVersion().WithKind(kind.Kind + suffix))
}

// readCached decides on the objects of a place as a cache shows them.
func (f *found) readCached(ctx context.Context, from place) error {
	object, err := f.run.newTyped(caisson.RefTo(from.kind, &unstructured.Unstructured{}), "List")
	if runtime.IsNotRegisteredError(err) {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(from.kind.GroupVersion().WithKind(from.kind.Kind + "List"))
		object, err = list, nil
	}
	if err != nil {
		return err
	}
	list, ok := object.(client.ObjectList)
	if !ok {
		return fmt.Errorf("%T is no list", object)
	}
	err = f.run.options.cache.List(ctx, list, client.InNamespace(from.namespace),
		client.MatchingLabels{labelPartOf: f.run.set.ID()}, client.UnsafeDisableDeepCopy)
	if err != nil {
		return err
	}
	l := &listed{}
	f.lists[from] = l
	return meta.EachListItem(list, func(item runtime.Object) error {
		object, ok := item.(client.Object)
		if !ok {
			return fmt.Errorf("%T is no object", item)
		}
		f.decide(l, from, object)
		return nil
	})
}

// untyped is an object in the form in which all are compared.
func untyped(object client.Object, ref caisson.Ref) (*unstructured.Unstructured, error) {
	if live, ok := object.(*unstructured.Unstructured); ok {
		return live, nil
	}
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		return nil, fmt.Errorf("read %s from the cache: %w", ref, err)
	}
	live := &unstructured.Unstructured{Object: content}
	live.SetGroupVersionKind(ref.GroupVersionKind())
	return live, nil
}
