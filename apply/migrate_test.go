package apply_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
)

func plainDeployment(namespace string, env ...corev1.EnvVar) *appsv1.Deployment {
	labels := map[string]string{"app": "web"}
	return &appsv1.Deployment{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"},
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "web"},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: "example.com/web", Env: env}}},
			},
		},
	}
}

// deploymentOfHelm is the Deployment as another tool made it: with more in it, and an annotation and a label of its own.
func deploymentOfHelm(namespace string) *appsv1.Deployment {
	d := plainDeployment(namespace, corev1.EnvVar{Name: "KEPT", Value: "old"}, corev1.EnvVar{Name: "DROPPED", Value: "x"})
	d.Labels = map[string]string{"app.kubernetes.io/managed-by": "Helm"}
	d.Annotations = map[string]string{"meta.helm.sh/release-name": "web"}
	d.Spec.Replicas = new(int32(3))
	d.Spec.RevisionHistoryLimit = new(int32(2))
	return d
}

// asApplied is an object as a program applies it that does not use this library.
func asApplied(t *testing.T, object client.Object) runtime.ApplyConfiguration {
	t.Helper()
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	require.NoError(t, err)
	kind, err := apiutil.GVKForObject(object, scheme.Scheme)
	require.NoError(t, err)
	u := &unstructured.Unstructured{Object: content}
	u.SetGroupVersionKind(kind)
	delete(u.Object, "status")
	return client.ApplyConfigurationFromUnstructured(u)
}

// Objects of other tools become the set's own: nothing is recreated, nothing of theirs stays, and the number of replicas
// does not jump when the set leaves it to an autoscaler.
func TestMigrateFromOtherTools(t *testing.T) {
	cases := map[string]struct {
		reason, manager string
		apply           bool
	}{
		"Helm 3":              {"it updates", "helm", false},
		"Helm 4":              {"it applies", "helm", true},
		"flux":                {"it applies", "kustomize-controller", true},
		"kubectl apply":       {"it updates, and keeps what it applied in an annotation", "kubectl-client-side-apply", false},
		"CreateOrUpdate":      {"it updates, under the name of the program", "manager", false},
		"client-side, twice":  {"two tools", "kubectl-edit", false},
		"kubectl server-side": {"it applies", "kubectl", true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			old := deploymentOfHelm(p.namespace)
			if tc.apply {
				require.NoError(t, p.Client.Apply(t.Context(), asApplied(t, old), client.FieldOwner(tc.manager)))
			} else {
				old.Annotations[corev1.LastAppliedConfigAnnotation] = "{}"
				require.NoError(t, p.Client.Create(t.Context(), old, client.FieldOwner(tc.manager)))
			}
			require.Eventually(t, func() bool {
				p.get(t, old)
				return old.Annotations["deployment.kubernetes.io/revision"] != ""
			}, 30*time.Second, 50*time.Millisecond, "its controller has seen it")
			mine := plainDeployment(p.namespace, corev1.EnvVar{Name: "KEPT", Value: "new"})
			from := apply.MigrateFrom(tc.manager)

			plan, err := apply.Plan(t.Context(), p.client(t), p.set, built(mine), from, apply.Adopt)
			require.NoError(t, err)
			require.Zero(t, p.writes.Load())
			report, err := apply.Apply(t.Context(), p.client(t), p.set, []caisson.Object{mine}, from, apply.Adopt)
			require.NoError(t, err)
			require.Equal(t, plan.Changes, report.Changes, "a plan says what will be")

			now := plainDeployment(p.namespace)
			p.get(t, now)
			require.Equal(t, old.UID, now.UID, tc.reason)
			require.Equal(t, []corev1.EnvVar{{Name: "KEPT", Value: "new"}}, now.Spec.Template.Spec.Containers[0].Env)
			require.NotContains(t, now.Labels, "app.kubernetes.io/managed-by")
			require.NotContains(t, now.Annotations, "meta.helm.sh/release-name")
			require.NotContains(t, now.Annotations, corev1.LastAppliedConfigAnnotation)
			require.Equal(t, int32(3), *now.Spec.Replicas)
			require.Equal(t, int32(10), *now.Spec.RevisionHistoryLimit, "its default again")
			for _, entry := range now.ManagedFields {
				require.NotEqual(t, tc.manager, entry.Manager)
			}

			p.writes.Store(0)
			report, err = apply.Apply(t.Context(), p.client(t), p.set, []caisson.Object{mine}, from)
			require.NoError(t, err)
			require.False(t, report.Changed())
			require.Zero(t, p.writes.Load())
		})
	}
}

// Whoever is not named keeps what he applied.
func TestMigrationDoesNotTakeFromOthers(t *testing.T) {
	p := newPlace(t)
	require.NoError(t, p.Client.Create(t.Context(), deploymentOfHelm(p.namespace), client.FieldOwner("helm")))
	other := plainDeployment(p.namespace, corev1.EnvVar{Name: "KEPT", Value: "theirs"})
	require.NoError(t, p.Client.Apply(t.Context(), asApplied(t, other), client.FieldOwner("other"), client.ForceOwnership))

	mine := plainDeployment(p.namespace, corev1.EnvVar{Name: "KEPT", Value: "new"})
	_, err := apply.Plan(t.Context(), p.Client, p.set, built(mine), apply.Adopt, apply.MigrateFrom("helm"))
	var conflict *apply.ConflictError
	require.ErrorAs(t, err, &conflict)
	_, err = apply.Apply(t.Context(), p.Client, p.set, []caisson.Object{mine}, apply.Adopt, apply.MigrateFrom("helm"))
	require.ErrorAs(t, err, &conflict)
	require.Equal(t, "other", conflict.Conflicts[0].Manager)
}

// What both the set and the other tool said, and the set says no longer, is removed; and the plan shows it.
func TestPlanOfAMigrationOfWhatBothSaid(t *testing.T) {
	p := newPlace(t)
	both, one := configMap(p.namespace, "a", "1"), configMap(p.namespace, "a", "1")
	both.Data["shared"] = "x"
	p.apply(t, both)
	require.NoError(t, p.Client.Apply(t.Context(), asApplied(t, both), client.FieldOwner("helm")))
	from := apply.MigrateFrom("helm")
	plan, err := apply.Plan(t.Context(), p.Client, p.set, built(one), from)
	require.NoError(t, err)
	require.Equal(t, []caisson.FieldChange{{Path: "data.shared", Before: `"x"`}}, plan.Changes[0].Fields)
	report, err := apply.Apply(t.Context(), p.Client, p.set, []caisson.Object{one}, from)
	require.NoError(t, err)
	require.Equal(t, plan, report)
}
