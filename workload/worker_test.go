package workload_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/caissonhq/caisson/workload"
)

func TestWorkerHasNoPort(t *testing.T) {
	objs, err := worker().Build()
	require.NoError(t, err)
	require.Len(t, objs.All(), 4, "no Service")
	c := objs.Deployment.Spec.Template.Spec.Containers[0]
	require.Empty(t, c.Ports)
	require.Nil(t, c.StartupProbe)
	require.Nil(t, c.ReadinessProbe)
	require.Nil(t, c.LivenessProbe)
	require.Nil(t, c.Lifecycle, "nobody calls it, so nothing has to be drained")
	require.EqualValues(t, 30, *objs.Deployment.Spec.Template.Spec.TerminationGracePeriodSeconds)
	require.Positive(t, objs.Deployment.Spec.MinReadySeconds, "a program that ends at once must not replace one that runs")
}

// A bot that polls would see everything twice.
func TestSingletonIsNeverTwo(t *testing.T) {
	for _, replicas := range []*int32{nil, new(int32(1)), new(int32(0))} {
		bot := singleton()
		bot.Replicas = replicas
		objs, err := bot.Build()
		require.NoError(t, err)
		require.LessOrEqual(t, *objs.Deployment.Spec.Replicas, int32(1))
		require.Equal(t, appsv1.RecreateDeploymentStrategyType, objs.Deployment.Spec.Strategy.Type)
		require.Nil(t, objs.Deployment.Spec.Strategy.RollingUpdate)
		require.Nil(t, objs.HorizontalPodAutoscaler)
		require.Nil(t, objs.PodDisruptionBudget, "it would block every drain, or mean nothing")
		require.Empty(t, bot.Requires())
		require.LessOrEqual(t, bot.MaxReplicas(), int32(1))
	}
	require.EqualValues(t, 10, worker().MaxReplicas(), "others are autoscaled")
}

// What a sidecar uses must not move the number of replicas: the targets are about the program.
func TestAutoscalerLooksPastSidecars(t *testing.T) {
	objs, err := fullWorker().Build()
	require.NoError(t, err)
	for _, metric := range objs.HorizontalPodAutoscaler.Spec.Metrics {
		require.Equal(t, autoscalingv2.ContainerResourceMetricSourceType, metric.Type)
		require.Equal(t, "mailer", metric.ContainerResource.Container)
	}
}

func TestTornWorkersAreRefused(t *testing.T) {
	cases := map[string]struct {
		reason string
		tear   func(*workload.WorkerObjects)
		want   string
	}{
		"nothing": {
			"The rest is nothing without it.", func(o *workload.WorkerObjects) { o.Deployment = nil },
			"deployment: Required value: a worker is nothing without it",
		},
		"no pod may go": {
			"A node could never be drained.",
			func(o *workload.WorkerObjects) { o.PodDisruptionBudget.Spec.MaxUnavailable = new(intstr.FromInt32(0)) },
			`podDisruptionBudget.spec.maxUnavailable: Invalid value: "0": no drain would ever end: write maxUnavailable: 1`,
		},
		"no share may go": {
			"A node could never be drained.",
			func(o *workload.WorkerObjects) {
				o.PodDisruptionBudget.Spec.MaxUnavailable = new(intstr.FromString("0%"))
			},
			`podDisruptionBudget.spec.maxUnavailable: Invalid value: "0%": no drain would ever end`,
		},
		"all must stay": {
			"The autoscaler may go down to 2.",
			func(o *workload.WorkerObjects) {
				o.PodDisruptionBudget.Spec.MaxUnavailable, o.PodDisruptionBudget.Spec.MinAvailable = nil, new(intstr.FromInt32(2))
			},
			`podDisruptionBudget.spec.minAvailable: Invalid value: "2": there may be no more than 2 replicas, and no drain would ever end`,
		},
		"all of them": {
			"100 % is all of them.",
			func(o *workload.WorkerObjects) {
				o.PodDisruptionBudget.Spec.MaxUnavailable, o.PodDisruptionBudget.Spec.MinAvailable = nil, new(intstr.FromString("100%"))
			},
			`podDisruptionBudget.spec.minAvailable: Invalid value: "100%": there may be no more than 2 replicas`,
		},
		"values": {
			"The pods would go on with the old ones.", func(o *workload.WorkerObjects) { o.ConfigMaps[0].Data["MODE"] = "slow" },
			`deployment.spec.template.metadata.annotations[caisson.dev/config-hash]: Invalid value: "`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := worker()
			w.Config = []workload.Config{{Values: map[string]string{"MODE": "fast"}}}
			objs, err := w.Build()
			require.NoError(t, err)
			require.NoError(t, objs.Validate())
			tc.tear(objs)
			require.ErrorContains(t, objs.Validate(), tc.want, tc.reason)
		})
	}
}

// A budget that leaves one pod to a drain is the caller's to choose.
func TestBudgetsThatLetDrainsEnd(t *testing.T) {
	for _, least := range []intstr.IntOrString{intstr.FromInt32(1), intstr.FromString("50%")} {
		objs, err := worker().Build()
		require.NoError(t, err)
		objs.PodDisruptionBudget.Spec.MaxUnavailable, objs.PodDisruptionBudget.Spec.MinAvailable = nil, &least
		require.NoError(t, objs.Validate(), least.String())
	}
}
