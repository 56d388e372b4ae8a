package nodepool_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// two pools, of which the second is to go.
func two() []nodepool.Pool {
	return []nodepool.Pool{
		{Name: "general", Preset: nodepool.PresetStaging},
		{Name: "old", Size: "s-2vcpu-8gb-amd", Count: 2, Autoscale: &nodepool.Autoscale{Min: 1, Max: 3}},
	}
}

// on has pods run on the nodes of a pool.
func on(pool string) func(*appsv1.Deployment) {
	return func(d *appsv1.Deployment) {
		d.Spec.Template.Spec.NodeSelector = map[string]string{"caisson.dev/pool": pool}
	}
}

// prefers a pool, if it is there.
func prefers(pool string) func(*appsv1.Deployment) {
	return func(d *appsv1.Deployment) {
		d.Spec.Template.Spec.Affinity = &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{
			PreferredDuringSchedulingIgnoredDuringExecution: []corev1.PreferredSchedulingTerm{{
				Weight: 100, Preference: corev1.NodeSelectorTerm{MatchExpressions: []corev1.NodeSelectorRequirement{
					{Key: "caisson.dev/pool", Operator: corev1.NodeSelectorOpIn, Values: []string{pool}},
				}},
			}},
		}}
	}
}

// A pool that is taken from the spec goes last, without downtime, and nothing is left of it.
func TestReconcilePrunesPoolsWithoutDowntime(t *testing.T) {
	f := newFarm(t, shop(two()...), nodepooltest.Options{})
	f.deploy("web", 4, prefers("old"))
	report := f.reconcile(shop(two()[:1]...))
	require.Equal(t, []string{"unchanged Cluster shop", "unchanged NodePool general", "skipped NodePool old"}, actions(report))
	require.Equal(t, "is not in the spec, and is kept without Prune", report.Changes[2].Reason)

	f.deploy("stuck", 2, on("old"))
	_, err := nodepool.Plan(t.Context(), f.client(), shop(two()[:1]...), nodepool.Prune)
	var obstacles *nodepool.ObstacleError
	require.ErrorAs(t, err, &obstacles)
	require.Len(t, obstacles.Obstacles, 2, "%v", err)
	require.Equal(t, nodepool.ObstacleSelector, obstacles.Obstacles[0].Kind)
	require.NoError(t, f.kube.Delete(t.Context(), &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: f.namespace, Name: "stuck"}},
		client.PropagationPolicy(metav1.DeletePropagationForeground)))
	f.eventually(func() bool {
		_, err := nodepool.Plan(t.Context(), f.client(), shop(two()[:1]...), nodepool.Prune)
		return err == nil
	}, "its pods are gone")

	stop := f.sample("web")
	report = f.reconcile(shop(nodepool.Pool{Name: "general", Preset: nodepool.PresetStaging, Count: 3}), nodepool.Prune, quick())
	require.Equal(t, []string{"unchanged Cluster shop", "updated NodePool general", "pruned NodePool old"}, actions(report))
	require.GreaterOrEqual(t, stop(), int32(3), "the budget lets one be missing")
	require.Len(t, f.pools(), 1)
	f.eventually(func() bool { return f.available("web") == 4 && len(f.nodes()) == 3 }, "all pods run on the pool that is left")
	var records corev1.ConfigMapList
	require.NoError(t, f.kube.List(t.Context(), &records, client.InNamespace("caisson-system"), client.HasLabels{"caisson.dev/pool"}))
	require.Empty(t, records.Items, "nothing is remembered of a pool that is gone")
}

