package cluster_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson/internal/cluster"
)

// TestAutoscaling has pods say what they use, through the annotations that the metrics API reads.
func TestAutoscaling(t *testing.T) {
	c := start(t, cluster.Options{Nodes: []*corev1.Node{node("one")}})
	api, err := client.New(c.Config, client.Options{})
	require.NoError(t, err)

	busy := deployment("busy", "100m")
	busy.Spec.Template.Annotations = map[string]string{"caisson.dev/simulated-cpu": "90m"}
	idle := deployment("idle", "100m")
	for _, d := range []*appsv1.Deployment{busy, idle} {
		require.NoError(t, api.Create(t.Context(), d))
		require.NoError(t, api.Create(t.Context(), autoscaler(d.Name)))
	}

	// 90m of 100m at a target of 60 % needs 1.5 replicas, so 2; 180m over 2 pods is again 90 %, so 3, and so on to 4.
	require.Eventually(t, func() bool {
		require.NoError(t, api.Get(t.Context(), client.ObjectKeyFromObject(busy), busy))
		return busy.Status.AvailableReplicas == 4
	}, 5*time.Minute, 200*time.Millisecond)
	require.NoError(t, api.Get(t.Context(), client.ObjectKeyFromObject(idle), idle))
	require.EqualValues(t, 1, *idle.Spec.Replicas, "30 % of the requests is what a pod uses that says nothing")
	require.Eventually(t, func() bool {
		var hpa autoscalingv2.HorizontalPodAutoscaler
		require.NoError(t, api.Get(t.Context(), client.ObjectKeyFromObject(idle), &hpa))
		metrics := hpa.Status.CurrentMetrics
		return len(metrics) == 1 && metrics[0].Resource.Current.AverageUtilization != nil &&
			*metrics[0].Resource.Current.AverageUtilization == 30
	}, time.Minute, 200*time.Millisecond)
}

func autoscaler(name string) *autoscalingv2.HorizontalPodAutoscaler {
	return &autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"},
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: name},
			MinReplicas:    new(int32(1)), MaxReplicas: 4,
			Metrics: []autoscalingv2.MetricSpec{{
				Type: autoscalingv2.ResourceMetricSourceType,
				Resource: &autoscalingv2.ResourceMetricSource{
					Name: corev1.ResourceCPU,
					Target: autoscalingv2.MetricTarget{
						Type: autoscalingv2.UtilizationMetricType, AverageUtilization: new(int32(60)),
					},
				},
			}},
		},
	}
}

func deployment(name, cpu string) *appsv1.Deployment {
	labels := map[string]string{"app": name}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec: corev1.PodSpec{Containers: []corev1.Container{{
					Name: name, Image: "registry.example/" + name,
					Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
						corev1.ResourceCPU: resource.MustParse(cpu),
					}},
				}}},
			},
		},
	}
}
