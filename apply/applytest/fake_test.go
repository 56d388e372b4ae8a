package applytest_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/apply/applytest"
)

func objects(value string) []caisson.Object {
	meta := metav1.ObjectMeta{Namespace: "shop", Name: "web"}
	return []caisson.Object{
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}},
		&corev1.ConfigMap{ObjectMeta: meta, Data: map[string]string{"key": value}},
		&networkingv1.NetworkPolicy{ObjectMeta: meta, Spec: networkingv1.NetworkPolicySpec{
			PodSelector: metav1.LabelSelector{MatchLabels: map[string]string{"app": value}},
			PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress},
		}},
	}
}

// The fake must behave in all that the engine relies on: what it applies is there, a second run finds nothing to do, a
// dry run tells the truth and changes nothing.
func TestFakeAppliesAndPreviews(t *testing.T) {
	c := applytest.NewClient()
	set := apply.Set{Namespace: "shop", Name: "shop", Program: "test"}

	report, err := apply.Apply(t.Context(), c, set, objects("a"), apply.Prune)
	require.NoError(t, err)
	require.Equal(t, 3, report.Count(caisson.Created))
	report, err = apply.Apply(t.Context(), c, set, objects("a"), apply.Prune)
	require.NoError(t, err)
	require.Equal(t, 3, report.Count(caisson.Unchanged))

	plan, err := apply.Plan(t.Context(), c, set, []caisson.Builder{all(objects("b"))}, apply.Prune)
	require.NoError(t, err)
	require.Equal(t, 2, plan.Count(caisson.Updated))
	var policy networkingv1.NetworkPolicy
	require.NoError(t, c.Get(t.Context(), client.ObjectKey{Namespace: "shop", Name: "web"}, &policy))
	require.Equal(t, map[string]string{"app": "a"}, policy.Spec.PodSelector.MatchLabels, "a plan changes nothing")

	report, err = apply.Apply(t.Context(), c, set, objects("b"), apply.Prune)
	require.NoError(t, err)
	require.Equal(t, plan, report)
	report, err = apply.Apply(t.Context(), c, set, objects("b")[:2], apply.Prune)
	require.NoError(t, err)
	require.Equal(t, 1, report.Count(caisson.Pruned))
}

type all []caisson.Object

func (a all) Objects() ([]caisson.Object, error) { return a, nil }
func (a all) Validate() error                    { return nil }
func (a all) Requires() []caisson.Requirement    { return nil }
