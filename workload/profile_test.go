package workload_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/caissonhq/caisson/workload"
)

// The numbers are the user's; a change of one must not slip through with a golden file.
func TestNumbersOfTheProfiles(t *testing.T) {
	cases := map[string]struct {
		reason           string
		profile          workload.Profile
		preset           workload.Preset
		requests, limits string
	}{
		"defaults":       {reason: "An API in production is the default.", requests: "250m 512Mi", limits: "1 1Gi"},
		"production API": {reason: "The same by name.", profile: workload.Production, preset: workload.API, requests: "250m 512Mi", limits: "1 1Gi"},
		"production bot": {
			reason: "A bot works on what it is sent.", profile: workload.Production, preset: workload.Bot,
			requests: "500m 1Gi", limits: "2 2Gi",
		},
		"staging API": {reason: "Staging behaves as production.", profile: workload.Staging, requests: "250m 512Mi", limits: "1 1Gi"},
		"staging bot": {reason: "Staging behaves as production.", profile: workload.Staging, preset: workload.Bot, requests: "500m 1Gi", limits: "2 2Gi"},
		"dev API":     {reason: "It fits a node of 1 vCPU and 2 GiB.", profile: workload.Dev, requests: "25m 64Mi", limits: "250m 256Mi"},
		"dev bot":     {reason: "It fits such a node too.", profile: workload.Dev, preset: workload.Bot, requests: "25m 64Mi", limits: "250m 256Mi"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			server := in(tc.profile)
			server.Preset = tc.preset
			r := build(t, server).Deployment.Spec.Template.Spec.Containers[0].Resources
			require.Equal(t, tc.requests, r.Requests.Cpu().String()+" "+r.Requests.Memory().String(), tc.reason)
			require.Equal(t, tc.limits, r.Limits.Cpu().String()+" "+r.Limits.Memory().String(), tc.reason)
			require.Equal(t, "64Mi 512Mi", r.Requests.StorageEphemeral().String()+" "+r.Limits.StorageEphemeral().String(),
				"One workload must not fill a node's disk.")
		})
	}
}

func TestDevIsOneReplicaThatWaitsForNobody(t *testing.T) {
	objs := build(t, in(workload.Dev))
	require.EqualValues(t, 1, *objs.Deployment.Spec.Replicas)
	require.Nil(t, objs.HorizontalPodAutoscaler)
	require.Nil(t, objs.PodDisruptionBudget)
	require.Len(t, objs.All(), 3)
}

// An s-1vcpu-2gb-intel node has 900m CPU and 1Gi to allocate, and DOKS' own pods request about 0.5 CPU and 0.6Gi.
func TestDevFitsItsNode(t *testing.T) {
	r := workload.DevResources()
	require.LessOrEqual(t, 4*r.Requests.Cpu().MilliValue(), int64(900-500), "several servers, and one more while updating")
	require.LessOrEqual(t, 4*r.Requests.Memory().Value(), int64(1<<30-6*(1<<30)/10))
}

func TestPresetsAreNotShared(t *testing.T) {
	for name, preset := range map[string]func() corev1.ResourceRequirements{
		"API": workload.APIResources, "bot": workload.BotResources, "dev": workload.DevResources,
	} {
		before := preset()
		delete(before.Requests, corev1.ResourceCPU)
		require.Contains(t, preset().Requests, corev1.ResourceCPU, "%s: what one user changes is no other's", name)
	}
	require.Equal(t, []workload.Profile{"production", "staging", "dev"}, workload.Profiles())
	require.Equal(t, []workload.Preset{"api", "bot"}, workload.Presets())
}
