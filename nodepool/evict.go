package nodepool

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// stays says whether a pod is left on a node that is drained: DaemonSets' and static pods belong to the node, and what has
// finished goes with it.
func stays(pod *corev1.Pod) bool {
	if pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed {
		return true
	}
	if _, static := pod.Annotations[corev1.MirrorPodAnnotationKey]; static {
		return true
	}
	owner := metav1.GetControllerOf(pod)
	return owner != nil && owner.Kind == "DaemonSet"
}

// podsOf a node. A cached client needs an index of pods by spec.nodeName.
func podsOf(ctx context.Context, c client.Client, node string) ([]corev1.Pod, error) {
	var list corev1.PodList
	if err := c.List(ctx, &list, client.MatchingFields{"spec.nodeName": node}); err != nil {
		return nil, fmt.Errorf("list the pods of node %s: %w", node, err)
	}
	return list.Items, nil
}

// podsToMove from a node.
func podsToMove(ctx context.Context, c client.Client, node string) ([]corev1.Pod, error) {
	pods, err := podsOf(ctx, c, node)
	return slices.DeleteFunc(pods, func(pod corev1.Pod) bool { return stays(&pod) }), err
}

// lost is a pod that nobody is going to report the end of: it was told to end and its time is over, and its node's kubelet, which
// would have ended it, says nothing. It is over when its node is deleted.
func lost(node *corev1.Node, pod *corev1.Pod) bool {
	return notReady(node) != "" && pod.DeletionTimestamp != nil && time.Now().After(pod.DeletionTimestamp.Time)
}

// evict a pod through the Eviction API, which asks its budgets. It says what has to be waited for; nothing, if the pod is gone.
func evict(ctx context.Context, c client.Client, pod *corev1.Pod) (wait string) {
	if pod.DeletionTimestamp != nil {
		return "is ending"
	}
	eviction := &policyv1.Eviction{
		DeleteOptions: &metav1.DeleteOptions{Preconditions: metav1.NewUIDPreconditions(string(pod.UID))},
	}
	err := c.SubResource("eviction").Create(ctx, pod, eviction)
	switch {
	case err == nil:
		return "is ending"
	case apierrors.IsNotFound(err), apierrors.IsConflict(err): // gone, or another of its name has come, which the next look sees
		return ""
	}
	return "cannot be evicted: " + reason(err)
}

// reason of a refused eviction: the API server names the budget in the causes.
func reason(err error) string {
	return strings.Join(append([]string{err.Error()}, causes(err)...), " ")
}

func causes(err error) []string {
	var status apierrors.APIStatus
	if !errors.As(err, &status) || status.Status().Details == nil {
		return nil
	}
	all := make([]string, len(status.Status().Details.Causes))
	for i, cause := range status.Status().Details.Causes {
		all[i] = cause.Message
	}
	return all
}

func podRef(pod *corev1.Pod) caisson.Ref {
	return caisson.RefTo(corev1.SchemeGroupVersion.WithKind("Pod"), pod)
}

func nodeRef(node *corev1.Node) caisson.Ref {
	return caisson.RefTo(corev1.SchemeGroupVersion.WithKind("Node"), node)
}
