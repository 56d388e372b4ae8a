package nodepooltest_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson/apply/applytest"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// simulation is a lab whose cluster is the shared control plane, in a namespace of its own.
type simulation struct {
	*lab

	kube      client.Client
	namespace string
}

// newSimulation has a pool of one node beside the general one.
func newSimulation(t *testing.T, o nodepooltest.Options) *simulation {
	t.Helper()
	cluster := applytest.Shared(t)
	s := &simulation{lab: newLab(t, o), kube: cluster.Client, namespace: cluster.Namespace(t)}
	created, _, err := s.api.CreateNodePool(t.Context(), s.cluster, &godo.KubernetesNodePoolCreateRequest{
		Name: "batch", Size: "s-2vcpu-8gb-amd", Count: 1, Labels: map[string]string{"kept": "1"},
		Taints: []godo.Taint{{Key: "dedicated", Value: "batch", Effect: "NoSchedule"}},
	})
	require.NoError(t, err)
	s.pool = created.ID
	s.attach(nodepooltest.Simulated(s.kube))
	t.Cleanup(func() { // the control plane is there for other tests too
		_, err := s.api.Delete(context.Background(), s.cluster)
		require.NoError(t, err)
		require.NoError(t, s.server.Settle(context.Background()))
	})
	return s
}

func (s *simulation) node() *corev1.Node {
	s.t.Helper()
	var node corev1.Node
	require.NoError(s.t, s.kube.Get(s.t.Context(), client.ObjectKey{Name: s.get().Nodes[0].Name}, &node))
	return &node
}

func (s *simulation) spec() corev1.PodSpec {
	return corev1.PodSpec{
		NodeSelector:                  map[string]string{"doks.digitalocean.com/node-pool-id": s.pool},
		Tolerations:                   []corev1.Toleration{{Operator: corev1.TolerationOpExists}},
		Containers:                    []corev1.Container{{Name: "main", Image: "registry.example.com/main:1"}},
		TerminationGracePeriodSeconds: new(int64(1)),
	}
}

// run a pod on the pool's node, until it is ready.
func (s *simulation) run(name string) *corev1.Pod {
	s.t.Helper()
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: name, Labels: map[string]string{"app": name}}, Spec: s.spec(),
	}
	require.NoError(s.t, s.kube.Create(s.t.Context(), pod))
	s.eventually(func() bool {
		require.NoError(s.t, s.kube.Get(s.t.Context(), client.ObjectKeyFromObject(pod), pod))
		return pod.Status.Phase == corev1.PodRunning
	}, "%s does not run", name)
	return pod
}

func (s *simulation) eventually(done func() bool, message string, values ...any) {
	s.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			require.Fail(s.t, "it has not come about", append([]any{message}, values...)...)
		}
	}
}

func (s *simulation) gone(object client.Object) bool {
	s.t.Helper()
	err := s.kube.Get(s.t.Context(), client.ObjectKeyFromObject(object), object)
	if !apierrors.IsNotFound(err) {
		require.NoError(s.t, err)
		return false
	}
	return true
}

func TestSimulatedNodesBecomeReadyAndFollow(t *testing.T) {
	s := newSimulation(t, nodepooltest.Options{})
	s.eventually(func() bool {
		for _, condition := range s.node().Status.Conditions {
			if condition.Type == corev1.NodeReady {
				return condition.Status == corev1.ConditionTrue
			}
		}
		return false
	}, "the node is not ready")
	require.Equal(t, "1900m", s.node().Status.Allocatable.Cpu().String())
	require.Equal(t, "1", s.node().Labels["kept"])
	pod := s.run("scheduled")
	require.Equal(t, s.node().Name, pod.Spec.NodeName)

	s.eventually(func() bool { // somebody else's taint
		node := s.node()
		node.Spec.Taints = append(node.Spec.Taints, corev1.Taint{Key: "foreign", Effect: corev1.TaintEffectPreferNoSchedule})
		return s.kube.Update(t.Context(), node) == nil
	}, "taint the node")
	s.update(&godo.KubernetesNodePoolUpdateRequest{
		Labels: map[string]string{"added": "1"}, Taints: &[]godo.Taint{{Key: "other", Effect: "NoSchedule"}},
	})
	s.settle()
	require.Equal(t, "1", s.node().Labels["added"])
	require.Equal(t, "1", s.node().Labels["kept"], "labels are not taken away")
	require.ElementsMatch(t, []corev1.Taint{
		{Key: "foreign", Effect: corev1.TaintEffectPreferNoSchedule}, {Key: "other", Effect: corev1.TaintEffectNoSchedule},
	}, slices.DeleteFunc(s.node().Spec.Taints, func(t corev1.Taint) bool { return t.Key == corev1.TaintNodeNotReady }),
		"what the pool never had is left alone")
}

