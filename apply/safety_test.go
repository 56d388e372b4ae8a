package apply_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
)

func service(namespace, name string, selector map[string]string) *corev1.Service {
	return &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: corev1.ServiceSpec{
			Selector: selector, Ports: []corev1.ServicePort{{Name: "http", Port: 80, Protocol: corev1.ProtocolTCP}},
		},
	}
}

// The controller of EndpointSlices copies the labels of a Service to them, ours among them.
func TestObjectsOfControllersAreNotPruned(t *testing.T) {
	p := newPlace(t)
	own := &discoveryv1.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: p.namespace, Name: "outside", Labels: map[string]string{discoveryv1.LabelServiceName: "outside"},
		},
		AddressType: discoveryv1.AddressTypeIPv4,
		Endpoints:   []discoveryv1.Endpoint{{Addresses: []string{"192.0.2.1"}}},
	}
	objects := []caisson.Object{
		service(p.namespace, "web", map[string]string{"app": "web"}), service(p.namespace, "outside", nil), own,
	}
	p.apply(t, objects...)
	copied := client.MatchingLabels{"applyset.kubernetes.io/part-of": p.set.ID(), discoveryv1.LabelServiceName: "web"}
	var slices discoveryv1.EndpointSliceList
	require.Eventually(t, func() bool {
		require.NoError(t, p.Client.List(t.Context(), &slices, client.InNamespace(p.namespace), copied))
		return len(slices.Items) == 1
	}, 30*time.Second, 100*time.Millisecond, "the controller makes a slice for the Service, with our label")

	require.False(t, p.apply(t, objects...).Changed())
	report := p.apply(t, objects[:2]...)
	require.Equal(t, caisson.Pruned, actions(report)["EndpointSlice outside"])
	require.Equal(t, 1, report.Count(caisson.Pruned))
}

// meanwhile is a client before whose first apply something happens.
func (p place) meanwhile(t *testing.T, happens func()) client.Client {
	t.Helper()
	var once sync.Once
	return interceptor.NewClient(p.connect(t), interceptor.Funcs{
		Apply: func(ctx context.Context, c client.WithWatch, o runtime.ApplyConfiguration, opts ...client.ApplyOption) error {
			once.Do(happens)
			return c.Apply(ctx, o, opts...)
		},
	})
}

func TestObjectCreatedInTheMeantimeIsNotSeized(t *testing.T) {
	p := newPlace(t)
	c := p.meanwhile(t, func() {
		require.NoError(t, p.Client.Create(t.Context(), configMap(p.namespace, "a", "theirs")))
	})
	_, err := apply.Apply(t.Context(), c, p.set, []caisson.Object{configMap(p.namespace, "a", "mine")})
	var foreign *apply.ForeignError
	require.ErrorAs(t, err, &foreign)
	now := configMap(p.namespace, "a", "")
	p.get(t, now)
	require.Equal(t, "theirs", now.Data["key"])
}

func TestObjectReplacedInTheMeantimeIsNotOverwritten(t *testing.T) {
	p := newPlace(t)
	p.apply(t, configMap(p.namespace, "a", "mine"))
	c := p.meanwhile(t, func() {
		require.NoError(t, p.Client.Delete(t.Context(), configMap(p.namespace, "a", "")))
		require.NoError(t, p.Client.Create(t.Context(), configMap(p.namespace, "a", "theirs")))
	})
	_, err := apply.Apply(t.Context(), c, p.set, []caisson.Object{configMap(p.namespace, "a", "mine too")})
	require.Error(t, err)
	now := configMap(p.namespace, "a", "")
	p.get(t, now)
	require.Equal(t, "theirs", now.Data["key"])
}

func TestObjectUnderDeletionIsNotCalledUnchanged(t *testing.T) {
	p := newPlace(t)
	object := configMap(p.namespace, "a", "a")
	object.Finalizers = []string{"example.com/hold"}
	p.apply(t, object)
	require.NoError(t, p.Client.Delete(t.Context(), configMap(p.namespace, "a", "")))
	t.Cleanup(func() {
		object = configMap(p.namespace, "a", "")
		require.NoError(t, p.Client.Get(context.Background(), client.ObjectKeyFromObject(object), object))
		object.Finalizers = nil
		require.NoError(t, p.Client.Update(context.Background(), object))
	})
	_, err := apply.Apply(t.Context(), p.Client, p.set, []caisson.Object{object.DeepCopy()})
	require.ErrorContains(t, err, "is being deleted")
	require.False(t, p.apply(t).Changed(), "deleting it once more is no change")
}

func TestAdoptTakesNoParentOfASet(t *testing.T) {
	p := newPlace(t)
	other := p.set
	other.Name = "other"
	_, err := apply.Apply(t.Context(), p.Client, other, []caisson.Object{configMap(p.namespace, "a", "a")})
	require.NoError(t, err)
	_, err = apply.Apply(t.Context(), p.Client, p.set,
		[]caisson.Object{configMap(p.namespace, "caisson-test-other", "mine")}, apply.Adopt)
	require.ErrorContains(t, err, "belongs to another set")
	_, err = apply.Apply(t.Context(), p.Client, p.set, []caisson.Object{configMap(p.namespace, "caisson-test-shop", "mine")})
	require.ErrorContains(t, err, "the set's own parent")
}

