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

// Pages of LISTs bound what is in memory at once: about 25 KB for each Deployment. First pages, which are most of them, are
// read as many at once as there are requests under way; of the others, which are larger, only a few are.
const (
	firstPage  = 125
	pageSize   = 200
	laterPages = 3
)

// notPaged is what a cache gives as token when it is asked for a page: it has more and will not say what.
const notPaged = "continue-not-supported"

// pages of a LIST, one after the other. A page is given up before the next one comes. begin is called before the first,
// and again if the LIST has to begin again because its pages took too long.
func (r *run) pages(
	ctx context.Context, from place, begin func(), each func(*unstructured.UnstructuredList) (more bool),
	opts ...client.ListOption,
) error {
	options := append([]client.ListOption{client.InNamespace(from.namespace), client.Limit(firstPage)}, opts...)
	begin()
	slot := false
	for token := ""; ; {
		next, more, err := r.page(ctx, from, each, append(slices.Clip(options), client.Continue(token)))
		switch {
		case apierrors.IsResourceExpired(err) && token != "":
			token = ""
			begin()
			continue
		case err != nil:
			return fmt.Errorf("list %s objects: %w", from.kind.Kind, err)
		case next == notPaged:
			options, token = append(options, client.Limit(0)), ""
			continue
		case !more || next == "":
			return nil
		}
		if !slot {
			r.later <- struct{}{}
			defer func() { <-r.later }()
			slot = true
		}
		options, token = append(options, client.Limit(pageSize)), next
	}
}

// page of a LIST, and the token of the next one.
func (r *run) page(
	ctx context.Context, from place, each func(*unstructured.UnstructuredList) (more bool), options []client.ListOption,
) (next string, more bool, err error) {
	page := &unstructured.UnstructuredList{}
	page.SetGroupVersionKind(from.kind.GroupVersion().WithKind(from.kind.Kind + "List"))
	if err := r.client.List(ctx, page, options...); err != nil || page.GetContinue() == notPaged {
		return page.GetContinue(), true, err
	}
	return page.GetContinue(), each(page), nil
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

// copied says that a controller has copied our label to an object of its own, as those of a Service's EndpointSlices and
// Endpoints do. What we have applied ourselves is known by its managed fields; or, if somebody has cleared them, by its
// intent, which controllers copy only to objects that they say they control.
func copied(object metav1.Object, set Set) bool {
	_, intended := object.GetAnnotations()[annotationIntent]
	return (!intended || metav1.GetControllerOfNoCopy(object) != nil) &&
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