func TestSimulatedDrainRespectsBudgetsForATime(t *testing.T) {
	s := newSimulation(t, nodepooltest.Options{Delays: nodepooltest.Delays{Drain: time.Minute}})
	free, kept := s.run("free"), s.run("kept")
	budget := &policyv1.PodDisruptionBudget{
		ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "kept"},
		Spec: policyv1.PodDisruptionBudgetSpec{
			MinAvailable: new(intstr.FromInt32(1)), Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "kept"}},
		},
	}
	require.NoError(t, s.kube.Create(t.Context(), budget))
	s.eventually(func() bool {
		require.NoError(t, s.kube.Get(t.Context(), client.ObjectKeyFromObject(budget), budget))
		return budget.Status.CurrentHealthy == 1
	}, "the budget does not know of its pod")
	node := s.node()

	_, err := s.api.DeleteNodePool(t.Context(), s.cluster, s.pool)
	require.NoError(t, err)
	s.eventually(func() bool { return s.gone(free) }, "the pod is not evicted")
	require.True(t, s.node().Spec.Unschedulable)
	time.Sleep(time.Second) // several rounds of evictions
	require.False(t, s.gone(kept), "its budget protects it")
	require.Nil(t, kept.DeletionTimestamp)
	require.Equal(t, []string{"draining"}, states(s.get()))

	s.clock.Step(time.Minute)
	s.settle()
	require.True(t, s.gone(node))
	require.True(t, s.gone(kept), "the Droplet is gone, and the pod with it")
	_, _, err = s.api.GetNodePool(t.Context(), s.cluster, s.pool)
	require.Equal(t, 404, status(t, err))
}

func TestSimulatedDrainEndsByItself(t *testing.T) {
	s := newSimulation(t, nodepooltest.Options{Delays: nodepooltest.Delays{Drain: time.Hour}})
	labels := map[string]string{"app": "agent"}
	agent := &appsv1.DaemonSet{
		ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "agent"},
		Spec: appsv1.DaemonSetSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: s.spec()},
		},
	}
	require.NoError(t, s.kube.Create(t.Context(), agent))
	s.eventually(func() bool {
		require.NoError(t, s.kube.Get(t.Context(), client.ObjectKeyFromObject(agent), agent))
		return agent.Status.NumberReady == 1
	}, "the agent is not ready")
	free, node := s.run("free"), s.node()

	_, err := s.api.DeleteNode(t.Context(), s.cluster, s.pool, s.get().Nodes[0].ID, &godo.KubernetesNodeDeleteRequest{Replace: true})
	require.NoError(t, err)
	s.settle()
	require.True(t, s.gone(free))
	require.True(t, s.gone(node), "pods of DaemonSets do not keep it")
	require.NotEqual(t, node.Name, s.node().Name)
	require.Equal(t, 1, s.get().Count)
}

func TestSimulatedNodesKeepToTheirOwn(t *testing.T) {
	kube := applytest.NewClient(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "a"}, Spec: corev1.NodeSpec{ProviderID: "digitalocean://1"}})
	nodes := nodepooltest.Simulated(kube)
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "a"}, Spec: corev1.NodeSpec{ProviderID: "digitalocean://1"}}
	require.NoError(t, nodes.Join(t.Context(), node), "an earlier attempt, of which the answer was lost")
	node.Spec.ProviderID = "digitalocean://2"
	require.ErrorContains(t, nodes.Join(t.Context(), node), "another node of this name")
	require.NoError(t, nodes.Update(t.Context(), "gone", nodepooltest.NodeChange{}), "somebody has deleted it")

	for _, value := range []string{"1", "2"} {
		taint := corev1.Taint{Key: "a", Value: value, Effect: corev1.TaintEffectNoSchedule}
		require.NoError(t, nodes.Update(t.Context(), "a", nodepooltest.NodeChange{Taints: []corev1.Taint{taint}}))
		require.NoError(t, kube.Get(t.Context(), client.ObjectKey{Name: "a"}, node))
		require.Equal(t, []corev1.Taint{taint}, node.Spec.Taints, "there is one of a key and effect")
	}
}
