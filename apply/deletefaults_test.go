package apply_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
)

// TestFaultsOfDelete does each of faultKinds to each request of a Delete, or in `make test` some at random.
// A report without an error is true, the next Delete leaves nothing of the set, its parent included, and the one after it
// finds nothing to do. What belongs to others stays.
func TestFaultsOfDelete(t *testing.T) {
	p := newPlace(t)
	require.NoError(t, p.Client.Create(t.Context(), configMap(p.namespace, "nobodys", "free")))
	random := seededRandom(t)
	faultless := newFaultProxy(t, p.Config, request{}, nil)
	p.fill(t)
	_, err := apply.Delete(t.Context(), faultless.client(t), p.set)
	require.NoError(t, err)
	require.Empty(t, p.left(t))

	requests := slices.SortedFunc(slices.Values(faultless.requests), compareRequests)
	for _, at := range requests {
		faults := faultNames()
		switch {
		case proving():
		case at.writes():
			faults = oneOfEach(random, faultClasses...)
		default:
			faults = oneOfEach(random, faults)
		}
		for _, fault := range faults {
			name := strings.ReplaceAll(fault+"/"+at.String(), p.namespace, "<own>")
			t.Run(name, func(t *testing.T) { p.tryDelete(t, fault, at) })
		}
	}
}

func (p place) tryDelete(t *testing.T, fault string, at request) {
	t.Helper()
	p.fill(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	proxy := newFaultProxy(t, p.Config, at, faultKinds(cancel)[fault])
	if at.isDiscovery() {
		proxy.timeout = 2 * time.Second
	}
	c := proxy.client(t)
	report, err := apply.Delete(logr.NewContext(ctx, logr.FromSlogHandler(slog.DiscardHandler)), c, p.set)
	require.True(t, proxy.hasStruck())
	left := p.left(t)
	if err == nil {
		require.Empty(t, left, "%s", printed(t, report))
	}
	for _, change := range report.Changes {
		if change.Action == caisson.Pruned {
			require.NotContains(t, left, change.Ref.Kind+" "+change.Ref.Name)
		}
	}
	if slices.Contains(left, "ConfigMap caisson-test-shop") && p.parent(t).Annotations[markAnnotation] != "" {
		p.markParent(t, time.Now().Add(-time.Second))
	}
	_, err = apply.Delete(t.Context(), p.Client, p.set)
	require.NoError(t, err, "after\n%s", printed(t, report))
	require.Empty(t, p.left(t), "after\n%s", printed(t, report))
	report, err = apply.Delete(t.Context(), p.Client, p.set)
	require.NoError(t, err)
	require.Empty(t, report.Changes)
	p.get(t, configMap(p.namespace, "nobodys", ""))
}

// fill the set with objects of two phases.
func (p place) fill(t *testing.T) {
	t.Helper()
	p.apply(t, configMap(p.namespace, "a", "a"), secret(p.namespace, "b", "b"), policy(p.namespace, "c"))
}

// left of the set.
func (p place) left(t *testing.T) []string {
	t.Helper()
	var names []string
	for kind, list := range map[string]client.ObjectList{
		"ConfigMap": &corev1.ConfigMapList{}, "Secret": &corev1.SecretList{}, "NetworkPolicy": &networkingv1.NetworkPolicyList{},
	} {
		for _, label := range []string{"applyset.kubernetes.io/part-of", "applyset.kubernetes.io/id"} {
			require.NoError(t, p.Client.List(t.Context(), list, client.InNamespace(p.namespace), client.MatchingLabels{label: p.set.ID()}))
			require.NoError(t, meta.EachListItem(list, func(item runtime.Object) error {
				names = append(names, kind+" "+item.(client.Object).GetName())
				return nil
			}))
		}
	}
	return names
}
