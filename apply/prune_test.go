package apply_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
)

func printed(t *testing.T, report *caisson.Report) string {
	t.Helper()
	var text strings.Builder
	require.NoError(t, report.Table(&text))
	require.NoError(t, report.Markdown(&text))
	for _, change := range report.Changes {
		json, err := change.MarshalJSON()
		require.NoError(t, err)
		text.Write(json)
	}
	return text.String()
}

func TestPruneFindsTheLastOfAKindAndOfANamespace(t *testing.T) {
	p := newPlace(t)
	second := p.Namespace(t)
	_, err := apply.Apply(t.Context(), p.Client, p.set, []caisson.Object{
		configMap(p.namespace, "stays", "a"), secret(p.namespace, "goes", "a"), configMap(second, "goes", "a"),
	}, apply.Prune)
	require.NoError(t, err)

	report, err := apply.Apply(t.Context(), p.Client, p.set, []caisson.Object{configMap(p.namespace, "stays", "a")}, apply.Prune)
	require.NoError(t, err)
	require.Equal(t, map[string]caisson.Action{
		"ConfigMap stays": caisson.Unchanged, "Secret goes": caisson.Pruned, "ConfigMap goes": caisson.Pruned,
	}, actions(report))
	require.True(t, apierrors.IsNotFound(
		p.Client.Get(t.Context(), client.ObjectKey{Namespace: second, Name: "goes"}, &corev1.ConfigMap{})))
}

func TestWithoutPruneNothingIsDeletedNorForgotten(t *testing.T) {
	p := newPlace(t)
	_, err := apply.Apply(t.Context(), p.Client, p.set, []caisson.Object{secret(p.namespace, "old", "a")})
	require.NoError(t, err)
	_, err = apply.Apply(t.Context(), p.Client, p.set, []caisson.Object{configMap(p.namespace, "new", "a")})
	require.NoError(t, err)
	p.get(t, secret(p.namespace, "old", ""))

	report, err := apply.Apply(t.Context(), p.Client, p.set, []caisson.Object{configMap(p.namespace, "new", "a")}, apply.Prune)
	require.NoError(t, err)
	require.Equal(t, caisson.Pruned, actions(report)["Secret old"])
}

func TestOtherSetsAndNobodysObjectsAreNotPruned(t *testing.T) {
	p := newPlace(t)
	require.NoError(t, p.Client.Create(t.Context(), configMap(p.namespace, "nobodys", "a")))
	for _, other := range []apply.Set{
		{Namespace: p.namespace, Name: "other", Program: "test"}, {Namespace: p.namespace, Name: "shop", Program: "other"},
	} {
		name := other.Name + "-" + other.Program
		_, err := apply.Apply(t.Context(), p.Client, other, []caisson.Object{configMap(p.namespace, name, "a")}, apply.Prune)
		require.NoError(t, err)
	}
	_, err := apply.Apply(t.Context(), p.Client, p.set, []caisson.Object{configMap(p.namespace, "mine", "a")}, apply.Prune)
	require.NoError(t, err)
	_, err = apply.Delete(t.Context(), p.Client, p.set)
	require.NoError(t, err)
	for _, name := range []string{"nobodys", "other-test", "shop-other"} {
		p.get(t, configMap(p.namespace, name, ""))
	}
}

func volumeClaim(namespace, name string) *corev1.PersistentVolumeClaim {
	return &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: corev1.PersistentVolumeClaimSpec{
			AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
			Resources: corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{
				corev1.ResourceStorage: *quantity("1Gi"),
			}},
		},
	}
}

func TestVolumeClaimsAreKeptUnlessAllowed(t *testing.T) {
	p := newPlace(t)
	claim := volumeClaim(p.namespace, "data")
	_, err := apply.Apply(t.Context(), p.Client, p.set, []caisson.Object{claim, configMap(p.namespace, "a", "a")}, apply.Prune)
	require.NoError(t, err)

	only := []caisson.Object{configMap(p.namespace, "a", "a")}
	report, err := apply.Apply(t.Context(), p.Client, p.set, only, apply.Prune)
	require.NoError(t, err)
	require.Equal(t, caisson.Skipped, actions(report)["PersistentVolumeClaim data"])
	require.False(t, report.Changed())
	p.get(t, claim)

	allowed := apply.AllowDelete(schema.GroupKind{Kind: "PersistentVolumeClaim"})
	report, err = apply.Apply(t.Context(), p.Client, p.set, only, apply.Prune, allowed)
	require.NoError(t, err)
	require.Equal(t, caisson.Pruned, actions(report)["PersistentVolumeClaim data"])
}

func TestDeleteRemovesAllAndTheParentLast(t *testing.T) {
	p := newPlace(t)
	_, err := apply.Apply(t.Context(), p.Client, p.set,
		[]caisson.Object{configMap(p.namespace, "a", "a"), secret(p.namespace, "b", "b")})
	require.NoError(t, err)
	parent := client.ObjectKey{Namespace: p.namespace, Name: "caisson-test-shop"}
	require.NoError(t, p.Client.Get(t.Context(), parent, &corev1.ConfigMap{}))

	plan, err := apply.Plan(t.Context(), p.Client, p.set, nil, apply.Prune)
	require.NoError(t, err)
	report, err := apply.Delete(t.Context(), p.Client, p.set)
	require.NoError(t, err)
	require.Equal(t, plan, report, "a deletion is planned as a run that holds nothing")
	require.Equal(t, 2, report.Count(caisson.Pruned))
	require.True(t, apierrors.IsNotFound(p.Client.Get(t.Context(), parent, &corev1.ConfigMap{})))

	report, err = apply.Delete(t.Context(), p.Client, p.set)
	require.NoError(t, err)
	require.Empty(t, report.Changes, "deleting what is gone is a success")
}

// What replaces something comes first: the old goes when the new is ready, and no run waits for that.
func TestPruneWhenReady(t *testing.T) {
	p := newPlace(t)
	c := p.client(t)
	run := func(objects ...caisson.Object) *caisson.Report {
		t.Helper()
		report, err := apply.Apply(t.Context(), c, p.set, objects, apply.PruneWhenReady)
		require.NoError(t, err)
		return report
	}
	old := configMap(p.namespace, "old", "1")
	run(old)
	next := plainDeployment(p.namespace)
	next.Spec.Template.Spec.NodeSelector = map[string]string{"nowhere": "yes"}
	report := run(next)
	require.Equal(t, map[string]caisson.Action{"Deployment web": caisson.Created, "ConfigMap old": caisson.Skipped}, actions(report))
	require.Contains(t, printed(t, report), "nothing is deleted before all is ready: Deployment "+p.namespace+"/web")
	p.get(t, old)

	require.Eventually(t, func() bool {
		p.writes.Store(0)
		report := run(next)
		require.Equal(t, caisson.Skipped, actions(report)["ConfigMap old"])
		return p.writes.Load() == 0
	}, time.Minute, 50*time.Millisecond, "while it waits there is nothing to write")

	next.Spec.Template.Spec.NodeSelector = nil
	require.Eventually(t, func() bool {
		return actions(run(next))["ConfigMap old"] == caisson.Pruned
	}, time.Minute, 50*time.Millisecond)
	require.True(t, apierrors.IsNotFound(p.Client.Get(t.Context(), client.ObjectKeyFromObject(old), old)))
}
