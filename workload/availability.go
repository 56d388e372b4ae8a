package workload

import (
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// podDisruptionBudget lets a drain take one pod at a time. It is nil in Dev, where one replica would be protected from
// nothing and every drain made to wait; and for a singleton, for the same reason.
func (p program) podDisruptionBudget() *policyv1.PodDisruptionBudget {
	if p.profile == Dev || p.singleton {
		return nil
	}
	return &policyv1.PodDisruptionBudget{
		TypeMeta:   typeMeta("policy/v1", "PodDisruptionBudget"),
		ObjectMeta: p.meta(),
		Spec: policyv1.PodDisruptionBudgetSpec{
			// Not minAvailable: with as many replicas as that, no drain ever ends.
			MaxUnavailable: new(intstr.FromInt32(1)),
			Selector:       &metav1.LabelSelector{MatchLabels: p.instance()},
			// Pods that are broken anyway do not hold back a drain.
			UnhealthyPodEvictionPolicy: new(policyv1.AlwaysAllow),
		},
	}
}

// horizontalPodAutoscaler doubles quickly and shrinks slowly: at most half a minute's load is missing, and a gap in the
// traffic does not end replicas that are needed again 5 minutes later.
func (p program) horizontalPodAutoscaler() *autoscalingv2.HorizontalPodAutoscaler {
	if p.autoscale == nil {
		return nil
	}
	return &autoscalingv2.HorizontalPodAutoscaler{
		TypeMeta:   typeMeta("autoscaling/v2", "HorizontalPodAutoscaler"),
		ObjectMeta: p.meta(),
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{
				APIVersion: "apps/v1", Kind: "Deployment", Name: p.name,
			},
			MinReplicas: new(p.autoscale.Min),
			MaxReplicas: p.autoscale.Max,
			Metrics: []autoscalingv2.MetricSpec{
				p.utilization(corev1.ResourceCPU, p.autoscale.CPUPercent),
				p.utilization(corev1.ResourceMemory, p.autoscale.MemoryPercent),
			},
			Behavior: &autoscalingv2.HorizontalPodAutoscalerBehavior{
				ScaleUp: scaling(0,
					autoscalingv2.HPAScalingPolicy{Type: autoscalingv2.PercentScalingPolicy, Value: 100, PeriodSeconds: 30},
					autoscalingv2.HPAScalingPolicy{Type: autoscalingv2.PodsScalingPolicy, Value: 2, PeriodSeconds: 30}),
				ScaleDown: scaling(300,
					autoscalingv2.HPAScalingPolicy{Type: autoscalingv2.PercentScalingPolicy, Value: 25, PeriodSeconds: 60},
					autoscalingv2.HPAScalingPolicy{Type: autoscalingv2.PodsScalingPolicy, Value: 1, PeriodSeconds: 60}),
			},
		},
	}
}

// utilization of the pods; beside sidecars that of the program alone, which the numbers are about.
func (p program) utilization(name corev1.ResourceName, percent int32) autoscalingv2.MetricSpec {
	target := autoscalingv2.MetricTarget{Type: autoscalingv2.UtilizationMetricType, AverageUtilization: new(percent)}
	if len(p.sidecars) > 0 {
		return autoscalingv2.MetricSpec{
			Type:              autoscalingv2.ContainerResourceMetricSourceType,
			ContainerResource: &autoscalingv2.ContainerResourceMetricSource{Name: name, Container: p.name, Target: target},
		}
	}
	return autoscalingv2.MetricSpec{
		Type:     autoscalingv2.ResourceMetricSourceType,
		Resource: &autoscalingv2.ResourceMetricSource{Name: name, Target: target},
	}
}

func scaling(stabilizationSeconds int32, policies ...autoscalingv2.HPAScalingPolicy) *autoscalingv2.HPAScalingRules {
	return &autoscalingv2.HPAScalingRules{
		StabilizationWindowSeconds: new(stabilizationSeconds),
		SelectPolicy:               new(autoscalingv2.MaxChangePolicySelect),
		Policies:                   policies,
	}
}
