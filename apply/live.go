package apply

import (
	"context"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// pageSize of LISTs: etcd reads no more at once.
const pageSize = 500

// live objects of a set, by what names them. The version is left empty in the keys: an object has one name in all.
type live map[caisson.Ref]*unstructured.Unstructured

func (l live) get(ref caisson.Ref) *unstructured.Unstructured {
	return l[versionless(ref)]
}

// add an object, unless it belongs to a controller that has copied our label to it, as that of a Service's EndpointSlices
// does. What we have applied ourselves for a controller's sake is known by its managed fields.
func (l live) add(object *unstructured.Unstructured, set Set) {
	applied := slices.ContainsFunc(object.GetManagedFields(), func(entry metav1.ManagedFieldsEntry) bool {
		return entry.Manager == set.manager() && entry.Operation == metav1.ManagedFieldsOperationApply
	})
	if metav1.GetControllerOf(object) != nil && !applied {
		return
	}
	l[versionless(caisson.RefTo(object.GroupVersionKind(), object))] = object
}

func versionless(ref caisson.Ref) caisson.Ref {
	ref.Version = ""
	return ref
}

// place is one LIST: a kind in a namespace, or in the cluster if its objects have none.
type place struct {
	kind      schema.GroupVersionKind
	namespace string
}

// places where objects of the set can be: where the intents are, and where the parent remembers some.
func places(c client.Client, intents []*intent, p *parent) ([]place, error) {
	known := map[schema.GroupKind]schema.GroupVersionKind{}
	found := map[place]bool{}
	for _, in := range intents {
		if in.err == nil {
			known[in.ref.GroupKind()] = in.ref.GroupVersionKind()
			found[place{in.ref.GroupVersionKind(), in.ref.Namespace}] = true
		}
	}
	remembered := p.memory()
	for kind := range remembered.kinds {
		var versions []string
		if version, ok := known[kind]; ok {
			versions = append(versions, version.Version) // the one that the intents are compared in
		}
		mapping, err := c.RESTMapper().RESTMapping(kind, versions...)
		switch {
		case meta.IsNoMatchError(err):
			// Its definition may be gone, or whatever serves it is only down: its objects must not be forgotten.
			p.unserved = append(p.unserved, kind)
		case err != nil:
			return nil, fmt.Errorf("ask the cluster which kinds it serves: %w", err)
		case mapping.Scope.Name() == meta.RESTScopeNameRoot:
			found[place{mapping.GroupVersionKind, ""}] = true
		default:
			for namespace := range remembered.namespaces {
				found[place{mapping.GroupVersionKind, namespace}] = true
			}
		}
	}
	var all []place
	for one := range found {
		all = append(all, one)
	}
	return all, nil
}

// readLive lists the objects of the set.
func readLive(ctx context.Context, c client.Client, set Set, all []place) (live, error) {
	lists := make([]*unstructured.UnstructuredList, len(all))
	err := parallel(len(all), func(i int) error {
		var err error
		lists[i], err = list(ctx, c, set, all[i])
		return err
	})
	if err != nil {
		return nil, err // a part of the set is no basis for a decision
	}
	objects := live{}
	for _, list := range lists {
		for i := range list.Items {
			objects.add(&list.Items[i], set)
		}
	}
	return objects, nil
}

func list(ctx context.Context, c client.Client, set Set, from place) (*unstructured.UnstructuredList, error) {
	all := &unstructured.UnstructuredList{}
	for token := ""; ; {
		page := &unstructured.UnstructuredList{}
		page.SetGroupVersionKind(from.kind.GroupVersion().WithKind(from.kind.Kind + "List"))
		err := c.List(ctx, page, client.InNamespace(from.namespace), client.MatchingLabels{labelPartOf: set.ID()},
			client.Limit(pageSize), client.Continue(token))
		switch {
		case apierrors.IsResourceExpired(err) && token != "":
			all.Items, token = nil, "" // the pages took too long: once more from the start
			continue
		case err != nil:
			return nil, fmt.Errorf("list the set's %s objects: %w", from.kind.Kind, err)
		}
		all.Items = append(all.Items, page.Items...)
		if token = page.GetContinue(); token == "" {
			return all, nil
		}
	}
}

// get an object by name; nil if there is none.
func get(ctx context.Context, c client.Client, ref caisson.Ref) (*unstructured.Unstructured, error) {
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