// Killed after each write, the next run ends it; and a pool that the spec has again is as before.
func TestPruneSurvivesBeingKilled(t *testing.T) {
	f := newFarm(t, shop(two()...), nodepooltest.Options{})
	f.deploy("web", 4, prefers("old"))
	before, one := f.state(), shop(two()[:1]...)
	const many = 1 << 20
	ctx, c, m := newMortal(t.Context(), f.client(), f.server, many)
	_, err := nodepool.Reconcile(ctx, c, one, nodepool.Prune, quick(), hasty())
	require.NoError(t, err)
	writes := many - m.left
	f.reconcile(shop(two()...))
	require.NoError(t, f.server.Settle(t.Context()))
	for _, at := range points(t, writes, 4) {
		f.eventually(func() bool { return len(f.nodes()) == 4 && f.available("web") == 4 }, "all is as before")
		ctx, c, m := newMortal(t.Context(), f.client(), f.server, at)
		_, err := nodepool.Reconcile(ctx, c, one, nodepool.Prune, quick(), hasty())
		if m.dead {
			require.Error(t, err)
		}
		if at%2 == 0 { // somebody changes their mind; DigitalOcean has to have ended what it was asked to delete
			require.NoError(t, f.server.Settle(t.Context()))
			f.reconcile(shop(two()...))
			require.NoError(t, f.server.Settle(t.Context()))
			f.eventually(func() bool { return f.state() == before }, fmt.Sprintf("killed after write %d", at))
		}
		_, err = nodepool.Reconcile(t.Context(), f.client(), one, nodepool.Prune, quick(), hasty())
		require.NoError(t, err, "killed after write %d", at)
		require.Len(t, f.pools(), 1, "killed after write %d", at)
		f.reconcile(shop(two()...))
		require.NoError(t, f.server.Settle(t.Context()))
	}
	t.Logf("of %d writes", writes)
}

// What would lose something is refused before anything is written.
func TestPruneRefuses(t *testing.T) {
	cases := map[string]struct {
		tags    []string
		prepare func(*account, nodepool.Client) nodepool.Client
		want    string
	}{
		"Terraform's default pool": {
			tags: []string{"terraform:default-node-pool"},
			want: "has the tag terraform:default-node-pool: without this pool Terraform's next plan would make a new cluster",
		},
		"no API server": {
			prepare: func(_ *account, c nodepool.Client) nodepool.Client {
				c.Kube = nil
				return c
			},
			want: "give Client.Kube, to have its pods evicted before it is removed",
		},
		"a bare pod": {
			prepare: func(a *account, c nodepool.Client) nodepool.Client {
				a.node(a.pools()[1], "one", nil)
				require.NoError(a.t, c.Kube.Create(a.t.Context(), &corev1.Pod{
					ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "bare"}, Spec: corev1.PodSpec{NodeName: "one"},
				}))
				return c
			},
			want: "bare-pod: Pod shop/bare has no controller",
		},
		"no room": {
			prepare: func(a *account, c nodepool.Client) nodepool.Client {
				a.node(a.pools()[0], "general", nil)
				a.node(a.pools()[1], "one", nil)
				var node corev1.Node
				require.NoError(a.t, c.Kube.Get(a.t.Context(), client.ObjectKey{Name: "general"}, &node))
				node.Status.Allocatable = corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("900m")}
				require.NoError(a.t, c.Kube.Status().Update(a.t.Context(), &node))
				for _, on := range []string{"general", "one"} { // each fits, and not both
					require.NoError(a.t, c.Kube.Create(a.t.Context(), &corev1.Pod{
						ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: on, OwnerReferences: []metav1.OwnerReference{
							{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: "web", Controller: new(true)},
						}},
						Spec: corev1.PodSpec{NodeName: on, Containers: []corev1.Container{{
							Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("500m")}},
						}}},
					}))
				}
				return c
			},
			want: "capacity: Pod shop/one does not fit on the other pools beside the others: it requests 500m CPU and 0",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			a := newAccount(t, nodepooltest.Options{})
			a.reconcile(shop(two()...))
			old := a.pools()[1]
			a.retag(old, append(old.ownTags(), tc.tags...)...)
			c := a.client()
			if tc.prepare != nil {
				c = tc.prepare(a, c)
			}
			before := len(a.writes())
			report, err := nodepool.Reconcile(t.Context(), c, shop(two()[:1]...), nodepool.Prune)
			require.ErrorContains(t, err, tc.want)
			require.Equal(t, "failed NodePool old", actions(report)[2])
			require.Len(t, a.writes(), before)
		})
	}
}
