package workload_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/internal/golden"
	"github.com/caissonhq/caisson/workload"
)

var image = "registry.digitalocean.com/shop/web@sha256:" + strings.Repeat("0", 64)

func web() workload.Server {
	return workload.Server{Name: "web", Namespace: "shop", Image: image, Port: 8080}
}

// maximal has every field set.
func maximal() workload.Server {
	return workload.Server{
		Name: "web", Namespace: "shop", Image: "registry.digitalocean.com/shop/web:1.2", AllowMutableTag: true,
		Command: []string{"/web"}, Args: []string{"--verbose"},
		Env: []corev1.EnvVar{
			{Name: "COLOR", Value: "blue"},
			{Name: "KEY", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
				LocalObjectReference: corev1.LocalObjectReference{Name: "keys"}, Key: "web",
			}}},
		},
		Port: 8080, ServicePort: 80, ReadinessPath: "/readyz", LivenessPath: "/livez",
		Profile: workload.Staging, Preset: workload.Bot,
		Resources: corev1.ResourceRequirements{
			Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("300m")},
			Limits:   corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("3Gi")},
		},
		Autoscale: &workload.Autoscale{Min: 3, Max: 7, CPUPercent: 50, MemoryPercent: 60},
		Placement: caisson.Placement{
			NodeSelector: map[string]string{caisson.LabelPool: "general"},
			Tolerations:  []corev1.Toleration{{Key: "dedicated", Operator: corev1.TolerationOpEqual, Value: "web"}},
		},
	}
}

func build(t *testing.T, s workload.Server) *workload.ServerObjects {
	t.Helper()
	objs, err := s.Build()
	require.NoError(t, err)
	require.NoError(t, objs.Validate())
	return objs
}

func TestGolden(t *testing.T) {
	bot, staging, dev := web(), web(), web()
	bot.Name, bot.Preset = "bot", workload.Bot
	staging.Profile, dev.Profile = workload.Staging, workload.Dev
	for name, server := range map[string]workload.Server{
		"production": web(), "bot": bot, "staging": staging, "dev": dev, "maximal": maximal(),
	} {
		t.Run(name, func(t *testing.T) {
			golden.Compare(t, "testdata/"+name+".golden.yaml", golden.YAML(t, build(t, server).All()))
			again, err := server.Objects()
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(build(t, server).All(), again), "the same spec gives the same objects")
		})
	}
}

// The numbers are the user's; a change of one must not slip through with a golden file.
func TestNumbersOfTheProfiles(t *testing.T) {
	cases := map[string]struct {
		reason      string
		profile     workload.Profile
		preset      workload.Preset
		cpu, memory string
		limits      string
		min, max    int32
	}{
		"production API": {"what production was sized for", "", "", "250m", "512Mi", "1 1Gi", 2, 10},
		"production bot": {"a bot works on what it is sent", workload.Production, workload.Bot, "500m", "1Gi", "2 2Gi", 2, 10},
		"staging":        {"the same behaviour for less", workload.Staging, "", "250m", "512Mi", "1 1Gi", 1, 3},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			server := web()
			server.Profile, server.Preset = tc.profile, tc.preset
			objs := build(t, server)
			r := objs.Deployment.Spec.Template.Spec.Containers[0].Resources
			require.Equal(t, tc.cpu+" "+tc.memory, r.Requests.Cpu().String()+" "+r.Requests.Memory().String(), tc.reason)
			require.Equal(t, tc.limits, r.Limits.Cpu().String()+" "+r.Limits.Memory().String(), tc.reason)
			hpa := objs.HorizontalPodAutoscaler.Spec
			require.Equal(t, []int32{tc.min, tc.max}, []int32{*hpa.MinReplicas, hpa.MaxReplicas}, tc.reason)
			require.EqualValues(t, 70, *hpa.Metrics[0].Resource.Target.AverageUtilization)
			require.Equal(t, corev1.ResourceCPU, hpa.Metrics[0].Resource.Name)
			require.EqualValues(t, 80, *hpa.Metrics[1].Resource.Target.AverageUtilization)
			require.Equal(t, corev1.ResourceMemory, hpa.Metrics[1].Resource.Name)
			require.Nil(t, objs.Deployment.Spec.Replicas, "the autoscaler owns the number of replicas")
			require.NotNil(t, objs.PodDisruptionBudget)
			require.Equal(t, tc.max, server.MaxReplicas())
		})
	}
}

func TestDevIsOneReplicaThatWaitsForNobody(t *testing.T) {
	server := web()
	server.Profile = workload.Dev
	objs := build(t, server)
	require.EqualValues(t, 1, *objs.Deployment.Spec.Replicas)
	require.Nil(t, objs.HorizontalPodAutoscaler)
	require.Nil(t, objs.PodDisruptionBudget)
	require.Empty(t, server.Requires(), "without an autoscaler no metrics are needed")
	require.EqualValues(t, 1, server.MaxReplicas())
}

// Build must neither change the spec nor share anything with it: the objects are the caller's to change.
func TestBuildSharesNothing(t *testing.T) {
	spec, untouched := maximal(), maximal()
	objs := build(t, spec)
	pod := &objs.Deployment.Spec.Template.Spec
	pod.Containers[0].Command[0] = "changed"
	pod.Containers[0].Args[0] = "changed"
	pod.Containers[0].Env[0].Value = "changed"
	pod.Containers[0].Env[1].ValueFrom.SecretKeyRef.Key = "changed"
	pod.Containers[0].Resources.Requests[corev1.ResourceCPU] = resource.MustParse("9")
	pod.NodeSelector[caisson.LabelPool] = "changed"
	pod.Tolerations[0].Key = "changed"
	*objs.HorizontalPodAutoscaler.Spec.MinReplicas = 9
	objs.Deployment.Labels["changed"] = "changed"
	require.Empty(t, cmp.Diff(untouched, spec))
	require.NotContains(t, objs.Service.Labels, "changed")
	require.NotContains(t, objs.Deployment.Spec.Template.Labels, "changed")
	require.NotContains(t, objs.Deployment.Spec.Selector.MatchLabels, "changed")
}

func TestPeerIsWhatTheServiceSelects(t *testing.T) {
	objs, peer := build(t, web()), web().Peer()
	require.Equal(t, objs.Service.Spec.Selector, peer.Labels)
	require.Equal(t, []caisson.Port{{Name: "http", Port: 8080, Protocol: corev1.ProtocolTCP}}, peer.Ports)
	require.Len(t, peer.Labels, 1, "one label: judges and people read a single one")
}

func TestAutoscalingRequiresMetrics(t *testing.T) {
	requirements := web().Requires()
	require.Len(t, requirements, 1)
	require.Equal(t, "metrics.k8s.io", requirements[0].Kind.Group)
	require.Contains(t, requirements[0].For, "shop/web")
	require.Contains(t, requirements[0].Remedy, "metrics-server")
}
