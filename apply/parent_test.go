package apply_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
)

func (p place) parent(t *testing.T) *corev1.ConfigMap {
	t.Helper()
	parent := configMap(p.namespace, "caisson-test-shop", "")
	p.get(t, parent)
	return parent
}

// markParent leaves the mark of a run that was killed.
func (p place) markParent(t *testing.T, deadline time.Time) {
	t.Helper()
	parent := p.parent(t)
	parent.Annotations["caisson.dev/run"] = "somebody " + deadline.UTC().Format(time.RFC3339)
	require.NoError(t, p.Client.Update(t.Context(), parent))
}

func (p place) apply(t *testing.T, objects ...caisson.Object) *caisson.Report {
	t.Helper()
	report, err := apply.Apply(t.Context(), p.Client, p.set, objects, apply.Prune)
	require.NoError(t, err)
	return report
}

func TestMarkOfADeadRunExpires(t *testing.T) {
	p := newPlace(t)
	p.apply(t, configMap(p.namespace, "a", "a"))
	p.markParent(t, time.Now().Add(5*time.Second))

	start := time.Now()
	p.apply(t, configMap(p.namespace, "a", "b"))
	require.Greater(t, time.Since(start), time.Second, "the other run's mark was still good")
	require.NotContains(t, p.parent(t).Annotations, "caisson.dev/run")

	p.markParent(t, time.Now().Add(time.Minute))
	require.False(t, p.apply(t, configMap(p.namespace, "a", "b")).Changed(), "a run with nothing to write needs no mark")
}

func TestDeleteLeavesASetThatAnotherRunIsChanging(t *testing.T) {
	if testing.Short() {
		t.Skip("takes the 30 seconds that a run waits for another")
	}
	p := newPlace(t)
	p.apply(t, configMap(p.namespace, "a", "a"))
	p.markParent(t, time.Now().Add(5*time.Minute))
	_, err := apply.Delete(t.Context(), p.Client, p.set)
	var held *apply.HeldError
	require.ErrorAs(t, err, &held, "a script that goes on would believe that all is deleted")
	require.Equal(t, p.set, held.Set)
	require.WithinDuration(t, time.Now().Add(5*time.Minute), held.Until, time.Minute)
	p.parent(t)
	p.get(t, configMap(p.namespace, "a", ""))
}

func TestParentOfAnotherIdentityIsRefused(t *testing.T) {
	p := newPlace(t)
	require.NoError(t, p.Client.Create(t.Context(), configMap(p.namespace, "caisson-test-shop", "a")))
	report, err := apply.Apply(t.Context(), p.Client, p.set, []caisson.Object{configMap(p.namespace, "a", "a")}, apply.Prune)
	require.ErrorContains(t, err, "is not the parent of this set")
	require.Equal(t, 1, report.Count(caisson.Failed))
}

// Their parents have one name, and one would delete what the other has made.
func TestSetsWhoseNamesRunTogetherAreRefused(t *testing.T) {
	p := newPlace(t)
	first := apply.Set{Namespace: p.namespace, Program: "a", Name: "b-c"}
	second := apply.Set{Namespace: p.namespace, Program: "a-b", Name: "c"}
	_, err := apply.Apply(t.Context(), p.Client, first, []caisson.Object{configMap(p.namespace, "a", "a")})
	require.NoError(t, err)
	_, err = apply.Apply(t.Context(), p.Client, second, []caisson.Object{configMap(p.namespace, "b", "b")}, apply.Prune)
	require.ErrorContains(t, err, "is not the parent of this set")
	_, err = apply.Delete(t.Context(), p.Client, second)
	require.ErrorContains(t, err, "is not the parent of this set")
	p.get(t, configMap(p.namespace, "a", ""))
}

func TestLostParentIsMadeAnew(t *testing.T) {
	p := newPlace(t)
	p.apply(t, configMap(p.namespace, "a", "a"), secret(p.namespace, "b", "b"))
	require.NoError(t, p.Client.Delete(t.Context(), p.parent(t)))

	report := p.apply(t, configMap(p.namespace, "a", "a"), secret(p.namespace, "b", "b"))
	require.False(t, report.Changed())
	report = p.apply(t, configMap(p.namespace, "a", "a"))
	require.Equal(t, caisson.Pruned, actions(report)["Secret b"], "the parent remembers Secrets again")
}

