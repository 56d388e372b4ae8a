package nodepool

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	scheduling "k8s.io/component-helpers/scheduling/corev1"
	"k8s.io/component-helpers/scheduling/corev1/nodeaffinity"
	"sigs.k8s.io/controller-runtime/pkg/client"
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
func (m *mover) selectorObstacles(l *load) []Obstacle {
	fresh := m.newNode(l)
	var found []Obstacle
	for i := range l.pods {
		pod := &l.pods[i]
		if !accepts(&fresh, pod) && !slices.ContainsFunc(l.others, func(n corev1.Node) bool { return accepts(&n, pod) }) {
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

// capacityObstacles are pods that the new nodes cannot hold, the largest first and each on the node with the most room, as the
// scheduler would spread them. What a pool that scales itself can become is counted.
func (m *mover) capacityObstacles(l *load) []Obstacle {
	room, err := m.allocatable(l)
	if err != nil {
		return nil // a size whose name says nothing: nobody knows
	}
	for name, quantity := range l.daemon {
		left := room[name]
		left.Sub(quantity)
		room[name] = left
	}
	nodes := make([]corev1.ResourceList, m.pool.MaxCount())
	for i := range nodes {
		nodes[i] = room.DeepCopy()
	}
	pods := slices.Clone(l.pods)
	slices.SortStableFunc(pods, func(a, b corev1.Pod) int {
		first, second := requests(&a), requests(&b)
		return cmp.Or(second.Memory().Cmp(*first.Memory()), second.Cpu().Cmp(*first.Cpu()))
	})
	var found []Obstacle
	for i := range pods {
		need := requests(&pods[i])
		need[corev1.ResourcePods] = *resource.NewQuantity(1, resource.DecimalSI)
		slices.SortStableFunc(nodes, func(a, b corev1.ResourceList) int { return b.Memory().Cmp(*a.Memory()) })
		at := slices.IndexFunc(nodes, func(node corev1.ResourceList) bool { return holds(node, need) })
		if at < 0 {
			found = append(found, Obstacle{
				ObstacleCapacity, podRef(&pods[i]), fmt.Sprintf("does not fit on %s beside the others: it requests %s CPU and %s",
					m.pool, need.Cpu(), need.Memory()), "take more or larger nodes, or lower the requests",
			})
			continue
		}
		for name, quantity := range need {
			left := nodes[at][name]
			left.Sub(quantity)
			nodes[at][name] = left
		}
	}
	return found
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

// volumeObstacles are pods with data that cannot move to a new node, and more volumes than the new nodes can attach.
func (m *mover) volumeObstacles(ctx context.Context, l *load, count int) ([]Obstacle, error) {
	fresh := m.newNode(l)
	var found []Obstacle
	claims := 0
	for i := range l.pods {
		pod := &l.pods[i]
		for _, volume := range pod.Spec.Volumes {
			switch {
			case volume.HostPath != nil:
				found = append(found, Obstacle{
					ObstacleVolume, podRef(pod),
					fmt.Sprintf("keeps data on its node, in %s, which does not move", volume.HostPath.Path),
					"take a PersistentVolumeClaim, or accept that the data is left behind",
				})
			case volume.PersistentVolumeClaim != nil:
				claims++
				stuck, err := m.stuck(ctx, pod.Namespace, volume.PersistentVolumeClaim.ClaimName, &fresh)
				if err != nil {
					return nil, err
				}
				if stuck {
					found = append(found, Obstacle{
						ObstacleVolume, podRef(pod), fmt.Sprintf("has the volume of claim %s, which only its node can use",
							volume.PersistentVolumeClaim.ClaimName), "move the data to a volume of the class do-block-storage",
					})
				}
			}
		}
	}
	perNode, err := m.attachable(ctx, l)
	if err != nil {
		return nil, err
	}
	if room := perNode * max(count, m.pool.MaxCount()); perNode > 0 && claims > room {
		found = append(found, Obstacle{
			ObstacleVolume, m.change.Ref, fmt.Sprintf("has %d volumes, and the new nodes can attach %d", claims, room),
			"take more nodes",
		})
	}
	return found, nil
}

// stuck says whether the volume of a claim can be used on no new node.
func (m *mover) stuck(ctx context.Context, namespace, claim string, fresh *corev1.Node) (bool, error) {
	var pvc corev1.PersistentVolumeClaim
	if err := m.Kube.Get(ctx, client.ObjectKey{Namespace: namespace, Name: claim}, &pvc); err != nil {
		return false, client.IgnoreNotFound(err)
	}
	var volume corev1.PersistentVolume
	err := m.Kube.Get(ctx, client.ObjectKey{Name: pvc.Spec.VolumeName}, &volume)
	if err != nil || volume.Spec.NodeAffinity == nil {
		return false, client.IgnoreNotFound(err)
	}
	required := volume.Spec.NodeAffinity.Required
	if required == nil {
		return false, nil
	}
	match, err := nodeaffinity.NewLazyErrorNodeSelector(required).Match(fresh)
	return !match, err
}

// attachable volumes of one node, as DigitalOcean's driver says it of the old ones. 0 if it says nothing.
func (m *mover) attachable(ctx context.Context, l *load) (int, error) {
	if len(l.nodes) == 0 {
		return 0, nil
	}
	var node storagev1.CSINode
	if err := m.Kube.Get(ctx, client.ObjectKey{Name: l.nodes[0].Name}, &node); err != nil {
		return 0, client.IgnoreNotFound(err)
	}
	for _, driver := range node.Spec.Drivers {
		if driver.Allocatable != nil && driver.Allocatable.Count != nil {
			return int(*driver.Allocatable.Count), nil
		}
	}
	return 0, nil
}