// A value that is no text is a mistake that its error must not give away.
func TestErrorsOfSecretsNameNoValue(t *testing.T) {
	p := newPlace(t)
	for _, where := range []string{"data", "stringData"} {
		object := &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "v1", "kind": "Secret",
			"metadata": map[string]any{"namespace": p.namespace, "name": "pin"},
			where:      map[string]any{"pin": 987654},
		}}
		report, err := apply.Apply(t.Context(), p.Client, p.set, []caisson.Object{object})
		require.ErrorContains(t, err, where+"[pin]: must be text")
		require.NotContains(t, printed(t, report), "987654")
	}
}

func TestRemedyForAKindThatIsNotServed(t *testing.T) {
	p := newPlace(t)
	kind := schema.GroupVersionKind{Group: "monitoring.coreos.com", Version: "v1", Kind: "PrometheusRule"}
	rule := &unstructured.Unstructured{}
	rule.SetGroupVersionKind(kind)
	rule.SetNamespace(p.namespace)
	rule.SetName("a")
	needs := builder{objects: []caisson.Object{rule}, requires: []caisson.Requirement{{
		Kind: kind, For: "alerts", Remedy: "install the Prometheus operator",
	}}}
	_, err := apply.Plan(t.Context(), p.Client, p.set, []caisson.Builder{needs})
	require.ErrorContains(t, err, "install the Prometheus operator")
}

// Two processes apply two revisions of one set at once, over and over: neither deletes what the other has made or kept
// last, and the end is one revision or the other.
func TestTwoRevisionsAtOnce(t *testing.T) {
	p := newPlace(t)
	revisions := [][]caisson.Object{
		{configMap(p.namespace, "both", "1"), configMap(p.namespace, "first", "1")},
		{configMap(p.namespace, "both", "2"), secret(p.namespace, "second", "2")},
	}
	var group sync.WaitGroup
	for _, objects := range revisions {
		group.Go(func() {
			for range 5 {
				_, err := apply.Apply(t.Context(), p.Client, p.set, objects, apply.Prune)
				require.NoError(t, err)
			}
		})
	}
	group.Wait()
	var maps corev1.ConfigMapList
	require.NoError(t, p.Client.List(t.Context(), &maps, client.InNamespace(p.namespace),
		client.MatchingLabels{"applyset.kubernetes.io/part-of": p.set.ID()}))
	var secrets corev1.SecretList
	require.NoError(t, p.Client.List(t.Context(), &secrets, client.InNamespace(p.namespace),
		client.MatchingLabels{"applyset.kubernetes.io/part-of": p.set.ID()}))
	values := map[string]string{}
	for _, item := range maps.Items {
		values[item.Name] = item.Data["key"]
	}
	if len(secrets.Items) == 0 {
		require.Equal(t, map[string]string{"both": "1", "first": "1"}, values)
	} else {
		require.Equal(t, map[string]string{"both": "2"}, values)
	}
}

// Labels are copied by more than those who say that they control the copy: what we did not apply is not ours to delete.
func TestCopiesOfTheLabelAreNotPruned(t *testing.T) {
	p := newPlace(t)
	p.apply(t, configMap(p.namespace, "a", "a"))
	copied := configMap(p.namespace, "copied", "theirs")
	copied.Labels = map[string]string{"applyset.kubernetes.io/part-of": p.set.ID()}
	require.NoError(t, p.Client.Create(t.Context(), copied))
	cleared := configMap(p.namespace, "b", "ours")
	p.apply(t, configMap(p.namespace, "a", "a"), cleared)
	require.NoError(t, p.Client.Patch(t.Context(), cleared.DeepCopy(),
		client.RawPatch(types.MergePatchType, []byte(`{"metadata": {"managedFields": [{}]}}`))))
	report := p.apply(t, configMap(p.namespace, "a", "b"))
	require.Equal(t, map[string]caisson.Action{"ConfigMap a": caisson.Updated, "ConfigMap b": caisson.Pruned}, actions(report))
	p.get(t, copied)
}

// Force takes fields of the set's own objects, and seizes no object that somebody creates in the same moment.
func TestForceDoesNotSeizeWhatIsCreatedInTheMeantime(t *testing.T) {
	p := newPlace(t)
	c := p.meanwhile(t, func() {
		require.NoError(t, p.Client.Create(t.Context(), configMap(p.namespace, "a", "theirs"), client.FieldOwner("them")))
	})
	_, err := apply.Apply(t.Context(), c, p.set, []caisson.Object{configMap(p.namespace, "a", "mine")}, apply.Force)
	var foreign *apply.ForeignError
	require.ErrorAs(t, err, &foreign)
	now := configMap(p.namespace, "a", "")
	p.get(t, now)
	require.Equal(t, "theirs", now.Data["key"])
}

// Whoever counts failures must hear of those that were never sent.
func TestObserverHearsOfWhatWasNotTried(t *testing.T) {
	p := newPlace(t)
	require.NoError(t, p.Client.Create(t.Context(), configMap(p.namespace, "theirs", "theirs")))
	claim := volumeClaim(p.namespace, "data")
	p.apply(t, claim, configMap(p.namespace, "old", "kept after the failure"))
	told := map[string]caisson.Action{}
	report, err := apply.Apply(t.Context(), p.Client, p.set, []caisson.Object{
		configMap(p.namespace, "theirs", "mine"), configMap(p.namespace, "mine", "mine"),
	}, apply.Prune, apply.Observe(func(c caisson.Change) {
		require.NotContains(t, told, c.Ref.Kind+" "+c.Ref.Name, "once each")
		told[c.Ref.Kind+" "+c.Ref.Name] = c.Action
	}))
	require.Error(t, err)
	require.Equal(t, actions(report), told)
}
