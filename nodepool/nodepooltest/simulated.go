package nodepooltest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Simulated are nodes that something like kwok plays the kubelets of: to join, a Node object is made, and to leave, it is
// deleted with its pods. The client must not be a cached one, since pods are found by the field spec.nodeName.
func Simulated(c client.Client) Nodes { return simulated{c} }

type simulated struct{ client client.Client }

func (s simulated) Join(ctx context.Context, node *corev1.Node) error {
	err := s.client.Create(ctx, node.DeepCopy())
	if !apierrors.IsAlreadyExists(err) {
		return err
	}
	var there corev1.Node
	if err := s.client.Get(ctx, client.ObjectKeyFromObject(node), &there); err != nil {
		return err
	}
	if there.Spec.ProviderID != node.Spec.ProviderID {
		return fmt.Errorf("there is another node of this name, with providerID %q", there.Spec.ProviderID)
	}
	return nil // an earlier attempt
}

func (s simulated) Update(ctx context.Context, name string, change NodeChange) error {
	return s.patch(ctx, name, func(node *corev1.Node) {
		if node.Labels == nil {
			node.Labels = map[string]string{}
		}
		maps.Copy(node.Labels, change.Labels)
		node.Spec.Taints = slices.DeleteFunc(node.Spec.Taints, func(t corev1.Taint) bool {
			same := func(other corev1.Taint) bool { return other.MatchTaint(&t) }
			return slices.ContainsFunc(change.RemovedTaints, same) || slices.ContainsFunc(change.Taints, same)
		})
		node.Spec.Taints = append(node.Spec.Taints, change.Taints...)
	})
}

// patch a node. Others write its taints too, so it must be as it was read.
func (s simulated) patch(ctx context.Context, name string, change func(*corev1.Node)) error {
	var node corev1.Node
	if err := s.client.Get(ctx, client.ObjectKey{Name: name}, &node); err != nil {
		return client.IgnoreNotFound(err) // somebody has deleted it
	}
	base := node.DeepCopy()
	change(&node)
	return s.client.Patch(ctx, &node, client.MergeFromWithOptions(base, client.MergeFromWithOptimisticLock{}))
}

// evictionPeriod at which pods are evicted again that a budget protects.
const evictionPeriod = 200 * time.Millisecond

func (s simulated) Drain(ctx context.Context, name string) error {
	if err := s.patch(ctx, name, func(node *corev1.Node) { node.Spec.Unschedulable = true }); err != nil {
		return err
	}
	for {
		left, err := s.evict(ctx, name)
		if err != nil {
			return err
		}
		if left == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(evictionPeriod):
		}
	}
}

// evict once what can be, and tell how many pods are left. Those of DaemonSets stay: they would come again.
func (s simulated) evict(ctx context.Context, node string) (left int, err error) {
	pods, err := s.pods(ctx, node)
	if err != nil {
		return 0, err
	}
	for i := range pods {
		pod := &pods[i]
		owner := metav1.GetControllerOf(pod)
		if owner != nil && owner.Kind == "DaemonSet" || pod.Annotations[corev1.MirrorPodAnnotationKey] != "" {
			continue
		}
		left++
		if pod.DeletionTimestamp != nil {
			continue
		}
		eviction := &policyv1.Eviction{DeleteOptions: &metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &pod.UID}}}
		failed := s.client.SubResource("eviction").Create(ctx, pod, eviction)
		if failed != nil && !apierrors.IsTooManyRequests(failed) && !gone(failed) {
			err = errors.Join(err, fmt.Errorf("evict %s/%s: %w", pod.Namespace, pod.Name, failed))
		}
	}
	return left, err
}

// gone says whether what was asked for is not there, or another of the same name.
func gone(err error) bool { return apierrors.IsNotFound(err) || apierrors.IsConflict(err) }

func (s simulated) pods(ctx context.Context, node string) ([]corev1.Pod, error) {
	var list corev1.PodList
	err := s.client.List(ctx, &list, client.MatchingFields{"spec.nodeName": node})
	return list.Items, err
}

func (s simulated) Leave(ctx context.Context, name string) error {
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}}
	if err := s.client.Delete(ctx, node); client.IgnoreNotFound(err) != nil {
		return err
	}
	// Now nothing is scheduled there any more.
	pods, err := s.pods(ctx, name)
	for i := range pods {
		now := []client.DeleteOption{client.GracePeriodSeconds(0), client.Preconditions{UID: &pods[i].UID}}
		if failed := s.client.Delete(ctx, &pods[i], now...); failed != nil && !gone(failed) {
			err = errors.Join(err, failed)
		}
	}
	return err
}
