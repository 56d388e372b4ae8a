package nodepool

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	scheduling "k8s.io/component-helpers/scheduling/corev1"
	"k8s.io/component-helpers/scheduling/corev1/nodeaffinity"
)

// newNode is what a node of the new pool will look like. Its pool's id is not known yet, and is nothing to select by.
func (m *mover) newNode(l *load) corev1.Node {
	node := corev1.Node{Spec: corev1.NodeSpec{Taints: clonedTaints(m.pool.Taints)}}
	node.Labels = map[string]string{}
	if len(l.nodes) > 0 { // what DOKS gives every node
		maps.Copy(node.Labels, l.nodes[0].Labels)
		maps.DeleteFunc(node.Labels, func(key, _ string) bool { return !slices.Contains(nodeLabels(), key) })
	}
	maps.Copy(node.Labels, m.pool.labels())
	node.Labels[corev1.LabelInstanceTypeStable] = m.pool.Size
	node.Labels[corev1.LabelHostname] = "new"
	node.Labels[labelDOKSPool] = m.pool.wireName(m.entered + 1)
	node.Labels[labelDOKSPoolID] = "new"
	node.Name = "new"
	return node
}

// selectorObstacles are pods that neither a new node nor any other that is there could run.
func selectorObstacles(l *load, homes []home) []Obstacle {
	var found []Obstacle
	for i := range l.pods {
		pod := &l.pods[i]
		if !slices.ContainsFunc(homes, func(h home) bool { return accepts(h.node, pod) }) &&
			!slices.ContainsFunc(l.others, func(n corev1.Node) bool { return accepts(&n, pod) }) {
			found = append(found, Obstacle{
				ObstacleSelector, podRef(pod),
				"selects nodes as they are now, or does not tolerate the new taints, so that no new node could run it",
				"let it select by the label caisson.dev/pool (nodepool.Pool.Placement)",
			})
		}
		for _, spread := range pod.Spec.TopologySpreadConstraints {
			honors := spread.NodeTaintsPolicy != nil && *spread.NodeTaintsPolicy == corev1.NodeInclusionPolicyHonor
			if spread.TopologyKey == corev1.LabelHostname && spread.WhenUnsatisfiable == corev1.DoNotSchedule && !honors {
				found = append(found, Obstacle{
					ObstacleSelector, podRef(pod),
					"must be spread evenly over all nodes, and those that are drained count as empty ones",
					"set nodeTaintsPolicy: Honor in its topologySpreadConstraints, or whenUnsatisfiable: ScheduleAnyway",
				})
			}
		}
	}
	return found
}

// home is a node that pods can move to, and what is left of it.
type home struct {
	node *corev1.Node
	room corev1.ResourceList // nil if nobody knows
}

// newHomes are the nodes of the new pool, as many as it can become.
func (m *mover) newHomes(l *load) []home {
	fresh := m.newNode(l)
	room, err := m.allocatable(l)
	if err != nil {
		room = nil // a size whose name says nothing
	}
	take(room, l.daemon)
	homes := make([]home, m.pool.MaxCount())
	for i := range homes {
		homes[i] = home{&fresh, room.DeepCopy()}
	}
	return homes
}

// accepts says whether a node could run a pod, as far as labels and taints go.
func accepts(node *corev1.Node, pod *corev1.Pod) bool {
	if node.Spec.Unschedulable {
		return false
	}
	if match, err := nodeaffinity.GetRequiredNodeAffinity(pod).Match(node); err != nil || !match {
		return false
	}
	hard := func(t *corev1.Taint) bool { return t.Effect != corev1.TaintEffectPreferNoSchedule }
	_, untolerated := scheduling.FindMatchingUntoleratedTaint(logr.Discard(), node.Spec.Taints, pod.Spec.Tolerations, hard, false)
	return !untolerated
}

// capacityObstacles are pods that the nodes which could run them cannot hold, the largest first and each on the node with the
// most room, as the scheduler would spread them. A pod that others can run is theirs.
func capacityObstacles(l *load, homes []home, where string) []Obstacle {
	pods := slices.Clone(l.pods)
	slices.SortStableFunc(pods, func(a, b corev1.Pod) int {
		first, second := requests(&a), requests(&b)
		return cmp.Or(second.Memory().Cmp(*first.Memory()), second.Cpu().Cmp(*first.Cpu()))
	})
	var found []Obstacle
	for i := range pods {
		pod := &pods[i]
		need := needs(pod)
		slices.SortStableFunc(homes, func(a, b home) int { return b.room.Memory().Cmp(*a.room.Memory()) })
		accepted := slices.ContainsFunc(homes, func(h home) bool { return accepts(h.node, pod) })
		at := slices.IndexFunc(homes, func(h home) bool { return accepts(h.node, pod) && holds(h.room, need) })
		switch {
		case at >= 0:
			take(homes[at].room, need)
		case accepted:
			found = append(found, Obstacle{
				ObstacleCapacity, podRef(pod), fmt.Sprintf("does not fit on %s beside the others: it requests %s CPU and %s",
					where, need.Cpu(), need.Memory()), "take more or larger nodes, or lower the requests",
			})
		}
	}
	return found
}

// take what is needed from what is known of a room.
func take(room, need corev1.ResourceList) {
	for name, quantity := range need {
		if left, known := room[name]; known {
			left.Sub(quantity)
			room[name] = left
		}
	}
}

// allocatable of a new node: what the old ones say, if they have the same size, and an estimate otherwise.
func (m *mover) allocatable(l *load) (corev1.ResourceList, error) {
	for i := range l.nodes {
		if node := &l.nodes[i]; node.Labels[corev1.LabelInstanceTypeStable] == m.pool.Size {
			return node.Status.Allocatable.DeepCopy(), nil
		}
	}
	return Allocatable(m.pool.Size)
}

func holds(room, need corev1.ResourceList) bool {
	for name, quantity := range need {
		if left, known := room[name]; known && quantity.Cmp(left) > 0 {
			return false
		}
	}
	return true
}
