package apply_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/apply/applytest"
)

// FuzzHostileObjects: whatever stands in the set's parent and in the objects that a LIST gives, a run neither panics nor says
// that it succeeded when its report does not.
func FuzzHostileObjects(f *testing.F) {
	f.Add(`{"caisson.dev/set": "test/shop", "applyset.kubernetes.io/contains-group-kinds": "ConfigMap,,Secret,x.y",
		"applyset.kubernetes.io/additional-namespaces": "a,,b", "caisson.dev/names": "Secret/shop/a%//%x",
		"caisson.dev/run": "me 2999-01-01T00:00:00Z x", "caisson.dev/history": "[{\"revision\": -1, \"size\": 1e9}]"}`,
		`{"metadata": {"name": "a", "namespace": "shop", "annotations": {"caisson.dev/intent": "x"}, "ownerReferences": [{}],
		"managedFields": [{"manager": "helm", "fieldsV1": {"f:data": {"k:{": {}}}}]}, "data": {"key": null}}`)
	f.Add(`{}`, `{"metadata": {"name": "a", "deletionTimestamp": "x", "finalizers": "no list"}, "data": []}`)
	f.Add(`{"caisson.dev/history": "[]"}`, `{"metadata": []}`)
	f.Fuzz(func(t *testing.T, annotations, live string) {
		var said map[string]string
		there := map[string]any{}
		if json.Unmarshal([]byte(annotations), &said) != nil || json.Unmarshal([]byte(live), &there) != nil {
			return
		}
		there["apiVersion"], there["kind"] = "v1", "ConfigMap"
		set := apply.Set{Namespace: "shop", Name: "shop", Program: "test"}
		parent := configMap("shop", "caisson-test-shop", "")
		parent.Labels = map[string]string{"applyset.kubernetes.io/id": set.ID()}
		parent.Annotations = said
		c := interceptor.NewClient(applytest.NewClient(parent), interceptor.Funcs{
			List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
				all, ok := list.(*unstructured.UnstructuredList)
				if !ok || all.GetKind() != "ConfigMapList" {
					return c.List(ctx, list, opts...)
				}
				all.Items = []unstructured.Unstructured{{Object: there}}
				return nil
			},
		})
		options := []apply.PlanOption{apply.Prune, apply.Adopt, apply.MigrateFrom("helm"), apply.Save(&apply.SavedPlan{})}
		report, err := apply.Plan(t.Context(), c, set, built(configMap("shop", "a", "1"), secret("shop", "b", "1")), options...)
		require.Equal(t, report.Err() == nil, err == nil)
		history, err := apply.History(t.Context(), c, set)
		if err != nil {
			return
		}
		for _, revision := range history {
			_ = revision.Validate()
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // no run waits for another
		report, err = apply.Apply(ctx, c, set, []caisson.Object{configMap("shop", "a", "1")}, apply.Prune)
		require.Equal(t, report.Err() == nil, err == nil)
	})
}
