package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
)

// place is the namespace of one strategy. Each has its own, so that none owns another's fields.
type place struct {
	client    client.Client
	namespace string
	strategy  string // that writes here
	count     int
	now       state
	unknown   bool // what is there: a call has failed
}

// version of an object as the cluster shows it.
type version struct{ uid, resourceVersion, revision string }

func keyOf(object client.Object) string {
	return object.GetObjectKind().GroupVersionKind().Kind + " " + object.GetName()
}

func (p *place) create(ctx context.Context) error {
	p.now = state{Empty: true}
	return p.client.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: p.namespace}})
}

// clear the namespace of everything but what is foreign.
func (p *place) clear(ctx context.Context) error {
	ours, err := labels.NewRequirement(labelPurpose, selection.NotIn, []string{purposeForeign})
	if err != nil {
		return err
	}
	selector := client.MatchingLabelsSelector{Selector: labels.NewSelector().Add(*ours)}
	for _, list := range loadLists() {
		object, err := elementOf(list)
		if err != nil {
			return err
		}
		err = p.client.DeleteAllOf(ctx, object, client.InNamespace(p.namespace), selector,
			client.PropagationPolicy(metav1.DeletePropagationBackground))
		if err != nil {
			return fmt.Errorf("clear %s: %w", p.namespace, err)
		}
	}
	p.now, p.unknown = state{Empty: true}, false
	return nil
}

// elementOf gives an empty object of a list's kind.
func elementOf(list client.ObjectList) (client.Object, error) {
	gvk, err := apiutil.GVKForObject(list, scheme.Scheme)
	if err != nil {
		return nil, err
	}
	gvk.Kind = gvk.Kind[:len(gvk.Kind)-len("List")]
	made, err := scheme.Scheme.New(gvk)
	if err != nil {
		return nil, err
	}
	object, ok := made.(client.Object)
	if !ok {
		return nil, fmt.Errorf("%s is no object", gvk)
	}
	return object, nil
}

// become what is wanted, by the hand of the place's own strategy; nothing of it is measured.
func (p *place) become(ctx context.Context, wanted state, kubeconfig string) error {
	if p.unknown {
		if err := p.clear(ctx); err != nil {
			return err
		}
	}
	if p.now == wanted {
		return nil
	}
	if wanted.Empty {
		return p.clear(ctx)
	}
	setup := order{
		Kubeconfig: kubeconfig, Strategy: p.strategy, Namespace: p.namespace, Count: p.count,
		Before: p.now, After: wanted, Repetitions: 1,
	}
	if _, err := setup.run(ctx); err != nil {
		return fmt.Errorf("set up: %w", err)
	}
	p.now = wanted
	return nil
}

// snapshot of what matches in the namespace, and of what the cluster's controllers make of it.
func (p *place) snapshot(
	ctx context.Context, lists []client.ObjectList, matching ...client.ListOption,
) (map[string]version, error) {
	all := map[string]version{}
	for _, list := range lists {
		gvk, err := apiutil.GVKForObject(list, scheme.Scheme)
		if err != nil {
			return nil, err
		}
		for token := ""; ; {
			page := &metav1.PartialObjectMetadataList{}
			page.SetGroupVersionKind(gvk)
			options := append([]client.ListOption{
				client.InNamespace(p.namespace), client.Limit(pageSize), client.Continue(token),
			}, matching...)
			if err := p.client.List(ctx, page, options...); err != nil {
				return nil, fmt.Errorf("look at %s: %w", p.namespace, err)
			}
			for _, item := range page.Items {
				key := gvk.Kind[:len(gvk.Kind)-len("List")] + " " + item.Name
				all[key] = version{string(item.UID), item.ResourceVersion, item.Annotations[annotationRevision]}
			}
			if token = page.Continue; token == "" {
				break
			}
		}
	}
	return all, nil
}

func (p *place) load(ctx context.Context) (map[string]version, error) {
	return p.snapshot(ctx, loadLists(), client.MatchingLabels{labelPurpose: purposeLoad})
}

const (
	quiet        = 500 * time.Millisecond
	settleBefore = 10 * time.Minute
)

// settle waits until the cluster's controllers have nothing more to do here: nothing has moved for a moment.
func (p *place) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, settleBefore, errors.New("the cluster does not settle"))
	defer cancel()
	lists := func() []client.ObjectList {
		return append(loadLists(), &appsv1.ReplicaSetList{}, &discoveryv1.EndpointSliceList{})
	}
	for last, first := map[string]version(nil), true; ; first = false {
		now, err := p.snapshot(ctx, lists())
		if err != nil {
			return errors.Join(context.Cause(ctx), err)
		}
		if !first && maps.Equal(last, now) {
			return nil
		}
		last = now
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(quiet):
		}
	}
}
