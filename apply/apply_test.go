package apply_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
)

func TestCreateThenNothingToDo(t *testing.T) {
	p := newPlace(t)
	c := p.client(t)
	objects := []caisson.Object{
		configMap(p.namespace, "settings", "a"), secret(p.namespace, "keys", "s3cret"), policy(p.namespace, "web"),
	}

	report, err := apply.Apply(t.Context(), c, p.set, objects, apply.Prune)
	require.NoError(t, err)
	require.Equal(t, map[string]caisson.Action{
		"ConfigMap settings": caisson.Created, "Secret keys": caisson.Created, "NetworkPolicy web": caisson.Created,
	}, actions(report))

	p.writes.Store(0)
	report, err = apply.Apply(t.Context(), c, p.set, objects, apply.Prune)
	require.NoError(t, err)
	require.False(t, report.Changed())
	require.Equal(t, 3, report.Count(caisson.Unchanged))
	require.Zero(t, p.writes.Load(), "a run with nothing to do must write nothing")
}

func TestPlanReadsLikeTheRunAndWritesNothing(t *testing.T) {
	p := newPlace(t)
	c := p.client(t)
	before := []caisson.Object{
		configMap(p.namespace, "same", "a"), configMap(p.namespace, "other", "a"), policy(p.namespace, "gone"),
	}
	_, err := apply.Apply(t.Context(), c, p.set, before, apply.Prune)
	require.NoError(t, err)

	after := built(configMap(p.namespace, "same", "a"), configMap(p.namespace, "other", "b"), secret(p.namespace, "new", "x"))
	p.writes.Store(0)
	plan, err := apply.Plan(t.Context(), c, p.set, after, apply.Prune)
	require.NoError(t, err)
	require.Zero(t, p.writes.Load())
	report, err := apply.Reconcile(t.Context(), c, p.set, after, apply.Prune)
	require.NoError(t, err)

	require.Equal(t, map[string]caisson.Action{
		"ConfigMap same": caisson.Unchanged, "ConfigMap other": caisson.Updated,
		"Secret new": caisson.Created, "NetworkPolicy gone": caisson.Pruned,
	}, actions(plan))
	require.Equal(t, plan, report)
	require.Contains(t, report.Changes[1].Fields, caisson.FieldChange{Path: "data.key", Before: `"a"`, After: `"b"`})
}

func TestPlanOfASetThatBringsItsNamespace(t *testing.T) {
	p := newPlace(t)
	set := apply.Set{Namespace: p.namespace + "-own", Name: "shop", Program: "test"}
	objects := built(
		configMap(set.Namespace, "settings", "a"),
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: set.Namespace}},
	)
	plan, err := apply.Plan(t.Context(), p.Client, set, objects)
	require.NoError(t, err)
	require.Equal(t, 2, plan.Count(caisson.Created))

	report, err := apply.Reconcile(t.Context(), p.Client, set, objects)
	require.NoError(t, err)
	require.Equal(t, 2, report.Count(caisson.Created), "the namespace comes first, whatever the order of the objects")

	report, err = apply.Delete(t.Context(), p.Client, set, apply.AllowDelete(schema.GroupKind{Kind: "Namespace"}))
	require.NoError(t, err)
	require.Equal(t, 2, report.Count(caisson.Pruned))
}

func TestMissingNamespaceIsExplained(t *testing.T) {
	p := newPlace(t)
	set := apply.Set{Namespace: "not-there", Name: "shop", Program: "test"}
	for name, run := range map[string]func() (*caisson.Report, error){
		"apply": func() (*caisson.Report, error) {
			return apply.Apply(t.Context(), p.Client, set, []caisson.Object{configMap("not-there", "a", "a")})
		},
		"plan": func() (*caisson.Report, error) {
			return apply.Plan(t.Context(), p.Client, set, built(configMap("not-there", "a", "a")))
		},
	} {
		report, err := run()
		require.ErrorContains(t, err, "add its namespace to the set, or create it first", name)
		require.Equal(t, 1, report.Count(caisson.Failed), name)
	}
}

func TestRemovedFieldIsRemoved(t *testing.T) {
	p := newPlace(t)
	object := configMap(p.namespace, "settings", "a")
	object.Data["second"] = "b"
	_, err := apply.Apply(t.Context(), p.Client, p.set, []*corev1.ConfigMap{object})
	require.NoError(t, err)

	delete(object.Data, "second")
	report, err := apply.Apply(t.Context(), p.Client, p.set, []*corev1.ConfigMap{object})
	require.NoError(t, err)
	require.Equal(t, caisson.Updated, report.Changes[0].Action)
	require.Contains(t, report.Changes[0].Fields, caisson.FieldChange{Path: "data.second", Before: `"b"`})
	p.get(t, object)
	require.NotContains(t, object.Data, "second")
}

// A selector is compared as a whole: a label that somebody adds makes it select fewer pods, and the others lose their
// protection, while every label that we asked for is still there.
func TestLabelAddedToASelectorIsSeen(t *testing.T) {
	p := newPlace(t)
	objects := []caisson.Object{policy(p.namespace, "web")}
	_, err := apply.Apply(t.Context(), p.Client, p.set, objects)
	require.NoError(t, err)

	edited := policy(p.namespace, "web")
	p.get(t, edited)
	edited.Spec.PodSelector.MatchLabels["tier"] = "none"
	require.NoError(t, p.Client.Update(t.Context(), edited))

	report, err := apply.Apply(t.Context(), p.Client, p.set, objects)
	require.NoError(t, err)
	require.Equal(t, caisson.Updated, report.Changes[0].Action)
	p.get(t, edited)
	require.Equal(t, map[string]string{"app": "web"}, edited.Spec.PodSelector.MatchLabels)
}

