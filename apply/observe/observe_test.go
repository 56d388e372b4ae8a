package observe_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/events"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/apply/applytest"
	"github.com/caissonhq/caisson/apply/observe"
)

var (
	_ observe.EventRecorder = events.EventRecorder(nil)

	set = apply.Set{Namespace: "shop", Name: "shop", Program: "test"}
)

func configMap(name, value string) caisson.Object {
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name}, Data: map[string]string{"key": value},
	}
}

type recorder struct{ said []string }

func (r *recorder) Eventf(_, _ runtime.Object, kind, reason, action, note string, args ...any) {
	r.said = append(r.said, strings.Join([]string{kind, reason, action, fmt.Sprintf(note, args...)}, " "))
}

// Each change is an event, and a run without changes is none: an event for every run of a controller would drown them.
func TestEvents(t *testing.T) {
	c := applytest.NewClient(&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "theirs"}})
	r := &recorder{}
	option := observe.Events(r, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}})
	run := func(objects ...caisson.Object) []string {
		r.said = nil
		_, _ = apply.Apply(t.Context(), c, set, objects, apply.Prune, option)
		return r.said
	}
	require.Equal(t, []string{"Normal Created Apply ConfigMap shop/a"}, run(configMap("a", "1")))
	require.Empty(t, run(configMap("a", "1")))
	require.Equal(t, []string{"Normal Updated Apply ConfigMap shop/a"}, run(configMap("a", "2")))
	require.ElementsMatch(t, []string{
		"Normal Created Apply ConfigMap shop/b", "Normal Pruned Apply ConfigMap shop/a",
	}, run(configMap("b", "1")))
	_, err := apply.Delete(t.Context(), c, set, option)
	require.NoError(t, err)
	require.Contains(t, r.said, "Normal Pruned Apply ConfigMap shop/b")
}

func TestMetrics(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	metrics, err := observe.NewMetrics(registry)
	require.NoError(t, err)
	_, err = observe.NewMetrics(registry)
	require.ErrorContains(t, err, "register the metrics of apply")

	c := applytest.NewClient(&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "theirs"}})
	for range 2 {
		_, err = apply.Apply(t.Context(), c, set, []caisson.Object{configMap("a", "1"), configMap("b", "1")}, metrics.Observe())
		require.NoError(t, err)
	}
	_, err = apply.Apply(t.Context(), c, set, []caisson.Object{configMap("theirs", "1")}, metrics.Observe())
	require.Error(t, err)
	require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP caisson_apply_changes_total Objects that runs changed, or failed to, by kind and action.
# TYPE caisson_apply_changes_total counter
caisson_apply_changes_total{action="created",kind="ConfigMap",program="test",set="shop/shop"} 2
caisson_apply_changes_total{action="failed",kind="ConfigMap",program="test",set="shop/shop"} 1
# HELP caisson_apply_runs_total Runs by result: changed, unchanged or failed.
# TYPE caisson_apply_runs_total counter
caisson_apply_runs_total{program="test",result="changed",set="shop/shop"} 1
caisson_apply_runs_total{program="test",result="failed",set="shop/shop"} 1
caisson_apply_runs_total{program="test",result="unchanged",set="shop/shop"} 1
`), "caisson_apply_changes_total", "caisson_apply_runs_total"))
	problems, err := testutil.GatherAndLint(registry)
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Equal(t, 1, testutil.CollectAndCount(registry, "caisson_apply_duration_seconds"))
}

func ExampleEvents() {
	// A manager of controller-runtime gives a recorder: manager.GetEventRecorder("shop-controller").
	said := &recorder{}
	owner := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}}
	_, err := apply.Apply(context.Background(), applytest.NewClient(), set, []caisson.Object{configMap("a", "1")},
		observe.Events(said, owner))
	fmt.Println(said.said, err)
	// Output:
	// [Normal Created Apply ConfigMap shop/a] <nil>
}

func ExampleNewMetrics() {
	registry := prometheus.NewRegistry() // or prometheus.DefaultRegisterer, or that of controller-runtime's metrics package
	metrics, err := observe.NewMetrics(registry)
	if err != nil {
		panic(err)
	}
	_, err = apply.Apply(context.Background(), applytest.NewClient(), set, []caisson.Object{configMap("a", "1")}, metrics.Observe())
	families, _ := registry.Gather()
	for _, family := range families {
		fmt.Println(family.GetName())
	}
	fmt.Println(err)
	// Output:
	// caisson_apply_changes_total
	// caisson_apply_duration_seconds
	// caisson_apply_last_success_timestamp_seconds
	// caisson_apply_runs_total
	// <nil>
}
