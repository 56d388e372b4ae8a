package apply

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// podsToExplain is enough: pods of one workload mostly fail for one reason.
const podsToExplain = 100

// explainPods says what keeps the pods of a workload from being ready, each reason once. What cannot be read is left
// out: it is no reason to stop waiting.
func explainPods(ctx context.Context, c client.Client, namespace string, pods *metav1.LabelSelector) string {
	selector, err := metav1.LabelSelectorAsSelector(pods)
	if err != nil {
		return ""
	}
	list := &unstructured.UnstructuredList{} // untyped, for the reason that ready gives
	list.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("PodList"))
	if err := c.List(ctx, list, client.InNamespace(namespace),
		client.MatchingLabelsSelector{Selector: selector}, client.Limit(podsToExplain)); err != nil {
		return ""
	}
	said := map[string]bool{}
	var text strings.Builder
	for _, item := range list.Items {
		var pod corev1.Pod
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(item.Object, &pod); err != nil {
			continue
		}
		if reason := explainPod(&pod); reason != "" && !said[reason] {
			said[reason] = true
			fmt.Fprintf(&text, "; pod %s %s", pod.Name, reason)
		}
	}
	return text.String()
}

func explainPod(pod *corev1.Pod) string {
	for _, condition := range pod.Status.Conditions {
		switch {
		case condition.Type == corev1.PodReady && condition.Status == corev1.ConditionTrue:
			return "" // whatever happened to it before
		case condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse:
			return "is not scheduled: " + condition.Message
		}
	}
	for _, container := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		for _, ended := range []*corev1.ContainerStateTerminated{
			container.State.Terminated, container.LastTerminationState.Terminated,
		} {
			if ended != nil && ended.ExitCode != 0 {
				return fmt.Sprintf("ended with code %d (%s), restarted %d times: %s", ended.ExitCode, ended.Reason,
					container.RestartCount, strings.TrimSpace(ended.Message))
			}
		}
		if waiting := container.State.Waiting; waiting != nil && waiting.Message != "" {
			return fmt.Sprintf("waits: %s: %s", waiting.Reason, waiting.Message)
		}
	}
	return ""
}