func TestFailureNeitherHidesOthersNorPrunes(t *testing.T) {
	p := newPlace(t)
	_, err := apply.Apply(t.Context(), p.Client, p.set, []caisson.Object{configMap(p.namespace, "old", "a")}, apply.Prune)
	require.NoError(t, err)

	wrong := configMap(p.namespace, "wrong", "a")
	wrong.Data = map[string]string{"no such/key": "a"}
	job := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: p.namespace, Name: "later"},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "a", Image: "a"}}},
	}
	report, err := apply.Apply(t.Context(), p.Client, p.set,
		[]caisson.Object{job, wrong, configMap(p.namespace, "right", "a")}, apply.Prune)
	require.ErrorContains(t, err, "ConfigMap "+p.namespace+"/wrong")
	require.Equal(t, map[string]caisson.Action{
		"Pod later": caisson.Skipped, "ConfigMap wrong": caisson.Failed, "ConfigMap right": caisson.Created,
		"ConfigMap old": caisson.Skipped,
	}, actions(report))
	p.get(t, configMap(p.namespace, "old", ""))

	report, err = apply.Apply(t.Context(), p.Client, p.set, []caisson.Object{configMap(p.namespace, "right", "a")}, apply.Prune)
	require.NoError(t, err, "the mark of the failed run must not be in the way")
	require.Equal(t, caisson.Pruned, actions(report)["ConfigMap old"])
}

func TestBadInputFailsWithAReason(t *testing.T) {
	p := newPlace(t)
	cases := map[string]struct {
		reason string
		object caisson.Object
		want   string
	}{
		"nil":          {"a builder that leaves something out returns a typed nil easily", (*corev1.ConfigMap)(nil), "leave it out"},
		"no name":      {"a generated name could not be found again", configMap(p.namespace, "", "a"), "metadata.name"},
		"no namespace": {"nobody said where", configMap("", "a", "a"), "metadata.namespace"},
		"namespace of a namespace": {
			"a cluster-wide object has none",
			&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "a", Namespace: "b"}}, "leave it out",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			report, err := apply.Apply(t.Context(), p.Client, p.set, []caisson.Object{tc.object})
			require.ErrorContains(t, err, tc.want, tc.reason)
			require.Equal(t, 1, report.Count(caisson.Failed), tc.reason)
		})
	}
	report, err := apply.Apply(t.Context(), p.Client, p.set,
		[]caisson.Object{configMap(p.namespace, "twice", "a"), configMap(p.namespace, "twice", "b")})
	require.ErrorContains(t, err, "is given twice")
	require.NotNil(t, report)

	report, err = apply.Apply(t.Context(), p.Client, apply.Set{Namespace: p.namespace, Name: "shop"}, []caisson.Object{})
	require.ErrorContains(t, err, "set.program")
	require.NotNil(t, report)
}

func TestUnmetRequirementStopsBeforeAnythingIsCreated(t *testing.T) {
	p := newPlace(t)
	needs := builder{
		objects: []caisson.Object{configMap(p.namespace, "a", "a")},
		requires: []caisson.Requirement{{
			Kind: schema.GroupVersionKind{Group: "monitoring.coreos.com", Version: "v1", Kind: "PrometheusRule"},
			For:  "alerts of shop", Remedy: "install the Prometheus operator",
		}},
	}
	_, err := apply.Reconcile(t.Context(), p.Client, p.set, []caisson.Builder{needs})
	var unmet *apply.RequirementError
	require.ErrorAs(t, err, &unmet)
	require.ErrorContains(t, err, "install the Prometheus operator")
	require.Error(t, p.Client.Get(t.Context(), client.ObjectKey{Namespace: p.namespace, Name: "a"}, &corev1.ConfigMap{}))

	needs.requires = nil
	_, err = apply.Reconcile(t.Context(), p.Client, p.set, []caisson.Builder{needs})
	require.NoError(t, err)
}

func TestInvalidBuilderStopsAll(t *testing.T) {
	p := newPlace(t)
	bad := builder{invalid: errors.New("port: write one")}
	builders := append(built(configMap(p.namespace, "a", "a")), bad)
	report, err := apply.Reconcile(t.Context(), p.Client, p.set, builders)
	require.Error(t, err)
	require.Equal(t, 1, report.Count(caisson.Failed))
	require.Error(t, p.Client.Get(t.Context(), client.ObjectKey{Namespace: p.namespace, Name: "a"}, &corev1.ConfigMap{}))
}

// Whose mistake it is must be said, and not be blamed on what others have built.
func TestRefusedBuilderIsNamed(t *testing.T) {
	p := newPlace(t)
	builders := append(built(configMap(p.namespace, "a", "a")), builder{invalid: errors.New("port: write one")}, nil)
	report, err := apply.Plan(t.Context(), p.Client, p.set, builders)
	require.ErrorContains(t, err, "apply_test.builder builders[1]: port: write one")
	require.ErrorContains(t, err, "builders[2]: is nil: leave it out")
	require.Equal(t, caisson.Skipped, actions(report)["ConfigMap a"])
}
