package nodepool_test

import (
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// faultKinds of DigitalOcean's API, by name.
func faultKinds() map[string]nodepooltest.Fault {
	return map[string]nodepooltest.Fault{
		"429": nodepooltest.Status(http.StatusTooManyRequests), "500": nodepooltest.Status(http.StatusInternalServerError),
		"timeout": nodepooltest.Timeout(), "lost answer": nodepooltest.Lost(),
	}
}

// Whatever goes wrong with any of the requests that change something at DigitalOcean, the rotation ends the same.
func TestRotateWithFaultsOfDigitalOcean(t *testing.T) {
	f, spec := busyFarm(t)
	_, want := f.rehearse(t, spec)
	names := slices.Sorted(maps.Keys(faultKinds()))
	tried := 0
	for n := 1; ; n++ {
		hit := false
		for i, name := range names {
			if !all() && i != n%len(names) {
				continue
			}
			seen := 0
			hit = false
			f.server.Fail(func(r *http.Request) nodepooltest.Fault {
				if r.Method == http.MethodGet {
					return nodepooltest.Fault{}
				}
				if seen++; seen == n {
					hit = true
					return faultKinds()[name]
				}
				return nodepooltest.Fault{}
			})
			_, err := nodepool.Rotate(t.Context(), f.client(), spec, "general", quick(), hasty(), nodepool.Fresh)
			require.NoError(t, err, "%s at write %d", name, n)
			if !hit {
				break
			}
			tried++
			require.Equal(t, want, f.settled(t), "%s at write %d", name, n)
		}
		if !hit {
			break
		}
	}
	t.Logf("%d faults in writes to DigitalOcean", tried)
	require.GreaterOrEqual(t, tried, 4, "create, scale, close, delete")
}

// A bad hour: one request in five fails, of all sorts.
func TestRotateInABadHour(t *testing.T) {
	f, spec := busyFarm(t)
	_, want := f.rehearse(t, spec)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	failed := 0
	f.server.Fail(func(*http.Request) nodepooltest.Fault {
		if random.IntN(5) > 0 {
			return nodepooltest.Fault{}
		}
		failed++
		return []nodepooltest.Fault{
			nodepooltest.Status(http.StatusBadGateway), nodepooltest.Status(http.StatusTooManyRequests), nodepooltest.Lost(), nodepooltest.Timeout(),
		}[random.IntN(4)]
	})
	for failed < 20 {
		// What fails before it has begun is an error; a program would call again.
		_, _ = nodepool.Rotate(t.Context(), f.client(), spec, "general", quick(), hasty(), nodepool.Fresh)
	}
	f.server.Fail(nil)
	_, err := nodepool.Rotate(t.Context(), f.client(), spec, "general", quick(), hasty())
	require.NoError(t, err)
	require.Equal(t, want, f.settled(t))
}

// Two processes at once: one rotates, the other is told so, or finds it done. The nodes are replaced once.
func TestTwoProcessesRotateOnce(t *testing.T) {
	f, spec := busyFarm(t)
	_, want := f.rehearse(t, spec)
	before := generation(f.pools()[0])
	var both sync.WaitGroup
	errs := make([]error, 2)
	for i := range errs {
		both.Go(func() {
			_, errs[i] = nodepool.Rotate(t.Context(), f.client(), spec, "general", quick(), hasty(), nodepool.Fresh)
		})
	}
	both.Wait()
	var busy *nodepool.BusyError
	if errs[0] != nil {
		errs[0], errs[1] = errs[1], errs[0]
	}
	require.NoError(t, errs[0])
	if errs[1] != nil {
		require.ErrorAs(t, errs[1], &busy)
	}
	require.Equal(t, want, f.settled(t))
	require.Equal(t, next(t, before), generation(f.pools()[0]), "once")
}

// Somebody else who changes things while a rotation is under way does not lead it astray.
func TestRotateAmongOtherActors(t *testing.T) {
	f, spec := busyFarm(t)
	_, want := f.rehearse(t, spec)
	cases := map[string]struct {
		reason string
		at     nodepool.Phase
		do     func(t *testing.T, from, to pool)
	}{
		"uncordons": {
			"Pods would come back to the old nodes.", nodepool.PhaseDrain, func(t *testing.T, from, _ pool) {
				t.Helper()
				for _, node := range f.nodes() {
					if node.Labels["doks.digitalocean.com/node-pool-id"] == from.ID {
						before := node.DeepCopy()
						node.Spec.Unschedulable = false
						require.NoError(t, client.IgnoreNotFound(f.kube.Patch(t.Context(), &node, client.MergeFrom(before))))
					}
				}
			},
		},
		"removes the taint": {
			"New nodes of the old pool would take pods.", nodepool.PhaseDrain, func(t *testing.T, from, _ pool) {
				t.Helper()
				f.change(t, from, &godo.KubernetesNodePoolUpdateRequest{Taints: &[]godo.Taint{}})
			},
		},
		"scales the old pool": {
			"A node that joins meanwhile has to be emptied too.", nodepool.PhaseDrain, func(t *testing.T, from, _ pool) {
				t.Helper()
				f.change(t, from, &godo.KubernetesNodePoolUpdateRequest{Count: new(5)})
			},
		},
		"has the old pool scale itself": {
			"Its autoscaler would bring the nodes back.", nodepool.PhaseDrain, func(t *testing.T, from, _ pool) {
				t.Helper()
				f.change(t, from, &godo.KubernetesNodePoolUpdateRequest{AutoScale: new(true), MinNodes: new(1), MaxNodes: new(9)})
			},
		},
		"deletes the old pool": {
			"There is nothing left to drain, and the rest has to be done.", nodepool.PhaseDrain, func(t *testing.T, from, _ pool) {
				t.Helper()
				_, err := f.server.Client().Kubernetes.DeleteNodePool(t.Context(), from.cluster, from.ID)
				require.NoError(t, err)
			},
		},
		"deletes the new pool": {
			"It is made again.", nodepool.PhaseReady, func(t *testing.T, _, to pool) {
				t.Helper()
				_, err := f.server.Client().Kubernetes.DeleteNodePool(t.Context(), to.cluster, to.ID)
				require.NoError(t, err)
			},
		},
		"taints the new pool": {
			"Only Caisson's own taint is undone; a pod that tolerates nothing finds its node when it is gone.", nodepool.PhaseReady,
			func(t *testing.T, _, to pool) {
				t.Helper()
				f.change(t, to, &godo.KubernetesNodePoolUpdateRequest{Taints: &[]godo.Taint{{Key: "caisson.dev/rotating", Value: "true", Effect: "NoSchedule"}}})
			},
		},
		"forgets": {
			"What is remembered can be seen from the two pools as well.", nodepool.PhaseDrain, func(t *testing.T, _, _ pool) {
				t.Helper()
				remembered := &corev1.ConfigMap{}
				remembered.Namespace, remembered.Name = "caisson-system", "caisson-pool-general"
				require.NoError(t, f.kube.Delete(t.Context(), remembered))
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			done := false
			observe := nodepool.ObserveRotation(func(p nodepool.Progress) {
				if pools := f.pools(); p.Phase == tc.at && !done && len(pools) == 2 {
					done = true
					tc.do(t, pools[0], pools[1])
				}
			})
			_, err := nodepool.Rotate(t.Context(), f.client(), spec, "general", quick(), hasty(), nodepool.Fresh, observe)
			require.NoError(t, err, tc.reason)
			require.True(t, done)
			require.Equal(t, want, f.settled(t), tc.reason)
		})
	}
}

func (f *farm) change(t *testing.T, p pool, r *godo.KubernetesNodePoolUpdateRequest) {
	t.Helper()
	_, _, err := f.server.Client().Kubernetes.UpdateNodePool(t.Context(), p.cluster, p.ID, r)
	require.NoError(t, err)
}

// next generation.
func next(t *testing.T, generation string) string {
	t.Helper()
	n, err := strconv.Atoi(generation)
	require.NoError(t, err)
	return strconv.Itoa(n + 1)
}
