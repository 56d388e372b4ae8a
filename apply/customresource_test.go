package apply_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
)

func widget(group, namespace string, size int64) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": group + "/v1", "kind": "Widget",
		"metadata": map[string]any{"namespace": namespace, "name": "a"},
		"spec":     map[string]any{"size": size},
	}}
}

// widgets is the definition of such objects, in a group of its own for each test.
func widgets(group string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{"name": "widgets." + group},
		"spec": map[string]any{
			"group": group, "scope": "Namespaced",
			"names": map[string]any{"kind": "Widget", "plural": "widgets", "singular": "widget"},
			"versions": []any{map[string]any{
				"name": "v1", "served": true, "storage": true,
				"schema": map[string]any{"openAPIV3Schema": map[string]any{
					"type": "object", "x-kubernetes-preserve-unknown-fields": true,
				}},
			}},
		},
	}}
}

// A set may bring a kind and objects of that kind: they are applied once the cluster serves them.
func TestDefinitionAndItsObjectsInOneSet(t *testing.T) {
	p := newPlace(t)
	objects := []caisson.Object{widget("one.example.com", p.namespace, 1), widgets("one.example.com")}
	created := map[string]caisson.Action{
		"CustomResourceDefinition widgets.one.example.com": caisson.Created, "Widget a": caisson.Created,
	}
	plan, err := apply.Plan(t.Context(), p.client(t), p.set, built(objects...))
	require.NoError(t, err)
	require.Equal(t, created, actions(plan))
	require.Zero(t, p.writes.Load())

	report, err := apply.Apply(t.Context(), p.client(t), p.set, objects)
	require.NoError(t, err)
	require.Equal(t, created, actions(report))
	require.False(t, p.apply(t, objects...).Changed())

	report, err = apply.Delete(t.Context(), p.client(t), p.set, apply.AllowDelete(report.Changes[1].Ref.GroupKind()))
	require.NoError(t, err)
	require.Equal(t, 2, report.Count(caisson.Pruned))
}

// The names of a kind may be taken by another definition. The objects of the kind then wait.
func TestDefinitionThatIsNotAccepted(t *testing.T) {
	p := newPlace(t)
	first, second := widgets("two.example.com"), widgets("two.example.com")
	second.SetName("gadgets.two.example.com")
	require.NoError(t, unstructured.SetNestedField(second.Object, "gadgets", "spec", "names", "plural"))
	require.NoError(t, unstructured.SetNestedField(second.Object, "Gadget", "spec", "names", "kind"))
	p.apply(t, first)
	thing := widget("two.example.com", p.namespace, 1)
	thing.SetKind("Gadget")
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	report, err := apply.Apply(ctx, p.client(t), p.set, []caisson.Object{first, second, thing})
	require.ErrorContains(t, err, `"widget" is already in use`)
	require.Equal(t, caisson.Skipped, actions(report)["Gadget a"])
	_, err = apply.Delete(t.Context(), p.client(t), p.set, apply.AllowDelete(report.Changes[1].Ref.GroupKind()))
	require.NoError(t, err)
}

// Kinds without known merge rules are compared strictly.
func TestCustomResources(t *testing.T) {
	p := newPlace(t)
	p.apply(t, widgets("example.com"))

	c := p.client(t)
	run := func(size int64) *caisson.Report {
		report, err := apply.Apply(t.Context(), c, p.set, []caisson.Object{
			widgets("example.com"), widget("example.com", p.namespace, size),
		}, apply.Prune)
		require.NoError(t, err)
		return report
	}
	require.Equal(t, caisson.Created, run(1).Changes[1].Action)
	p.writes.Store(0)
	require.Equal(t, caisson.Unchanged, run(1).Changes[1].Action)
	require.Zero(t, p.writes.Load())

	live := widget("example.com", p.namespace, 0)
	p.get(t, live)
	require.NoError(t, unstructured.SetNestedField(live.Object, int64(9), "spec", "size"))
	require.NoError(t, p.Client.Update(t.Context(), live))
	report := run(1)
	require.Equal(t, caisson.Updated, report.Changes[1].Action)
	require.Equal(t, []caisson.FieldChange{{Path: "spec.size", Before: "9", After: "1"}}, report.Changes[1].Fields)
	_, err := apply.Delete(t.Context(), c, p.set, apply.AllowDelete(report.Changes[0].Ref.GroupKind()))
	require.NoError(t, err)
}
