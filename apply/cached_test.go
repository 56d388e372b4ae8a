package apply_test

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
)

// counted is a client, and the number of requests that it makes.
func (p place) counted(t *testing.T) (client.Client, *atomic.Int64) {
	t.Helper()
	var requests atomic.Int64
	config := rest.CopyConfig(p.Config)
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(request *http.Request) (*http.Response, error) {
			requests.Add(1)
			return next.RoundTrip(request)
		})
	})
	c, err := client.New(config, client.Options{Log: logr.FromSlogHandler(slog.DiscardHandler)})
	require.NoError(t, err)
	return c, &requests
}

type roundTripper func(*http.Request) (*http.Response, error)

func (r roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return r(request) }

// cacheOf the place, as a manager has one.
func (p place) cacheOf(t *testing.T) cache.Cache {
	t.Helper()
	objects, err := cache.New(p.Config, cache.Options{DefaultNamespaces: map[string]cache.Config{p.namespace: {}}})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- objects.Start(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	return objects
}

// With a cache a run that has nothing to do makes no request, and one that has makes none on the word of the cache alone.
func TestCached(t *testing.T) {
	p := newPlace(t)
	web := plainDeployment(p.namespace)
	web.Spec.Replicas = new(int32) // so that no controller changes it
	objects := []caisson.Object{
		configMap(p.namespace, "a", "1"), secret(p.namespace, "b", "1"), policy(p.namespace, "c"),
		service(p.namespace, "d", map[string]string{"app": "d"}), web,
	}
	cached := apply.Cached(p.cacheOf(t))
	c, requests := p.counted(t)
	run := func() *caisson.Report {
		t.Helper()
		report, err := apply.Apply(t.Context(), c, p.set, objects, apply.Prune, cached)
		require.NoError(t, err)
		return report
	}
	run()
	idle := func() bool {
		before := requests.Load()
		return !run().Changed() && requests.Load() == before
	}
	require.Eventually(t, idle, time.Minute, 50*time.Millisecond, "once the cache has seen it")

	require.NoError(t, p.Client.Patch(t.Context(), configMap(p.namespace, "a", "edited"), client.Merge))
	require.Eventually(t, func() bool { return run().Changed() }, time.Minute, 20*time.Millisecond)
	require.Eventually(t, idle, time.Minute, 50*time.Millisecond)
	objects = objects[1:]
	require.Equal(t, 1, run().Count(caisson.Pruned))
}

// Without a cache too a memo spares the request about an object that only looks changed: its kind has defaults, and no
// known merge rules.
func TestMemo(t *testing.T) {
	p := newPlace(t)
	definition := widgets("memo.example.com")
	spec := map[string]any{"type": "object", "properties": map[string]any{
		"size": map[string]any{"type": "integer"}, "color": map[string]any{"type": "string", "default": "blue"},
	}}
	version := map[string]any{
		"name": "v1", "served": true, "storage": true, "schema": map[string]any{"openAPIV3Schema": map[string]any{
			"type": "object", "properties": map[string]any{"spec": spec},
		}},
	}
	require.NoError(t, unstructured.SetNestedSlice(definition.Object, []any{version}, "spec", "versions"))
	objects := []caisson.Object{definition, widget("memo.example.com", p.namespace, 1)}
	p.apply(t, objects...)
	var memo apply.Memo
	c, requests := p.counted(t)
	needed := func() int64 {
		t.Helper()
		before := requests.Load()
		report, err := apply.Apply(t.Context(), c, p.set, objects, apply.Remember(&memo))
		require.NoError(t, err)
		require.False(t, report.Changed())
		return requests.Load() - before
	}
	needed() // the client asks which kinds there are
	require.Equal(t, int64(3), needed(), "the parent and two LISTs")
	memo = apply.Memo{}
	require.Equal(t, int64(5), needed(), "and a dry run for each of the two that have defaults")

	edited := widget("memo.example.com", p.namespace, 0)
	p.get(t, edited)
	require.NoError(t, unstructured.SetNestedField(edited.Object, "red", "spec", "color"))
	require.NoError(t, p.Client.Update(t.Context(), edited))
	require.Equal(t, int64(4), needed(), "it is another object now, though as good")
	require.Equal(t, int64(3), needed())
	require.NoError(t, unstructured.SetNestedField(edited.Object, int64(9), "spec", "size"))
	require.NoError(t, p.Client.Update(t.Context(), edited))
	report, err := apply.Apply(t.Context(), c, p.set, objects, apply.Remember(&memo))
	require.NoError(t, err)
	require.Equal(t, 1, report.Count(caisson.Updated))
	_, err = apply.Delete(t.Context(), c, p.set, apply.AllowDelete(report.Changes[0].Ref.GroupKind()))
	require.NoError(t, err)
}

// frozen is a reader that shows what was there when it was made.
func (p place) frozen(t *testing.T) client.Reader {
	t.Helper()
	list := &corev1.ConfigMapList{}
	require.NoError(t, p.Client.List(t.Context(), list, client.InNamespace(p.namespace)))
	objects := make([]client.Object, len(list.Items))
	for i := range list.Items {
		objects[i] = &list.Items[i]
	}
	return fake.NewClientBuilder().WithObjects(objects...).Build()
}

// A cache that lags behind shows what is wanted, although this program itself has just applied something else.
func TestCacheThatLagsBehind(t *testing.T) {
	p := newPlace(t)
	one, two := configMap(p.namespace, "a", "1"), configMap(p.namespace, "a", "2")
	var memo apply.Memo
	run := func(object caisson.Object, options ...apply.Option) *caisson.Report {
		t.Helper()
		report, err := apply.Apply(t.Context(), p.Client, p.set, []caisson.Object{object}, append(options, apply.Remember(&memo))...)
		require.NoError(t, err)
		return report
	}
	run(one)
	old := apply.Cached(p.frozen(t))
	require.False(t, run(one, old).Changed())
	run(two)
	require.True(t, run(one, old).Changed())

	run(two)
	_, err := apply.Rollback(t.Context(), p.Client, p.set, old)
	require.NoError(t, err)
	now := configMap(p.namespace, "a", "")
	p.get(t, now)
	require.Equal(t, "1", now.Data["key"])
}

// Whoever is changing the set may not have changed yet what the cache shows.
func TestCacheIsNotAskedWhileAnotherRunChangesTheSet(t *testing.T) {
	p := newPlace(t)
	p.apply(t, configMap(p.namespace, "a", "1"))
	c, requests := p.counted(t)
	run := func(cached apply.CachedReader) int64 {
		before := requests.Load()
		report, err := apply.Apply(t.Context(), c, p.set, []caisson.Object{configMap(p.namespace, "a", "1")}, cached)
		require.NoError(t, err)
		require.False(t, report.Changed())
		return requests.Load() - before
	}
	run(apply.Cached(p.Client)) // the client asks which kinds there are
	require.Zero(t, run(apply.Cached(p.frozen(t))))
	p.markParent(t, time.Now().Add(time.Minute))
	require.NotZero(t, run(apply.Cached(p.frozen(t))))
}
