package nodepool_test

import (
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// From any cluster one run leads to any other, as far as sizes and what is made once stay: the next has nothing to do, and each
// pool is what its spec says.
func TestAnySpecIsReached(t *testing.T) {
	rounds := 150
	if all() {
		rounds = 5000
	}
	for seed := range uint64(rounds) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			a := newAccount(t, nodepooltest.Options{DropletLimit: 1000})
			g := generator{rand.New(rand.NewPCG(seed, 0))}
			var names map[string]bool
			for range 3 {
				spec := g.cluster()
				require.NoError(t, spec.Validate())
				report, err := nodepool.Reconcile(t.Context(), a.client(), spec)
				require.NoError(t, err)
				again := a.reconcile(spec)
				require.False(t, again.Changed(), "%v", again)
				for _, change := range report.Changes[1:] {
					require.Equal(t, !names[change.Ref.Name], change.Action == caisson.Created, "%v", change)
				}
				if names == nil {
					names = map[string]bool{}
				}
				for _, pool := range spec.Pools {
					names[pool.Name] = true
					a.is(pool.WithDefaults())
				}
			}
		})
	}
}

// is the live pool as its spec says?
func (a *account) is(want nodepool.Pool) {
	a.t.Helper()
	for _, live := range a.pools() {
		if live.Labels["caisson.dev/pool"] != want.Name {
			continue
		}
		got := nodepool.Pool{Name: want.Name, Preset: want.Preset, Size: live.Size, Count: live.Count, Labels: map[string]string{}}
		for key, value := range live.Labels {
			if key != "caisson.dev/pool" {
				got.Labels[key] = value
			}
		}
		if len(got.Labels) == 0 {
			got.Labels = want.Labels
		}
		for _, taint := range live.Taints {
			got.Taints = append(got.Taints, corev1.Taint{Key: taint.Key, Value: taint.Value, Effect: corev1.TaintEffect(taint.Effect)})
		}
		if len(got.Taints) == 0 {
			got.Taints = want.Taints
		}
		for _, tag := range live.ownTags() {
			if tag != "caisson-pool:"+want.Name && tag != "caisson-generation:0" {
				got.Tags = append(got.Tags, tag)
			}
		}
		if live.AutoScale {
			got.Autoscale = &nodepool.Autoscale{Min: live.MinNodes, Max: live.MaxNodes}
			got.Count = want.Count // which is the autoscaler's
		}
		require.Empty(a.t, cmp.Diff(want, got))
		return
	}
	require.Fail(a.t, "there is no pool "+want.Name)
}

// generator of specs.
type generator struct{ *rand.Rand }

func (g generator) cluster() nodepool.Cluster {
	spec := nodepool.Cluster{Name: "shop", Region: "fra1", Pools: []nodepool.Pool{g.pool("always")}}
	if spec.Pools[0].Autoscale != nil {
		spec.Pools[0].Autoscale.Min = max(1, spec.Pools[0].Autoscale.Min)
	}
	for _, name := range []string{"b", "c"} {
		if g.maybe() {
			spec.Pools = append(spec.Pools, g.pool(name))
		}
	}
	if g.maybe() {
		spec.AutoUpgrade, spec.SurgeUpgrade = new(g.maybe()), new(g.maybe())
	}
	if g.maybe() {
		spec.Registry, spec.Tags = new(g.maybe()), g.some("web", "shop")
	}
	if g.maybe() {
		spec.Maintenance = &nodepool.Maintenance{Day: pick(g, "any", "monday", "sunday"), Start: pick(g, "03:00", "23:59")}
	}
	if g.maybe() {
		spec.ControlPlaneAccess = g.some("203.0.113.0/24", "198.51.100.7")
	}
	if g.maybe() {
		spec.Autoscaler = &nodepool.Autoscaler{
			ScaleDownUtilizationThreshold: new(pick(g, 0.5, 0.65)), ScaleDownUnneededTime: &metav1.Duration{Duration: pick(g, time.Minute, time.Hour)},
			Expanders: g.some("priority", "random", "least-waste"),
		}
	}
	return spec
}

func (g generator) pool(name string) nodepool.Pool {
	pool := nodepool.Pool{Name: name, Size: "s-2vcpu-8gb-amd", Count: 1 + g.IntN(5), Tags: g.some("one", "two")}
	if g.maybe() {
		lowest := g.IntN(3)
		pool.Autoscale = &nodepool.Autoscale{Min: lowest, Max: max(1, lowest+g.IntN(4))}
		pool.Count = 0
	}
	for _, key := range g.some("team", "tier", "old") {
		if pool.Labels == nil {
			pool.Labels = map[string]string{}
		}
		pool.Labels[key] = pick(g, "", "x", "y")
	}
	for _, key := range g.some("dedicated", "gpu") {
		pool.Taints = append(pool.Taints, corev1.Taint{
			Key: key, Value: pick(g, "", "x"), Effect: pick(g, corev1.TaintEffectNoSchedule, corev1.TaintEffectNoExecute),
		})
	}
	return pool
}

func (g generator) maybe() bool { return g.IntN(2) == 0 }

// some of the texts, in their order; nil is none.
func (g generator) some(all ...string) []string {
	var chosen []string
	for _, text := range all {
		if g.maybe() {
			chosen = append(chosen, text)
		}
	}
	return chosen
}

func pick[T any](g generator, all ...T) T { return all[g.IntN(len(all))] }
