package nodepool

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// cordon nodes, and mark those that were not cordoned before, unless the lease is lost.
func (m *mover) cordon(ctx context.Context, nodes []corev1.Node) error {
	if err := m.lease.held(); err != nil {
		return err
	}
	for i := range nodes {
		if node := &nodes[i]; !node.Spec.Unschedulable {
			err := patchNode(ctx, m.Kube, node, func() {
				node.Spec.Unschedulable = true
				if node.Annotations == nil {
					node.Annotations = map[string]string{}
				}
				node.Annotations[annotationCordoned] = m.pool.Name
			})
			if err != nil {
				return fmt.Errorf("cordon node %s: %w", node.Name, err)
			}
		}
	}
	return nil
}

// uncordon the nodes that cordon has marked, unless the lease is lost.
func (m *mover) uncordon(ctx context.Context, nodes []corev1.Node) error {
	if err := m.lease.held(); err != nil {
		return err
	}
	return uncordon(ctx, m.Kube, nodes)
}

func uncordon(ctx context.Context, c client.Client, nodes []corev1.Node) error {
	for i := range nodes {
		if node := &nodes[i]; node.Annotations[annotationCordoned] != "" {
			err := patchNode(ctx, c, node, func() {
				node.Spec.Unschedulable = false
				delete(node.Annotations, annotationCordoned)
			})
			if err != nil {
				return fmt.Errorf("uncordon node %s: %w", node.Name, err)
			}
		}
	}
	return nil
}

func patchNode(ctx context.Context, c client.Client, node *corev1.Node, change func()) error {
	before := node.DeepCopy()
	change()
	return client.IgnoreNotFound(c.Patch(ctx, node, client.MergeFrom(before)))
}
