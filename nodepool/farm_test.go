package nodepool_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply/applytest"
	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// farm is a DigitalOcean in memory whose nodes join a control plane: real eviction, budgets, controllers and scheduler.
type farm struct {
	*account

	config    *rest.Config // of the control plane
	namespace string
	replicas  map[string]int32 // of deployments
}

// newFarm has a cluster of the spec, with all nodes ready. The control plane is the test's own: pools are not namespaced.
func newFarm(t *testing.T, spec nodepool.Cluster, o nodepooltest.Options) *farm {
	t.Helper()
	return newFarmOf(t, spec, o, nodepooltest.Simulated)
}

func newFarmOf(t *testing.T, spec nodepool.Cluster, o nodepooltest.Options, nodes func(client.Client) nodepooltest.Nodes) *farm {
	t.Helper()
	o.RateLimit = nodepooltest.RateLimit{PerHour: -1, PerMinute: -1} // a test looks more often than a user
	cluster := applytest.Start(t)
	f := &farm{account: &account{t: t, server: nodepooltest.New(o), kube: cluster.Client}, config: cluster.Config}
	t.Cleanup(f.server.Close)
	_, err := nodepool.Reconcile(t.Context(), f.client(), spec)
	require.NoError(t, err)
	require.NoError(t, f.server.Attach(f.pools()[0].cluster, nodes(cluster.Client)))
	f.namespace = cluster.Namespace(t)
	f.eventually(func() bool {
		ready := 0
		for _, node := range f.nodes() {
			if nodeReady(node) {
				ready++
			}
		}
		want := 0
		for _, p := range f.pools() {
			want += p.Count
		}
		return ready == want
	}, "the nodes are ready")
	return f
}

func (f *farm) eventually(is func() bool, what string) {
	f.t.Helper()
	require.Eventually(f.t, is, time.Minute, 50*time.Millisecond, what)
}

func (f *farm) nodes() []corev1.Node {
	f.t.Helper()
	var list corev1.NodeList
	require.NoError(f.t, f.kube.List(context.Background(), &list))
	return list.Items
}

func nodeReady(node corev1.Node) bool {
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

// deploy replicas with a budget that lets one be missing, and wait until all are ready.
func (f *farm) deploy(name string, replicas int32, change ...func(*appsv1.Deployment)) {
	f.t.Helper()
	labels := map[string]string{caisson.LabelName: name}
	deployment := &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: f.namespace, Name: name},
		Spec: appsv1.DeploymentSpec{
			Replicas: &replicas, Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec: corev1.PodSpec{
					TerminationGracePeriodSeconds: new(int64(1)),
					Containers: []corev1.Container{{
						Name: "main", Image: "example.com/main", Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
							corev1.ResourceCPU: resource.MustParse("100m"), corev1.ResourceMemory: resource.MustParse("100Mi"),
						}},
					}},
				},
			},
		},
	}
	for _, do := range change {
		do(deployment)
	}
	require.NoError(f.t, f.kube.Create(f.t.Context(), deployment))
	require.NoError(f.t, f.kube.Create(f.t.Context(), &policyv1.PodDisruptionBudget{
		ObjectMeta: metav1.ObjectMeta{Namespace: f.namespace, Name: name},
		Spec: policyv1.PodDisruptionBudgetSpec{
			MaxUnavailable: new(intstr.FromInt32(1)), Selector: &metav1.LabelSelector{MatchLabels: labels},
		},
	}))
	f.eventually(func() bool { return f.available(name) == replicas && f.allowed(name) == 1 }, name+" is available")
}

func (f *farm) available(name string) int32 {
	var deployment appsv1.Deployment
	require.NoError(f.t, f.kube.Get(context.Background(), client.ObjectKey{Namespace: f.namespace, Name: name}, &deployment))
	return deployment.Status.ReadyReplicas
}

func (f *farm) allowed(name string) int32 {
	var budget policyv1.PodDisruptionBudget
	require.NoError(f.t, f.kube.Get(context.Background(), client.ObjectKey{Namespace: f.namespace, Name: name}, &budget))
	return budget.Status.DisruptionsAllowed
}

// sample the ready replicas again and again until stop is called, which gives the fewest that were seen.
func (f *farm) sample(name string) (stop func() int32) {
	f.t.Helper()
	ctx, cancel := context.WithCancel(f.t.Context())
	done := make(chan int32)
	go func() {
		least := int32(1 << 30)
		for ctx.Err() == nil {
			ready := int32(0)
			var pods corev1.PodList
			if f.kube.List(ctx, &pods, client.InNamespace(f.namespace), client.MatchingLabels{caisson.LabelName: name}) == nil {
				for _, pod := range pods.Items {
					if pod.DeletionTimestamp == nil && podReady(pod) {
						ready++
					}
				}
				least = min(least, ready)
			}
			time.Sleep(20 * time.Millisecond)
		}
		done <- least
	}()
	return func() int32 {
		cancel()
		return <-done
	}
}

func podReady(pod corev1.Pod) bool {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

// quick pace for tests, which prints what it waits for when it stalls.
func quick() nodepool.Pace {
	return nodepool.Pace{Look: 50 * time.Millisecond, Stall: 30 * time.Second}
}

// state of the account and the cluster, as far as a rotation is about it: pools with size, count and own tags, and the nodes.
func (f *farm) state() string {
	f.t.Helper()
	var text strings.Builder
	for _, p := range f.pools() {
		fmt.Fprintf(&text, "%s %s %d nodes autoscale %v %d-%d taints %v tags %v\n", p.Name, p.Size, len(p.Nodes), p.AutoScale,
			p.MinNodes, p.MaxNodes, p.Taints, p.ownTags())
	}
	closed := 0
	for _, node := range f.nodes() {
		if node.Spec.Unschedulable {
			closed++
		}
	}
	return fmt.Sprintf("%s%d nodes, %d cordoned", text.String(), len(f.nodes()), closed)
}
