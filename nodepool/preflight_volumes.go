package nodepool

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/component-helpers/scheduling/corev1/nodeaffinity"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// volumeObstacles are pods with data that cannot move to another node, and more volumes than new nodes can attach.
func (m *mover) volumeObstacles(ctx context.Context, l *load, homes []home) ([]Obstacle, error) {
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
				stuck, err := m.stuck(ctx, pod.Namespace, volume.PersistentVolumeClaim.ClaimName, homes)
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
	if room := perNode * len(homes); perNode > 0 && room > 0 && claims > room {
		found = append(found, Obstacle{
			ObstacleVolume, m.change.Ref, fmt.Sprintf("has %d volumes, and the new nodes can attach %d", claims, room),
			"take more nodes",
		})
	}
	return found, nil
}

// stuck says whether the volume of a claim can be used on none of the nodes that its pod could move to.
func (m *mover) stuck(ctx context.Context, namespace, claim string, homes []home) (bool, error) {
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
	for _, h := range homes {
		if match, err := nodeaffinity.NewLazyErrorNodeSelector(required).Match(h.node); match || err != nil {
			return false, err
		}
	}
	return true, nil
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