func TestParentKeepsWhatOthersWroteToIt(t *testing.T) {
	p := newPlace(t)
	p.apply(t, configMap(p.namespace, "a", "a"))
	parent := p.parent(t)
	parent.Annotations["example.com/note"], parent.Labels["example.com/team"] = "kept", "kept"
	require.NoError(t, p.Client.Update(t.Context(), parent))
	p.apply(t, configMap(p.namespace, "a", "b"))
	parent = p.parent(t)
	require.Equal(t, "kept", parent.Annotations["example.com/note"])
	require.Equal(t, "kept", parent.Labels["example.com/team"])
}

// Whoever writes to the parent in the middle of a run must not have its mark stay behind.
func TestMarkIsReleasedAlsoWhenSomebodyTouchesTheParent(t *testing.T) {
	p := newPlace(t)
	p.apply(t, configMap(p.namespace, "a", "a"))
	touching := interceptor.NewClient(p.connect(t), interceptor.Funcs{
		Apply: func(ctx context.Context, c client.WithWatch, o runtime.ApplyConfiguration, opts ...client.ApplyOption) error {
			parent := p.parent(t)
			metav1.SetMetaDataAnnotation(&parent.ObjectMeta, "example.com/touched", "yes")
			require.NoError(t, p.Client.Update(ctx, parent))
			return c.Apply(ctx, o, opts...)
		},
	})
	_, err := apply.Apply(t.Context(), touching, p.set, []caisson.Object{configMap(p.namespace, "a", "b")})
	require.NoError(t, err)
	require.Equal(t, "yes", p.parent(t).Annotations["example.com/touched"])
	require.NotContains(t, p.parent(t).Annotations, "caisson.dev/run")
}

func TestWhatDeleteKeptCanBeDeletedLater(t *testing.T) {
	p := newPlace(t)
	claim := volumeClaim(p.namespace, "data")
	p.apply(t, claim, configMap(p.namespace, "a", "a"))

	report, err := apply.Delete(t.Context(), p.Client, p.set)
	require.NoError(t, err)
	require.Equal(t, map[string]caisson.Action{
		"PersistentVolumeClaim data": caisson.Skipped, "ConfigMap a": caisson.Pruned,
	}, actions(report))
	report, err = apply.Delete(t.Context(), p.Client, p.set, apply.AllowDelete(schema.GroupKind{Kind: "PersistentVolumeClaim"}))
	require.NoError(t, err)
	require.Equal(t, caisson.Pruned, actions(report)["PersistentVolumeClaim data"])
	require.True(t, apierrors.IsNotFound(p.Client.Get(t.Context(),
		client.ObjectKey{Namespace: p.namespace, Name: "caisson-test-shop"}, &corev1.ConfigMap{})), "nothing is left to remember")
}

// What is of a kind that is not served cannot be deleted, and a report without a word would say that it is.
func TestDeleteNamesTheKindsThatAreNotServed(t *testing.T) {
	p := newPlace(t)
	p.apply(t, configMap(p.namespace, "a", "a"))
	parent := p.parent(t)
	parent.Annotations["applyset.kubernetes.io/contains-group-kinds"] += ",Gadget.gone.example.com"
	require.NoError(t, p.Client.Update(t.Context(), parent))
	report, err := apply.Delete(t.Context(), p.Client, p.set)
	require.NoError(t, err)
	require.Equal(t, map[string]caisson.Action{"ConfigMap a": caisson.Pruned, "Gadget ": caisson.Skipped}, actions(report))
	require.Contains(t, report.Changes[1].Reason, "does not serve it")
	parent = p.parent(t)
	parent.Annotations["applyset.kubernetes.io/contains-group-kinds"] = ""
	require.NoError(t, p.Client.Update(t.Context(), parent))
	_, err = apply.Delete(t.Context(), p.Client, p.set)
	require.NoError(t, err)
	require.True(t, apierrors.IsNotFound(p.Client.Get(t.Context(), client.ObjectKeyFromObject(parent), parent)))
}
