package apply_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/discovery"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
)

// lab is where objects are applied, others change them, and what apply says of them is held against the server.
type lab struct {
	place
	t        *testing.T
	recorder *recorder
	others   client.Client // of everybody else
	rand     *rand.Rand
	number   int                   // of the try
	subjects map[string][]*subject // by kind
	tally    tally
	// inNamespaces: the place's, and another where quotas and policies are in nobody's way.
	inNamespaces [2]*corev1.Namespace
}

// subject is one object, in a set of its own.
type subject struct {
	kind    string
	object  caisson.Object
	set     apply.Set
	manager string
	intent  []byte // as it was sent
	tree    map[string]any
	history []string // what others did to it since it was created
	age     int
}

func newLab(t *testing.T, p place, other string) *lab {
	t.Helper()
	l := &lab{place: p, t: t, recorder: p.recorder(t), others: p.silent(t), subjects: map[string][]*subject{}, tally: tally{}}
	for i, name := range []string{p.namespace, other} {
		l.inNamespaces[i] = &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
		p.get(t, l.inNamespaces[i])
	}
	return l
}

// version of the API server.
func (l *lab) version() string {
	l.t.Helper()
	asked, err := discovery.NewDiscoveryClientForConfig(l.Config)
	require.NoError(l.t, err)
	version, err := asked.ServerVersion()
	require.NoError(l.t, err)
	return version.GitVersion
}

// quiet has no pods in the namespace: controllers that work on them would change the objects meanwhile.
func (l *lab) quiet() {
	quota := &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Namespace: l.namespace, Name: "no-pods"}}
	quota.Spec.Hard = corev1.ResourceList{corev1.ResourcePods: resource.MustParse("0")}
	require.NoError(l.t, l.Client.Create(l.t.Context(), quota))
}

func (l *lab) newSubject(i int, object caisson.Object) *subject {
	kind, err := l.Client.GroupVersionKindFor(object)
	require.NoError(l.t, err)
	switch kind.Kind {
	case "ResourceQuota", "LimitRange", "NetworkPolicy": // where they limit nobody, and whose namespace is there
		object.SetNamespace(l.inNamespaces[1].Name)
		object.SetName(fmt.Sprintf("%s-%d", object.GetName(), i))
	case "HorizontalPodAutoscaler": // nobody but the test moves replicas
		if untyped, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object); err == nil {
			edit(untyped, path{"spec", "scaleTargetRef", "name"}, "nobody")
			require.NoError(l.t, runtime.DefaultUnstructuredConverter.FromUnstructured(untyped, object))
		}
	}
	s := &subject{
		kind: kind.Kind, object: object,
		set: apply.Set{Namespace: l.namespace, Name: fmt.Sprintf("s%d", i), Program: "property"},
	}
	l.create(s)
	l.t.Cleanup(func() { l.letGo(context.Background(), s) }) // the test's context has ended by then
	return s
}

func (l *lab) create(s *subject) {
	l.t.Helper()
	l.recorder.forget()
	report, err := l.apply(s)
	require.NoError(l.t, err, s)
	require.Equal(l.t, 1, report.Count(caisson.Created), s)
	s.intent, s.manager = l.recorder.sent, l.recorder.manager
	s.tree, s.history, s.age = parse(l.t, s.intent).Object, nil, 0
}

func (s *subject) String() string {
	return fmt.Sprintf("%s %s/%s", s.kind, s.object.GetNamespace(), s.object.GetName())
}

func (l *lab) apply(s *subject) (*caisson.Report, error) {
	return apply.Apply(l.t.Context(), l.recorder, s.set, []caisson.Object{s.object}, apply.Force, apply.Adopt)
}

func (l *lab) get(s *subject) *unstructured.Unstructured {
	l.t.Helper()
	live := &unstructured.Unstructured{}
	live.SetGroupVersionKind(parse(l.t, s.intent).GroupVersionKind())
	require.NoError(l.t, l.others.Get(l.t.Context(), client.ObjectKeyFromObject(s.object), live), s)
	return live
}

// try one object: others change it, then apply's word is held against the server's.
func (l *lab) try(s *subject) {
	l.t.Helper()
	s.age++
	for range pick(l.rand, []int{1, 1, 2, 3}) { // of several, one hides the others
		l.mutate(s)
	}
	expected := l.judge(s)
	switch {
	case expected == nil || s.age > 20:
		l.remove(s)
		l.create(s)
	case l.rand.IntN(3) == 0:
		if !l.applyAgain(s) {
			l.remove(s)
			l.create(s)
		}
	}
}

// remove the object, and wait until it is gone.
func (l *lab) remove(s *subject) {
	l.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for l.letGo(l.t.Context(), s) {
		require.True(l.t, time.Now().Before(deadline), "%s is still there", s)
		time.Sleep(20 * time.Millisecond)
	}
}

// letGo deletes the object without what holds it back. It says whether there was anything to delete.
func (l *lab) letGo(ctx context.Context, s *subject) bool {
	l.t.Helper()
	live := &unstructured.Unstructured{}
	live.SetGroupVersionKind(parse(l.t, s.intent).GroupVersionKind())
	err := l.others.Get(ctx, client.ObjectKeyFromObject(s.object), live)
	if apierrors.IsNotFound(err) {
		return false
	}
	require.NoError(l.t, err)
	if len(live.GetFinalizers()) > 0 {
		patch := client.RawPatch("application/merge-patch+json", []byte(`{"metadata":{"finalizers":null}}`))
		require.NoError(l.t, client.IgnoreNotFound(l.others.Patch(ctx, live, patch)))
	}
	require.NoError(l.t, client.IgnoreNotFound(l.others.Delete(ctx, live)))
	return true
}
