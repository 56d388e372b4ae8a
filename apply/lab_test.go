package apply_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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

// judge what a plan says by what a dry run of the same does. It gives the dry run's answer, or nil if it fails.
func (l *lab) judge(s *subject) *unstructured.Unstructured {
	l.t.Helper()
	for range 20 {
		before := l.get(s)
		l.recorder.forget()
		plan, _ := apply.Plan(l.t.Context(), l.recorder, s.set, built(s.object), apply.Force, apply.Adopt)
		asked := l.recorder.asked > 0
		after, refused := l.dryRun(s)
		if l.get(s).GetResourceVersion() != before.GetResourceVersion() {
			time.Sleep(50 * time.Millisecond) // a controller was at work in between
			continue
		}
		require.Len(l.t, plan.Changes, 1)
		change := plan.Changes[0]
		same := refused == nil && jsonEqual(stable(before), stable(after))
		if change.Action == caisson.Unchanged && !same {
			l.fail("apply says unchanged, and the server does not", refused, s, before, after)
			return nil
		}
		l.count(s, change, asked, same, refused)
		if change.Action == caisson.Failed || refused != nil {
			return nil
		}
		return after
	}
	l.tally.add("never still", s.kind)
	return nil
}

func (l *lab) count(s *subject, change caisson.Change, asked, same bool, refused error) {
	l.tally.add("tries", s.kind)
	switch {
	case change.Action == caisson.Unchanged && !asked:
		l.tally.add("unchanged, by the comparison alone", s.kind)
	case change.Action == caisson.Failed && refused != nil:
		l.tally.add("the server refuses the intent", s.kind)
	case change.Action == caisson.Failed:
		l.tally.add("failed: "+change.Err.Error(), s.kind)
	case same:
		l.tally.add("false alarm", s.kind)
	default:
		l.tally.add("changed", s.kind)
	}
}

func (l *lab) dryRun(s *subject) (*unstructured.Unstructured, error) {
	object := parse(l.t, s.intent)
	err := l.others.Apply(l.t.Context(), client.ApplyConfigurationFromUnstructured(object),
		client.FieldOwner(s.manager), client.ForceOwnership, client.DryRunAll)
	return object, err
}

// applyAgain for real: the server must make of it what a dry run said, and then there is nothing left to do.
func (l *lab) applyAgain(s *subject) bool {
	l.t.Helper()
	expected, answer := l.applyAsForeseen(s)
	switch {
	case answer == nil:
		return false
	case !jsonEqual(stable(expected), stable(answer)):
		l.fail("apply makes something else of it than a dry run", nil, s, expected, answer)
		return false
	}
	for attempt := range 5 {
		before := l.get(s)
		l.recorder.forget()
		report, err := l.apply(s)
		after := l.get(s)
		unchanged := err == nil && report.Changes[0].Action == caisson.Unchanged
		switch {
		case unchanged && l.recorder.writes == 0:
		case unchanged:
			l.tally.add("needless writes", s.kind)
		case err == nil && attempt < 4 && jsonEqual(before.Object["spec"], after.Object["spec"]):
			time.Sleep(100 * time.Millisecond) // it is a controller's annotation or status that has changed meanwhile
			continue
		default:
			l.fail("the next apply is not unchanged", err, s, before, after)
			return false
		}
		break
	}
	s.history = append(s.history, "applied again")
	return true
}

// applyAsForeseen gives the dry run's answer and the real one's, for the same state before. If there is nothing to send,
// both are what is there.
func (l *lab) applyAsForeseen(s *subject) (expected, answer *unstructured.Unstructured) {
	l.t.Helper()
	for range 20 {
		before := l.get(s)
		expected, refused := l.dryRun(s)
		l.recorder.forget()
		report, err := l.apply(s)
		if refused != nil || err != nil {
			l.fail("apply fails", errors.Join(refused, err), s, before, expected)
			return nil, nil
		}
		l.tally.add("applied again: "+string(report.Changes[0].Action), s.kind)
		answer := before
		if l.recorder.answer != nil {
			answer = parse(l.t, l.recorder.answer)
		}
		if jsonEqual(expected.Object["status"], answer.Object["status"]) {
			return expected, answer
		}
		time.Sleep(50 * time.Millisecond) // a controller was at work in between
	}
	return nil, nil
}

// enough failures are told; more say the same in other words.
const enough = 5

// fail says all that it takes to understand a failure, and goes on: the next ones show what they have in common.
func (l *lab) fail(what string, err error, s *subject, before, after *unstructured.Unstructured) {
	l.t.Helper()
	l.tally.add("FAILED: "+what, s.kind)
	l.t.Errorf("%s: %v\n%s", what, err, l.story(s, before, after))
	if l.tally.sum("FAILED: "+what) >= enough {
		l.t.FailNow()
	}
}

func (l *lab) story(s *subject, before, after *unstructured.Unstructured) string {
	difference := ""
	if before != nil && after != nil {
		difference = cmp.Diff(stable(before), stable(after))
	}
	history := s.history[max(0, len(s.history)-10):]
	return fmt.Sprintf("try %d, %s\nothers did last:\n  %s\nthe intent is %s\nthe server's dry run would change (-there +after):\n%s",
		l.number, s, strings.Join(history, "\n  "), s.intent, difference)
}

// stable leaves out what differs after every write.
func stable(object *unstructured.Unstructured) map[string]any {
	all := object.DeepCopy().Object
	for _, name := range []string{"managedFields", "resourceVersion", "generation"} {
		unstructured.RemoveNestedField(all, "metadata", name)
	}
	return all
}

func jsonEqual(a, b any) bool { return reflect.DeepEqual(a, b) }

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
