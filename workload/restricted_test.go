package workload_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/caissonhq/caisson/workload"
)

// TestPodsAreRestricted checks by hand what the Pod Security Standards ask for at the level "restricted", and what goes
// beyond it. That a real API server enforces it is seen wherever an environment is reconciled: its namespace does.
func TestPodsAreRestricted(t *testing.T) {
	dev := web()
	dev.Profile = workload.Dev
	for name, server := range map[string]workload.Server{"default": web(), "dev": dev, "maximal": maximal()} {
		t.Run(name, func(t *testing.T) {
			pod := build(t, server).Deployment.Spec.Template.Spec
			require.False(t, pod.HostNetwork || pod.HostPID || pod.HostIPC)
			require.True(t, *pod.SecurityContext.RunAsNonRoot)
			require.Greater(t, *pod.SecurityContext.RunAsUser, int64(10000), "no user of a node has such an id")
			require.Greater(t, *pod.SecurityContext.RunAsGroup, int64(10000))
			require.Equal(t, corev1.SeccompProfileTypeRuntimeDefault, pod.SecurityContext.SeccompProfile.Type)
			require.False(t, *pod.AutomountServiceAccountToken)
			require.False(t, *pod.EnableServiceLinks)
			require.Equal(t, "web", pod.ServiceAccountName, "an account of its own")
			for _, volume := range pod.Volumes {
				require.NotNil(t, volume.EmptyDir, "host paths and the like are not allowed")
				require.Positive(t, volume.EmptyDir.SizeLimit.Value(), "one pod must not fill the node's disk")
			}
			for _, container := range pod.Containers {
				sc := container.SecurityContext
				require.False(t, *sc.AllowPrivilegeEscalation)
				require.False(t, *sc.Privileged)
				require.True(t, *sc.ReadOnlyRootFilesystem)
				require.True(t, *sc.RunAsNonRoot)
				require.Equal(t, []corev1.Capability{"ALL"}, sc.Capabilities.Drop)
				require.Empty(t, sc.Capabilities.Add)
				for _, list := range []corev1.ResourceList{container.Resources.Requests, container.Resources.Limits} {
					require.Positive(t, list.Cpu().MilliValue())
					require.Positive(t, list.Memory().Value())
					require.Positive(t, list.StorageEphemeral().Value())
				}
			}
		})
	}
}

func TestRollingUpdateLosesNoCapacity(t *testing.T) {
	objs := build(t, web())
	update := objs.Deployment.Spec.Strategy.RollingUpdate
	require.Zero(t, update.MaxUnavailable.IntValue(), "a new pod is ready before an old one goes")
	require.Positive(t, update.MaxSurge.IntValue())
	pod := objs.Deployment.Spec.Template.Spec
	sleep := pod.Containers[0].Lifecycle.PreStop.Sleep.Seconds
	require.Positive(t, sleep, "load balancers need a moment to forget a pod")
	require.Greater(t, *pod.TerminationGracePeriodSeconds, sleep, "requests under way need time after it")
	require.NotNil(t, pod.Containers[0].ReadinessProbe)
	require.Equal(t, 1, objs.PodDisruptionBudget.Spec.MaxUnavailable.IntValue(), "every drain can go on")
	require.Equal(t, "AlwaysAllow", string(*objs.PodDisruptionBudget.Spec.UnhealthyPodEvictionPolicy))
}
