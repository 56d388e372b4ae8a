package workload_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// TestPodsAreRestricted checks by hand what the Pod Security Standards ask for at the level "restricted", and what goes
// beyond it. That a real API server enforces it is seen wherever an environment is reconciled: its namespace does.
// https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
func TestPodsAreRestricted(t *testing.T) {
	for name, newSpec := range kinds {
		spec := newSpec()
		t.Run(name, func(t *testing.T) {
			pods := template(t, spec)
			requireRestrictedPod(t, pods.Spec)
			require.Equal(t, pods.Labels["app.kubernetes.io/instance"], pods.Spec.ServiceAccountName, "an account of its own")
		})
	}
}

func requireRestrictedPod(t *testing.T, pod corev1.PodSpec) {
	t.Helper()
	require.False(t, pod.HostNetwork || pod.HostPID || pod.HostIPC)
	require.True(t, *pod.SecurityContext.RunAsNonRoot)
	require.Greater(t, *pod.SecurityContext.RunAsUser, int64(10000), "no user of a node has such an id")
	require.Greater(t, *pod.SecurityContext.RunAsGroup, int64(10000))
	require.Equal(t, corev1.SeccompProfileTypeRuntimeDefault, pod.SecurityContext.SeccompProfile.Type)
	require.Empty(t, pod.SecurityContext.Sysctls)
	require.False(t, *pod.AutomountServiceAccountToken)
	require.False(t, *pod.EnableServiceLinks)
	require.NotEmpty(t, pod.Volumes)
	for _, volume := range pod.Volumes {
		if volume.EmptyDir != nil {
			require.Positive(t, volume.EmptyDir.SizeLimit.Value(), "one pod must not fill the node's disk")
		}
		allowed := corev1.VolumeSource{
			EmptyDir: volume.EmptyDir, ConfigMap: volume.ConfigMap, Secret: volume.Secret, Projected: volume.Projected,
		}
		require.Equal(t, allowed, volume.VolumeSource, "host paths and the like are not allowed")
	}
	for _, container := range slices.Concat(pod.InitContainers, pod.Containers) {
		requireRestricted(t, container)
	}
}

func requireRestricted(t *testing.T, container corev1.Container) {
	t.Helper()
	sc := container.SecurityContext
	require.False(t, *sc.AllowPrivilegeEscalation)
	require.False(t, *sc.Privileged)
	require.True(t, *sc.ReadOnlyRootFilesystem)
	require.True(t, *sc.RunAsNonRoot)
	require.Greater(t, *sc.RunAsUser, int64(10000))
	require.Equal(t, []corev1.Capability{"ALL"}, sc.Capabilities.Drop)
	require.Empty(t, sc.Capabilities.Add)
	require.Equal(t, corev1.SeccompProfileTypeRuntimeDefault, sc.SeccompProfile.Type)
	require.Nil(t, sc.ProcMount)
	for _, port := range container.Ports {
		require.Zero(t, port.HostPort)
	}
	for _, list := range []corev1.ResourceList{container.Resources.Requests, container.Resources.Limits} {
		require.Positive(t, list.Cpu().MilliValue())
		require.Positive(t, list.Memory().Value())
		require.Positive(t, list.StorageEphemeral().Value())
	}
}

func TestTmpIsWritable(t *testing.T) {
	pod := build(t, web()).Deployment.Spec.Template.Spec
	mounts := pod.Containers[0].VolumeMounts
	require.Len(t, mounts, 1)
	require.Equal(t, "/tmp", mounts[0].MountPath, "many programs write there, and the root is read-only")
	require.Equal(t, pod.Volumes[0].Name, mounts[0].Name)
	require.NotNil(t, pod.SecurityContext.FSGroup, "else it belongs to root")
}

func TestRollingUpdateLosesNoCapacity(t *testing.T) {
	d := build(t, web()).Deployment.Spec
	require.Zero(t, d.Strategy.RollingUpdate.MaxUnavailable.IntValue(), "a new pod is ready before an old one goes")
	require.Positive(t, d.Strategy.RollingUpdate.MaxSurge.IntValue())
	sleep := d.Template.Spec.Containers[0].Lifecycle.PreStop.Sleep.Seconds
	require.Positive(t, sleep, "load balancers need a moment to forget a pod")
	require.Greater(t, *d.Template.Spec.TerminationGracePeriodSeconds, sleep, "requests under way need time after it")
	probe := d.Template.Spec.Containers[0].StartupProbe
	require.Greater(t, *d.ProgressDeadlineSeconds, probe.PeriodSeconds*probe.FailureThreshold, "a slow start is no failed rollout")
}

func TestPodsPreferDifferentNodes(t *testing.T) {
	spec := build(t, web()).Deployment.Spec
	pods, pod := labels.Set(spec.Template.Labels), spec.Template.Spec
	spread := pod.TopologySpreadConstraints[0]
	require.Equal(t, "kubernetes.io/hostname", spread.TopologyKey, "DOKS' nodes carry no zone")
	require.Equal(t, corev1.ScheduleAnyway, spread.WhenUnsatisfiable, "the second replica must run on a pool of one node too")
	require.True(t, labels.SelectorFromSet(spread.LabelSelector.MatchLabels).Matches(pods))
	affinity := pod.Affinity.PodAntiAffinity
	require.Empty(t, affinity.RequiredDuringSchedulingIgnoredDuringExecution)
	term := affinity.PreferredDuringSchedulingIgnoredDuringExecution[0].PodAffinityTerm
	require.Equal(t, "kubernetes.io/hostname", term.TopologyKey)
	require.True(t, labels.SelectorFromSet(term.LabelSelector.MatchLabels).Matches(pods))
}

func TestPodRunsWhatWasAskedFor(t *testing.T) {
	server := maximal()
	pod := build(t, server).Deployment.Spec.Template.Spec
	require.Equal(t, server.Placement.NodeSelector, pod.NodeSelector)
	require.Equal(t, server.Placement.Tolerations, pod.Tolerations)
	c := pod.Containers[0]
	require.Equal(t, server.Image, c.Image)
	require.Equal(t, server.Command, c.Command)
	require.Equal(t, server.Args, c.Args)
	require.Equal(t, server.Env, c.Env)
	require.Equal(t, corev1.PullAlways, c.ImagePullPolicy, "who may not pull an image must not run it from a node's cache")
	require.Equal(t, corev1.TerminationMessageFallbackToLogsOnError, c.TerminationMessagePolicy, "waiting explains with the last words")
}
