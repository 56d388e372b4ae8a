package workload_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"

	"github.com/caissonhq/caisson/workload"
)

func TestBudgetNeverHoldsBackADrain(t *testing.T) {
	budget := build(t, web()).PodDisruptionBudget.Spec
	require.Nil(t, budget.MinAvailable, "with as many replicas as that, no drain would ever end")
	require.Equal(t, "1", budget.MaxUnavailable.String(), "one pod at a time")
	require.Equal(t, policyv1.AlwaysAllow, *budget.UnhealthyPodEvictionPolicy, "broken pods protect nothing")
	require.Nil(t, build(t, in(workload.Dev)).PodDisruptionBudget, "one replica would only make every drain wait")
	require.NotNil(t, build(t, in(workload.Staging)).PodDisruptionBudget)
}

// The bounds and targets are the user's.
func TestAutoscalerOfProduction(t *testing.T) {
	objs := build(t, web())
	hpa := objs.HorizontalPodAutoscaler.Spec
	require.EqualValues(t, 2, *hpa.MinReplicas)
	require.EqualValues(t, 10, hpa.MaxReplicas)
	require.Equal(t, autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: "web"}, hpa.ScaleTargetRef)
	targets := map[corev1.ResourceName]int32{}
	for _, metric := range hpa.Metrics {
		require.Equal(t, autoscalingv2.UtilizationMetricType, metric.Resource.Target.Type)
		targets[metric.Resource.Name] = *metric.Resource.Target.AverageUtilization
	}
	require.Equal(t, map[corev1.ResourceName]int32{corev1.ResourceCPU: 70, corev1.ResourceMemory: 80}, targets)
	require.Nil(t, objs.Deployment.Spec.Replicas, "writing the number would undo every scaling")
}

func TestAutoscalerGrowsFasterThanItShrinks(t *testing.T) {
	behavior := build(t, web()).HorizontalPodAutoscaler.Spec.Behavior
	require.Zero(t, *behavior.ScaleUp.StabilizationWindowSeconds, "load is answered at once")
	require.EqualValues(t, 300, *behavior.ScaleDown.StabilizationWindowSeconds, "a short gap in the traffic ends no replicas")
	perMinute := func(rules *autoscalingv2.HPAScalingRules) int32 {
		var most int32
		for _, policy := range rules.Policies {
			if policy.Type == autoscalingv2.PercentScalingPolicy {
				most = max(most, policy.Value*60/policy.PeriodSeconds)
			}
		}
		return most
	}
	require.EqualValues(t, 200, perMinute(behavior.ScaleUp))
	require.EqualValues(t, 25, perMinute(behavior.ScaleDown))
	for _, rules := range []*autoscalingv2.HPAScalingRules{behavior.ScaleUp, behavior.ScaleDown} {
		require.Equal(t, autoscalingv2.MaxChangePolicySelect, *rules.SelectPolicy)
		require.Len(t, rules.Policies, 2, "a percentage alone would never move a few replicas")
	}
}

func TestAutoscaleTakesWhatIsMissingFromTheProfile(t *testing.T) {
	cases := map[string]struct {
		reason  string
		profile workload.Profile
		given   workload.Autoscale
		want    workload.Autoscale
	}{
		"production": {
			reason: "Nothing was given.", profile: workload.Production,
			want: workload.Autoscale{Min: 2, Max: 10, CPUPercent: 70, MemoryPercent: 80},
		},
		"staging": {
			reason: "Staging has fewer replicas, and the same targets.", profile: workload.Staging,
			want: workload.Autoscale{Min: 1, Max: 3, CPUPercent: 70, MemoryPercent: 80},
		},
		"some": {
			reason: "One number does not take the others away.", profile: workload.Production, given: workload.Autoscale{Max: 30, CPUPercent: 55},
			want: workload.Autoscale{Min: 2, Max: 30, CPUPercent: 55, MemoryPercent: 80},
		},
		"all": {
			reason: "What is given wins.", profile: workload.Staging, given: workload.Autoscale{Min: 4, Max: 5, CPUPercent: 6, MemoryPercent: 7},
			want: workload.Autoscale{Min: 4, Max: 5, CPUPercent: 6, MemoryPercent: 7},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			server, given := in(tc.profile), tc.given
			server.Autoscale = &given
			hpa := build(t, server).HorizontalPodAutoscaler.Spec
			require.Equal(t, tc.want, workload.Autoscale{
				Min: *hpa.MinReplicas, Max: hpa.MaxReplicas,
				CPUPercent:    *hpa.Metrics[0].Resource.Target.AverageUtilization,
				MemoryPercent: *hpa.Metrics[1].Resource.Target.AverageUtilization,
			}, tc.reason)
			require.Equal(t, tc.given, given, "Defaults are not written into the spec.")
		})
	}
}
