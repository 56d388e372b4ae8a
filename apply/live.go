package apply

import (
	"context"
	"fmt"
	"maps"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// pageSize of LISTs. It bounds what is in memory at once: about 25 KB for each Deployment, in as many pages as there are
// requests under way.
const pageSize = 250

// notPaged is what a cache gives as token when it is asked for a page: it has more and will not say what.
const notPaged = "continue-not-supported"

// pages of a LIST, one after the other. A page is given up before the next one comes. begin is called before the first,
// and again if the LIST has to begin again because its pages took too long.
func pages(
	ctx context.Context, c client.Reader, from place, begin func(),
	each func(*unstructured.UnstructuredList) (more bool), opts ...client.ListOption,
) error {
	options := append([]client.ListOption{client.InNamespace(from.namespace), client.Limit(pageSize)}, opts...)
	begin()
	for token := ""; ; {
		page := &unstructured.UnstructuredList{}
		page.SetGroupVersionKind(from.kind.GroupVersion().WithKind(from.kind.Kind + "List"))
		err := c.List(ctx, page, append(slices.Clip(options), client.Continue(token))...)
		switch {
		case apierrors.IsResourceExpired(err) && token != "":
			token = ""
			begin()
			continue
		case err != nil:
			return fmt.Errorf("list %s objects: %w", from.kind.Kind, err)
		case page.GetContinue() == notPaged:
			options, token = append(options, client.Limit(0)), ""
			continue
		}
		if token = page.GetContinue(); !each(page) || token == "" {
			return nil
		}
	}
}

// place is one LIST: a kind in a namespace, or in the cluster if its objects have none.
type place struct {
	kind      schema.GroupVersionKind
	namespace string
}

func placeOf(ref caisson.Ref) place { return place{ref.GroupVersionKind(), ref.Namespace} }

// wantedPlaces are those of the intents.
func (r *run) wantedPlaces() []place {
	found := map[place]bool{}
	for _, s := range r.byRef {
		if from := placeOf(s.change.Ref); !found[from] {
			found[from] = !r.brings(s.change.Ref)
		}
	}
	maps.DeleteFunc(found, func(_ place, served bool) bool { return !served })
	return slices.Collect(maps.Keys(found))
}

// places where objects of the set can be: where they are wanted, and where the parent remembers some.
func (r *run) places(ctx context.Context, wanted []place) ([]place, error) {
	known := map[schema.GroupKind]schema.GroupVersionKind{}
	found := map[place]bool{}
	for _, from := range wanted {
		known[from.kind.GroupKind()] = from.kind
		found[from] = true
	}
	remembered := r.parent.memory()
	for kind := range remembered.kinds {
		var versions []string
		if version, ok := known[kind]; ok {
			versions = append(versions, version.Version) // the one that the intents are compared in
		}
		mapping, err := r.mapping(ctx, kind, versions...)
		switch {
		case meta.IsNoMatchError(err):
			// Its definition may be gone, or whatever serves it is only down: its objects must not be forgotten.
			r.parent.unserved = append(r.parent.unserved, kind)
		case err != nil:
			return nil, err
		case mapping.Scope.Name() == meta.RESTScopeNameRoot:
			found[place{mapping.GroupVersionKind, ""}] = true
		default:
			for namespace := range remembered.namespaces {
				found[place{mapping.GroupVersionKind, namespace}] = true
			}
		}
	}
	return slices.Collect(maps.Keys(found)), nil
}

// copied says that an object belongs to a controller that has copied our label to it, as that of a Service's
// EndpointSlices does. What we have applied ourselves for a controller's sake is known by its managed fields.
func copied(object metav1.Object, set Set) bool {
	return metav1.GetControllerOfNoCopy(object) != nil &&
		!slices.ContainsFunc(object.GetManagedFields(), func(entry metav1.ManagedFieldsEntry) bool {
			return entry.Manager == set.manager() && entry.Operation == metav1.ManagedFieldsOperationApply
		})
}

// versionless leaves out the version: an object has one name in all.
func versionless(ref caisson.Ref) caisson.Ref {
	ref.Version = ""
	return ref
}

// get an object by name; nil if there is none.
func get(ctx context.Context, c client.Reader, ref caisson.Ref) (*unstructured.Unstructured, error) {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(ref.GroupVersionKind())
	err := c.Get(ctx, client.ObjectKey{Namespace: ref.Namespace, Name: ref.Name}, object)
	if apierrors.IsNotFound(err) {
		return nil, nil //nolint:nilnil // nil is what says that there is none
	}
	if err != nil {
		return nil, fmt.Errorf("look it up: %w", err)
	}
	return object, nil
}
