package nodepool

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// cordon nodes, and mark those that were not cordoned before.
func (m *mover) cordon(ctx context.Context, nodes []corev1.Node) error {
	for i := range nodes {
		if node := &nodes[i]; !node.Spec.Unschedulable {
			err := m.patchNode(ctx, node, func() {
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

// uncordon the nodes that cordon has marked.
func (m *mover) uncordon(ctx context.Context, nodes []corev1.Node) error {
	for i := range nodes {
		if node := &nodes[i]; node.Annotations[annotationCordoned] != "" {
			err := m.patchNode(ctx, node, func() {
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

func (m *mover) patchNode(ctx context.Context, node *corev1.Node, change func()) error {
	if err := m.lease.held(); err != nil {
		return err
	}
	before := node.DeepCopy()
	change()
	return client.IgnoreNotFound(m.Kube.Patch(ctx, node, client.MergeFrom(before)))
}
