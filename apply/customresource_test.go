package apply_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
)

func widget(namespace string, size int64) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "example.com/v1", "kind": "Widget",
		"metadata": map[string]any{"namespace": namespace, "name": "a"},
		"spec":     map[string]any{"size": size},
	}}
}

// Kinds without known merge rules are compared strictly.
func TestCustomResources(t *testing.T) {
	p := newPlace(t)
	definition := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{"name": "widgets.example.com"},
		"spec": map[string]any{
			"group": "example.com", "scope": "Namespaced",
			"names": map[string]any{"kind": "Widget", "plural": "widgets", "singular": "widget"},
			"versions": []any{map[string]any{
				"name": "v1", "served": true, "storage": true,
				"schema": map[string]any{"openAPIV3Schema": map[string]any{
					"type": "object", "x-kubernetes-preserve-unknown-fields": true,
				}},
			}},
		},
	}}
	require.NoError(t, p.Client.Create(t.Context(), definition))
	require.Eventually(t, func() bool {
		_, err := apply.Plan(t.Context(), p.Client, p.set, built(widget(p.namespace, 1)))
		return err == nil
	}, time.Minute, 100*time.Millisecond)

	c := p.client(t)
	run := func(size int64) *caisson.Report {
		report, err := apply.Apply(t.Context(), c, p.set, []caisson.Object{widget(p.namespace, size)}, apply.Prune)
		require.NoError(t, err)
		return report
	}
	require.Equal(t, caisson.Created, run(1).Changes[0].Action)
	p.writes.Store(0)
	require.Equal(t, caisson.Unchanged, run(1).Changes[0].Action)
	require.Zero(t, p.writes.Load())

	live := widget(p.namespace, 0)
	p.get(t, live)
	require.NoError(t, unstructured.SetNestedField(live.Object, int64(9), "spec", "size"))
	require.NoError(t, p.Client.Update(t.Context(), live))
	report := run(1)
	require.Equal(t, caisson.Updated, report.Changes[0].Action)
	require.Equal(t, []caisson.FieldChange{{Path: "spec.size", Before: "9", After: "1"}}, report.Changes[0].Fields)
	_, err := apply.Delete(t.Context(), c, p.set)
	require.NoError(t, err)
}
