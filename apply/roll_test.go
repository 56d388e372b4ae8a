package apply_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
)

// rolling is a Deployment whose pods roll on a Secret of the set's, and on a ConfigMap and a Secret that are others'.
func rolling(namespace string) *appsv1.Deployment {
	d := plainDeployment(namespace)
	d.Spec.Replicas = new(int32)
	d.Spec.Template.Annotations = map[string]string{
		caisson.AnnotationRollOn: "Secret/ours, ConfigMap/theirs,Secret/none-yet",
	}
	return d
}

func TestPodsRollOnWhatTheyRead(t *testing.T) {
	p := newPlace(t)
	require.NoError(t, p.Client.Create(t.Context(), configMap(p.namespace, "theirs", "1")))
	cached := apply.Cached(p.cacheOf(t))
	c := p.client(t)
	value := "1"
	run := func() *caisson.Report {
		t.Helper()
		report, err := apply.Apply(t.Context(), c, p.set, []caisson.Object{
			rolling(p.namespace), secret(p.namespace, "ours", value), configMap(p.namespace, "other", value),
		}, cached)
		require.NoError(t, err)
		return report
	}
	stamp := func() string {
		t.Helper()
		d := rolling(p.namespace)
		p.get(t, d)
		return d.Spec.Template.Annotations["caisson.dev/rolled-on"]
	}
	settles := func() string {
		t.Helper()
		require.Eventually(t, func() bool {
			p.writes.Store(0)
			return !run().Changed() && p.writes.Load() == 0
		}, time.Minute, 50*time.Millisecond)
		return stamp()
	}
	run()
	first := stamp()
	require.Len(t, first, 16, "made from the Secret as it is, though that came in the same run")
	require.Equal(t, first, settles())

	steps := []struct {
		reason string
		change func()
	}{
		{"the set's own Secret, and both in one run", func() { value = "2" }},
		{"somebody else's ConfigMap", func() {
			require.NoError(t, p.Client.Patch(t.Context(), configMap(p.namespace, "theirs", "2"), client.Merge))
		}},
		{"a Secret that was not there", func() {
			require.NoError(t, p.Client.Create(t.Context(), secret(p.namespace, "none-yet", "1")))
		}},
		{"another of the same name and content", func() {
			require.NoError(t, p.Client.Delete(t.Context(), secret(p.namespace, "none-yet", "1")))
			require.NoError(t, p.Client.Create(t.Context(), secret(p.namespace, "none-yet", "1")))
		}},
	}
	before := first
	for _, step := range steps {
		step.change()
		require.Eventually(t, func() bool { return run().Changed() }, time.Minute, 50*time.Millisecond, step.reason)
		require.NotEqual(t, before, stamp(), step.reason)
		before = stamp()
		require.Equal(t, before, settles(), step.reason)
	}
	require.Equal(t, []int{2, 1}, p.numbers(t), "only what somebody wanted is a revision")

	value = "1"
	_, err := apply.Rollback(t.Context(), c, p.set)
	require.NoError(t, err)
	require.NotEqual(t, first, stamp(), "what was rolled on then is long gone")
	settles()
}

func TestRollOnNothing(t *testing.T) {
	p := newPlace(t)
	for _, text := range []string{"keys", "Pod/a", "Secret/", "Secret/a,,Secret/b"} {
		d := rolling(p.namespace)
		d.Spec.Template.Annotations[caisson.AnnotationRollOn] = text
		_, err := apply.Apply(t.Context(), p.Client, p.set, []caisson.Object{d})
		require.ErrorContains(t, err, "write Secret/NAME or ConfigMap/NAME", text)
	}
}
