package nodepool

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// drain the pool that goes: close it at DigitalOcean, so that nodes which are replaced meanwhile are closed too, and empty its
// nodes. It says whether all of them are.
func (m *mover) drain(ctx context.Context, from *wirePool) (done bool, err error) {
	nodes, err := m.nodes(ctx, from.ID)
	if err != nil {
		return false, err
	}
	d, err := m.closing(ctx, from)
	if err != nil {
		return false, err
	}
	if !d.empty() {
		return false, m.updateLive(ctx, from, d)
	}
	return m.empty(ctx, nodes)
}

// empty nodes, one after another. It says whether all of them are.
func (m *mover) empty(ctx context.Context, nodes []corev1.Node) (done bool, err error) {
	left, err := m.podsLeft(ctx, nodes)
	if err != nil {
		return false, err
	}
	if err := m.cordon(ctx, nodes); err != nil {
		return false, err
	}
	if len(left) == 0 {
		return true, nil
	}
	if hold, err := m.homeless(ctx); err != nil || hold {
		return false, err
	}
	for _, pods := range left[:min(len(left), m.options.pace.NodesAtOnce)] {
		for j := range pods {
			if wait := m.evict(ctx, &pods[j]); wait != "" {
				m.wait(podRef(&pods[j]), wait)
			}
		}
	}
	return false, nil
}

// podsLeft to move, for each node that has some, in the order of their names.
func (m *mover) podsLeft(ctx context.Context, nodes []corev1.Node) ([][]corev1.Pod, error) {
	slices.SortFunc(nodes, func(a, b corev1.Node) int { return cmp.Compare(a.Name, b.Name) })
	var left [][]corev1.Pod
	for i := range nodes {
		pods, err := podsToMove(ctx, m.Kube, nodes[i].Name)
		if err != nil {
			return nil, err
		}
		pods = slices.DeleteFunc(pods, func(pod corev1.Pod) bool { return lost(&nodes[i], &pod) })
		if len(pods) == 0 {
			m.progress.Drained++
			continue
		}
		m.progress.Draining++
		m.progress.Pods += len(pods)
		m.owns(pods)
		left = append(left, pods)
	}
	return left, nil
}

// evict a pod unless the lease is lost.
func (m *mover) evict(ctx context.Context, pod *corev1.Pod) (wait string) {
	if err := m.lease.held(); err != nil {
		return err.Error()
	}
	return evict(ctx, m.Kube, pod)
}

// closing is what keeps pods and the autoscaler from the pool that goes. Its bounds are remembered first.
func (m *mover) closing(ctx context.Context, from *wirePool) (difference, error) {
	var d difference
	if from.AutoScale {
		if err := m.rememberBounds(ctx, Autoscale{Min: from.Min, Max: from.Max}); err != nil {
			return d, err
		}
		d.set("auto_scale", false)
		d.set("count", from.Count)
	}
	if !closed(*from) {
		d.set("taints", append(slices.Clone(from.Taints), wireTaint{taintRotating, "true", corev1.TaintEffectNoSchedule}))
	}
	return d, nil
}

// rememberBounds of the pool that goes. When rolling back that is the new one, whose bounds the spec has.
func (m *mover) rememberBounds(ctx context.Context, bounds Autoscale) error {
	remembered := &m.known.Bounds
	if under := m.known.Rotation; under != nil {
		remembered = &under.Bounds
		if under.Undo {
			return nil
		}
	}
	if *remembered != nil && **remembered == bounds {
		return nil
	}
	*remembered = &bounds
	return m.remember(ctx)
}

// owns remembers whose pods are moved.
func (m *mover) owns(pods []corev1.Pod) {
	for i := range pods {
		if owner := metav1.GetControllerOf(&pods[i]); owner != nil {
			m.owners[owner.UID] = true
		}
	}
}

// homeless says whether pods that were moved find no node. Until they do, no more are evicted: what has no budget would lose one
// replica after another. Who has accepted that pods find no room goes on.
func (m *mover) homeless(ctx context.Context) (bool, error) {
	var pending corev1.PodList
	if err := m.Kube.List(ctx, &pending, client.MatchingFields{"status.phase": string(corev1.PodPending)}); err != nil {
		return false, fmt.Errorf("list the pending pods: %w", err)
	}
	found := false
	for i := range pending.Items {
		pod := &pending.Items[i]
		owner := metav1.GetControllerOf(pod)
		if owner == nil || !m.owners[owner.UID] {
			continue
		}
		for _, condition := range pod.Status.Conditions {
			if condition.Type == corev1.PodScheduled && condition.Reason == corev1.PodReasonUnschedulable {
				found = !m.options.despite[ObstacleCapacity] && !m.options.despite[ObstacleSelector]
				m.wait(podRef(pod), "finds no node: "+condition.Message)
			}
		}
	}
	return found, nil
}
