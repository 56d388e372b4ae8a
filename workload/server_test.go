package workload_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/workload"
)

var image = "registry.digitalocean.com/shop/web@sha256:" + strings.Repeat("0", 64)

func web() workload.Server {
	return workload.Server{Name: "web", Namespace: "shop", Image: image, Port: 8080}
}

// in gives the same server in another profile.
func in(profile workload.Profile) workload.Server {
	server := web()
	server.Profile = profile
	return server
}

// maximal has every field set, and a value behind every pointer, but Replicas, which excludes Autoscale.
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
			Tolerations: []corev1.Toleration{{
				Key: "dedicated", Operator: corev1.TolerationOpEqual, Value: "web",
				Effect: corev1.TaintEffectNoExecute, TolerationSeconds: new(int64(30)),
			}},
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

func TestPeerIsWhatTheServiceSelects(t *testing.T) {
	objs, peer := build(t, web()), web().Peer()
	require.Equal(t, "web", peer.Name)
	require.Equal(t, "shop", peer.Namespace)
	require.Equal(t, objs.Service.Spec.Selector, peer.Labels)
	require.Equal(t, []caisson.Port{{Name: "http", Port: 8080, Protocol: corev1.ProtocolTCP}}, peer.Ports)
	require.Len(t, peer.Labels, 1, "one label: judges and people read a single one")
}

func TestPeerNamesThePortOfThePodsNotOfTheService(t *testing.T) {
	require.EqualValues(t, 8080, maximal().Peer().Ports[0].Port, "policies see packets after the Service has sent them on")
}

func TestMaxReplicas(t *testing.T) {
	cases := map[string]struct {
		reason string
		change func(*workload.Server)
		want   int32
	}{
		"production": {reason: "The autoscaler ends there.", change: func(*workload.Server) {}, want: 10},
		"staging":    {reason: "The same for less.", change: func(s *workload.Server) { s.Profile = workload.Staging }, want: 3},
		"dev":        {reason: "Dev is not scaled.", change: func(s *workload.Server) { s.Profile = workload.Dev }, want: 1},
		"replicas":   {reason: "A fixed number is the most.", change: func(s *workload.Server) { s.Replicas = new(int32(4)) }, want: 4},
		"none":       {reason: "Nothing runs.", change: func(s *workload.Server) { s.Replicas = new(int32(0)) }, want: 0},
		"own bounds": {
			reason: "What is given wins.", change: func(s *workload.Server) { s.Autoscale = &workload.Autoscale{Max: 20} }, want: 20,
		},
		"dev with bounds": {
			reason: "Who asks for autoscaling gets it in dev too.",
			change: func(s *workload.Server) { s.Profile, s.Autoscale = workload.Dev, &workload.Autoscale{Max: 5} }, want: 5,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			server := web()
			tc.change(&server)
			require.Equal(t, tc.want, server.MaxReplicas(), tc.reason)
			objs := build(t, server)
			if hpa := objs.HorizontalPodAutoscaler; hpa != nil {
				require.Equal(t, tc.want, hpa.Spec.MaxReplicas)
			} else {
				require.Equal(t, tc.want, *objs.Deployment.Spec.Replicas)
			}
		})
	}
}

// What is given for one resource must not take the preset's others away.
func TestGivenResourcesWinEachForItself(t *testing.T) {
	r := build(t, maximal()).Deployment.Spec.Template.Spec.Containers[0].Resources
	require.Equal(t, "300m 1Gi", r.Requests.Cpu().String()+" "+r.Requests.Memory().String())
	require.Equal(t, "2 3Gi", r.Limits.Cpu().String()+" "+r.Limits.Memory().String())
}

// Build must neither change the spec nor share anything with it: the objects are the caller's to change.
func TestBuildSharesNothing(t *testing.T) {
	spec := maximal()
	objs := build(t, spec)
	pod := &objs.Deployment.Spec.Template.Spec
	container := &pod.Containers[0]
	container.Command[0], container.Args[0] = "changed", "changed"
	container.Env[0].Value = "changed"
	container.Env[1].ValueFrom.SecretKeyRef.Key = "changed"
	container.Resources.Requests[corev1.ResourceCPU] = resource.MustParse("9")
	container.Resources.Limits[corev1.ResourceMemory] = resource.MustParse("9")
	pod.NodeSelector[caisson.LabelPool] = "changed"
	pod.Tolerations[0].Key = "changed"
	*pod.Tolerations[0].TolerationSeconds = 9
	*objs.HorizontalPodAutoscaler.Spec.MinReplicas = 9
	*objs.HorizontalPodAutoscaler.Spec.Metrics[0].Resource.Target.AverageUtilization = 9
	require.Empty(t, cmp.Diff(maximal(), spec))
	require.Empty(t, cmp.Diff(build(t, maximal()).All(), build(t, spec).All()))

	// A quantity of so many digits points to them.
	long := web()
	long.Resources.Limits = corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("100000000000000000000000000001")}
	quantity := build(t, long).Deployment.Spec.Template.Spec.Containers[0].Resources.Limits[corev1.ResourceMemory]
	quantity.AsDec().SetUnscaled(9)
	require.Zero(t, long.Resources.Limits.Memory().Cmp(resource.MustParse("100000000000000000000000000001")))

	fixed := web()
	fixed.Replicas = new(int32(3))
	*build(t, fixed).Deployment.Spec.Replicas = 9
	require.EqualValues(t, 3, *fixed.Replicas)
}

// One map of labels in two objects would have one assignment change both.
func TestObjectsShareNothingWithEachOther(t *testing.T) {
	objs, want := build(t, maximal()), build(t, maximal())
	d := objs.Deployment
	for _, labels := range []map[string]string{
		d.Labels, d.Spec.Template.Labels, d.Spec.Selector.MatchLabels,
		d.Spec.Template.Spec.TopologySpreadConstraints[0].LabelSelector.MatchLabels,
	} {
		labels["changed"] = "changed"
	}
	require.Empty(t, cmp.Diff(want.Service, objs.Service))
	require.Empty(t, cmp.Diff(want.ServiceAccount, objs.ServiceAccount))
	require.Empty(t, cmp.Diff(want.PodDisruptionBudget, objs.PodDisruptionBudget))
	require.Empty(t, cmp.Diff(want.HorizontalPodAutoscaler, objs.HorizontalPodAutoscaler))
	require.Empty(t, cmp.Diff(want.Deployment.Spec.Template.Spec.Affinity, d.Spec.Template.Spec.Affinity))

	objs = build(t, maximal())
	objs.Service.Spec.Selector["changed"], objs.PodDisruptionBudget.Spec.Selector.MatchLabels["changed"] = "changed", "changed"
	require.Empty(t, cmp.Diff(want.Deployment, objs.Deployment))
}
