package apply_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
)

// versions of the place's ConfigMaps, but for the parents of sets: a run that tries to write marks them first.
func (p place) versions(t *testing.T) map[string]string {
	t.Helper()
	var list corev1.ConfigMapList
	require.NoError(t, p.Client.List(t.Context(), &list, client.InNamespace(p.namespace)))
	versions := map[string]string{}
	for _, item := range list.Items {
		if item.Name != "kube-root-ca.crt" && !strings.HasPrefix(item.Name, "caisson-") {
			versions[item.Name] = string(item.UID) + " " + item.ResourceVersion
		}
	}
	return versions
}

// argo applies the ConfigMap "both" as another program does that uses server-side apply.
func (p place) argo(t *testing.T, data map[string]any, options ...client.ApplyOption) error {
	t.Helper()
	object := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]any{"namespace": p.namespace, "name": "both"}, "data": data,
	}}
	return p.Client.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(object),
		append(options, client.FieldOwner("argo"))...)
}

// Two programs that run by turns must not undo each other's work over and over: after their first turns nothing is
// written any more, and whoever does not get what they want is told each time who has it.
func TestProgramsByTurnsDoNotPlayPingPong(t *testing.T) {
	type turn func(t *testing.T, p place)
	ours := func(want func(t *testing.T, report *caisson.Report, err error)) turn {
		return func(t *testing.T, p place) {
			t.Helper()
			report, err := apply.Apply(t.Context(), p.Client, p.set, []caisson.Object{configMap(p.namespace, "both", "ours")}, apply.Prune)
			want(t, report, err)
		}
	}
	succeeds := func(t *testing.T, _ *caisson.Report, err error) {
		t.Helper()
		require.NoError(t, err)
	}
	cases := map[string]struct {
		reason string
		first  turn
		second turn
	}{
		"they want our field": {
			"who applied first holds it, and the server tells the other so",
			ours(succeeds),
			func(t *testing.T, p place) {
				t.Helper()
				err := p.argo(t, map[string]any{"key": "theirs"})
				require.True(t, apierrors.IsConflict(err), "%v", err)
				require.ErrorContains(t, err, `conflict with "caisson-test-shop"`)
			},
		},
		"we want their field": {
			"a declaration is not taken without Force",
			func(t *testing.T, p place) {
				t.Helper()
				if len(p.versions(t)) == 0 {
					p.apply(t, configMap(p.namespace, "both", "ours"))
					require.NoError(t, p.argo(t, map[string]any{"key": "theirs"}, client.ForceOwnership))
				}
				require.NoError(t, p.argo(t, map[string]any{"key": "theirs"}))
			},
			ours(func(t *testing.T, report *caisson.Report, err error) {
				t.Helper()
				var conflict *apply.ConflictError
				require.ErrorAs(t, err, &conflict)
				require.Equal(t, "both", conflict.Ref.Name)
				require.Equal(t, []apply.Conflict{{Manager: "argo", Field: ".data.key"}}, conflict.Conflicts)
				require.Equal(t, 1, report.Count(caisson.Failed))
			}),
		},
		"both say the same": {
			"a field can have two holders",
			ours(succeeds),
			func(t *testing.T, p place) {
				t.Helper()
				require.NoError(t, p.argo(t, map[string]any{"key": "ours"}))
			},
		},
		"each has fields of its own": {
			"an object can have two authors, and pruning takes no field of the other",
			ours(succeeds),
			func(t *testing.T, p place) {
				t.Helper()
				require.NoError(t, p.argo(t, map[string]any{"another": "theirs"}))
			},
		},
		"a set of another program wants the object": {
			"an object belongs to one set",
			ours(succeeds),
			func(t *testing.T, p place) {
				t.Helper()
				other := apply.Set{Namespace: p.namespace, Name: "shop", Program: "other"}
				_, err := apply.Apply(t.Context(), p.Client, other,
					[]caisson.Object{configMap(p.namespace, "both", "theirs")}, apply.Prune, apply.Adopt, apply.Force)
				var foreign *apply.ForeignError
				require.ErrorAs(t, err, &foreign)
				require.Equal(t, p.set.ID(), foreign.Set)
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			tc.first(t, p)
			tc.second(t, p)
			tc.first(t, p)
			settled := p.versions(t)
			for range 5 {
				tc.second(t, p)
				tc.first(t, p)
				require.Equal(t, settled, p.versions(t), tc.reason)
			}
		})
	}
}

// Each of the two has an object in the other's namespace too.
func TestSetsOfOneNameInTwoNamespacesDoNotPruneEachOther(t *testing.T) {
	p := newPlace(t)
	second := p.Namespace(t)
	sets := []apply.Set{p.set, {Namespace: second, Name: p.set.Name, Program: p.set.Program}}
	objects := func(set apply.Set, version string) []caisson.Object {
		return []caisson.Object{
			configMap(p.namespace, "of-"+set.Namespace, version), configMap(second, "of-"+set.Namespace, version),
			secret(p.namespace, version+"-of-"+set.Namespace, version),
		}
	}
	for _, version := range []string{"1", "2"} {
		for _, set := range sets {
			_, err := apply.Apply(t.Context(), p.Client, set, objects(set, version), apply.Prune)
			require.NoError(t, err)
		}
	}
	report, err := apply.Delete(t.Context(), p.Client, sets[0])
	require.NoError(t, err)
	require.Equal(t, 3, report.Count(caisson.Pruned))
	require.Len(t, report.Changes, 3, "it holds no more: the Secret of the first version was pruned before")
	report, err = apply.Apply(t.Context(), p.Client, sets[1], objects(sets[1], "2"), apply.Prune)
	require.NoError(t, err)
	require.Equal(t, 3, report.Count(caisson.Unchanged))
}
