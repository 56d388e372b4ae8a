package nodepool

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson"
)

// ready says whether the pool that stays can take the pods: it lets them in, all its nodes are ready, and what DaemonSets run
// on each node is ready too.
func (m *mover) ready(ctx context.Context, under *rotation, to *wirePool) (bool, error) {
	if d := m.opening(under, to); !d.empty() {
		return false, m.updateLive(ctx, to, d)
	}
	nodes, err := m.nodes(ctx, to.ID)
	if err != nil {
		return false, err
	}
	if err := m.uncordon(ctx, nodes); err != nil {
		return false, err
	}
	if !m.nodesReady(to, nodes) {
		return false, nil
	}
	if ready, err := m.daemonSetsReady(ctx, nodes); err != nil || !ready {
		return false, err
	}
	d := m.scaling(under, to)
	if d.empty() {
		return true, nil
	}
	return false, m.updateLive(ctx, to, d)
}

// nodesReady says whether a pool has all its nodes, and they are ready.
func (m *mover) nodesReady(pool *wirePool, nodes []corev1.Node) bool {
	m.progress.Nodes += max(pool.Count, len(nodes))
	for i := range nodes {
		if notReady(&nodes[i]) == "" {
			m.progress.Ready++
		}
	}
	waiting := unreadyNodes(pool, nodes)
	m.progress.Waiting = append(m.progress.Waiting, waiting...)
	return len(waiting) == 0
}

// opening is what lets pods onto the pool that stays. When rolling back that is the old one.
func (m *mover) opening(under *rotation, to *wirePool) difference {
	var d difference
	taints := []wireTaint{}
	for _, taint := range to.Taints {
		if taint.Key != taintRotating {
			taints = append(taints, taint)
		}
	}
	if len(taints) < len(to.Taints) {
		d.set("taints", taints)
	}
	if under.Undo && under.Bounds != nil && !to.AutoScale {
		d.set("auto_scale", true)
		d.set("min_nodes", under.Bounds.Min)
		d.set("max_nodes", under.Bounds.Max)
	}
	return d
}

// scaling has the new pool scale itself once it is ready, for the pods that do not fit. Meanwhile its minimum is what it begins
// with, so that no node is taken away because nothing runs there yet.
func (m *mover) scaling(under *rotation, to *wirePool) difference {
	var d difference
	if !under.Undo && m.pool.Autoscale != nil && !to.AutoScale {
		d.set("auto_scale", true)
		d.set("min_nodes", under.Count)
		d.set("max_nodes", m.pool.Autoscale.Max)
	}
	return d
}

// states of a pool's nodes at DigitalOcean, counted: "1 provisioning, 2 running".
func states(pool *wirePool) string {
	count := map[string]int{}
	for _, node := range pool.Nodes {
		count[node.Status.State]++
	}
	all := make([]string, 0, len(count))
	for _, state := range slices.Sorted(maps.Keys(count)) {
		all = append(all, fmt.Sprintf("%d %s", count[state], state))
	}
	return strings.Join(all, ", ")
}

func notReady(node *corev1.Node) string {
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			if condition.Status == corev1.ConditionTrue {
				return ""
			}
			return "is not ready: " + condition.Message
		}
	}
	return "is not ready: its kubelet has not said anything"
}

// daemonSetsReady says whether all that DaemonSets run on the nodes is ready: logs, storage and network come from them.
func (m *mover) daemonSetsReady(ctx context.Context, nodes []corev1.Node) (bool, error) {
	var sets appsv1.DaemonSetList
	if err := m.Kube.List(ctx, &sets); err != nil {
		return false, fmt.Errorf("list the DaemonSets: %w", err)
	}
	ready := true
	for i := range sets.Items {
		set := &sets.Items[i]
		if set.Status.CurrentNumberScheduled < set.Status.DesiredNumberScheduled {
			ready = false
			m.wait(caisson.RefTo(appsv1.SchemeGroupVersion.WithKind("DaemonSet"), set), fmt.Sprintf("runs on %d of %d nodes",
				set.Status.CurrentNumberScheduled, set.Status.DesiredNumberScheduled))
		}
	}
	for i := range nodes {
		pods, err := podsOf(ctx, m.Kube, nodes[i].Name)
		if err != nil {
			return false, err
		}
		for j := range pods {
			pod := &pods[j]
			owner := metav1.GetControllerOf(pod)
			if owner != nil && owner.Kind == "DaemonSet" && !podReady(pod) {
				ready = false
				m.wait(podRef(pod), "is not ready")
			}
		}
	}
	return ready, nil
}

func podReady(pod *corev1.Pod) bool {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}
