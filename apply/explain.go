package apply

import (
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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
	var list corev1.PodList
	if err := c.List(ctx, &list, client.InNamespace(namespace),
		client.MatchingLabelsSelector{Selector: selector}, client.Limit(podsToExplain)); err != nil {
		return ""
	}
	said := map[string]bool{}
	var text strings.Builder
	for i := range list.Items {
		if reason := explainPod(&list.Items[i]); reason != "" && !said[reason] {
			said[reason] = true
			fmt.Fprintf(&text, "; pod %s %s", list.Items[i].Name, reason)
		}
	}
	return text.String()
}

func explainPod(pod *corev1.Pod) string {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse {
			return "is not scheduled: " + condition.Message
		}
	}
	containers := append(append([]corev1.ContainerStatus{}, pod.Status.InitContainerStatuses...),
		pod.Status.ContainerStatuses...)
	for _, container := range containers {
		if last := container.LastTerminationState.Terminated; last != nil && last.ExitCode != 0 {
			return fmt.Sprintf("ended with code %d (%s) and was restarted %d times: %s", last.ExitCode, last.Reason,
				container.RestartCount, strings.TrimSpace(last.Message))
		}
		if waiting := container.State.Waiting; waiting != nil && waiting.Message != "" {
			return fmt.Sprintf("waits: %s: %s", waiting.Reason, waiting.Message)
		}
	}
	return ""
}
