package nodepool_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// pair of nodes that join the API server in memory, ready as soon as they do, and a pod on the first that ends for ever. Says the
// node's name.
func pair(t *testing.T, o nodepooltest.Options) (*account, string) {
	t.Helper()
	o.RateLimit = nodepooltest.RateLimit{PerHour: -1, PerMinute: -1}
	a := newAccount(t, o)
	a.reconcile(shop())
	a.attach()
	node := a.pools()[0].Nodes[0].Name
	pod := webPod(func(pod *corev1.Pod) { pod.Spec.NodeName, pod.Finalizers = node, []string{"example.com/ending"} })
	require.NoError(t, a.kube.Create(t.Context(), pod))
	require.NoError(t, a.kube.Delete(t.Context(), pod))
	return a, node
}

// attach the API server in memory, in which nodes are ready as soon as they join.
func (a *account) attach() {
	a.t.Helper()
	kubelets := interceptor.NewClient(a.kube.(client.WithWatch), interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
			if node, is := o.(*corev1.Node); is {
				node.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue}}
			}
			return c.Create(ctx, o, opts...)
		},
	})
	require.NoError(a.t, a.server.Attach(a.pools()[0].cluster, nodepooltest.Simulated(kubelets)))
	require.NoError(a.t, a.server.Settle(a.t.Context()))
}

// A node whose kubelet is dead is what Recycle is for: its pods were told to end, and nobody is going to say that they have.
func TestRecycleADeadNode(t *testing.T) {
	a, name := pair(t, nodepooltest.Options{})
	recycle := func(stall time.Duration) error {
		_, err := nodepool.Recycle(t.Context(), a.client(), shop(), name, nodepool.Pace{Look: 20 * time.Millisecond, Stall: stall})
		return err
	}
	var stalled *nodepool.StallError
	require.ErrorAs(t, recycle(300*time.Millisecond), &stalled, "A living kubelet will say when it has ended.")
	require.Contains(t, stalled.Error(), "Pod shop/web is ending")

	var node corev1.Node
	require.NoError(t, a.kube.Get(t.Context(), client.ObjectKey{Name: name}, &node))
	node.Status.Conditions[0].Status = corev1.ConditionUnknown
	require.NoError(t, a.kube.Status().Update(t.Context(), &node))
	require.NoError(t, recycle(20*time.Second))
	pools := a.pools()
	require.Len(t, pools[0].Nodes, 2)
	for _, one := range pools[0].Nodes {
		require.NotEqual(t, name, one.Name)
	}
}

// A node that could not come again is not taken away.
func TestRecycleOfASizeThatIsSoldOut(t *testing.T) {
	sizes := nodepooltest.DefaultSizes()
	a, name := pair(t, nodepooltest.Options{Sizes: sizes})
	for i := range sizes {
		sizes[i].Available = false
	}
	before := a.writes()
	_, err := nodepool.Recycle(t.Context(), a.client(), shop(), name, quick())
	require.ErrorContains(t, err, "offer: Node "+name+" cannot be made again: fra1 does not offer s-2vcpu-8gb-amd for "+
		"Kubernetes now: wait until it does, or rotate the pool to another size")
	require.Equal(t, before, a.writes())
	pace := nodepool.Pace{Look: 20 * time.Millisecond, Stall: 200 * time.Millisecond}
	_, err = nodepool.Recycle(t.Context(), a.client(), shop(), name, pace, nodepool.Despite(nodepool.ObstacleOffer))
	require.ErrorContains(t, err, "is ending", "who knows better goes on, here until it waits for the pod")
}

// An upgrade replaces the nodes by itself.
func TestRecycleDuringAnUpgrade(t *testing.T) {
	a, spec := upgradable(t, time.Hour)
	_, err := a.server.Client().Kubernetes.Upgrade(t.Context(), a.pools()[0].cluster,
		&godo.KubernetesClusterUpgradeRequest{VersionSlug: "1.37.3-do.0"})
	require.NoError(t, err)
	_, err = nodepool.Recycle(t.Context(), a.client(), spec, a.pools()[0].Nodes[0].Name, quick())
	require.ErrorContains(t, err, "the cluster is being upgraded, which replaces each of its nodes: wait until that has ended")
}

// Two processes do not drain the same pool: the second is told who does.
func TestRecycleOneAtATime(t *testing.T) {
	a, name := pair(t, nodepooltest.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	began, ended := make(chan struct{}), make(chan error)
	var once sync.Once
	go func() {
		_, err := nodepool.Recycle(ctx, a.client(), shop(), name, quick(), hasty(), nodepool.ObserveRotation(func(nodepool.Progress) {
			once.Do(func() { close(began) })
		}))
		ended <- err
	}()
	<-began
	_, err := nodepool.Recycle(t.Context(), a.client(), shop(), name, quick(), hasty())
	var busy *nodepool.BusyError
	require.ErrorAs(t, err, &busy)
	require.Equal(t, "general", busy.Pool)
	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
}
