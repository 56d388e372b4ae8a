package workload_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/caissonhq/caisson/workload"
)

func goEnv(t *testing.T, s workload.Server) map[string]string {
	t.Helper()
	s.Runtime = workload.Go
	all := map[string]string{}
	for _, v := range container(t, s).Env {
		all[v.Name] = v.Value
		if v.ValueFrom != nil {
			all[v.Name] = v.ValueFrom.ResourceFieldRef.Resource + "/" + v.ValueFrom.ResourceFieldRef.Divisor.String()
		}
	}
	return all
}

func TestGoKeepsToItsLimits(t *testing.T) {
	cases := map[string]struct {
		reason string
		change func(*workload.Server)
		memory string
	}{
		"autoscaled": {"90 % of 80 % of the 512Mi requested: above, the autoscaler would stay at its maximum.", func(*workload.Server) {}, "368MiB"},
		"bot":        {"90 % of 80 % of the 1Gi requested.", func(s *workload.Server) { s.Preset = workload.Bot }, "737MiB"},
		"fixed":      {"90 % of the limit of 1Gi.", func(s *workload.Server) { s.Replicas = new(int32(2)) }, "921MiB"},
		"dev":        {"90 % of the limit of 256Mi: nothing scales.", func(s *workload.Server) { s.Profile = workload.Dev }, "230MiB"},
		"high target": {
			"The limit is less than the target.", func(s *workload.Server) { s.Autoscale = &workload.Autoscale{MemoryPercent: 300} }, "921MiB",
		},
		"tiny": {
			"Bytes, where a MiB is much.", func(s *workload.Server) {
				s.Resources.Requests = corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("2Mi")}
			}, "1509949",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := web()
			tc.change(&s)
			require.Equal(t, map[string]string{"GOMEMLIMIT": tc.memory, "GOMAXPROCS": "limits.cpu/1"}, goEnv(t, s), tc.reason)
		})
	}
}

func TestWhoWritesGoVariablesKeepsThem(t *testing.T) {
	s := web()
	s.Env = []corev1.EnvVar{{Name: "GOMEMLIMIT", Value: "300MiB"}, {Name: "GOMAXPROCS", Value: "2"}}
	require.Equal(t, map[string]string{"GOMEMLIMIT": "300MiB", "GOMAXPROCS": "2"}, goEnv(t, s))
	require.Empty(t, container(t, web()).Env, "of an unknown runtime nothing is known")
}

// The bounds are checked whether the runtime was declared or not: the variable says enough.
func TestGoMemoryLimitsThatFit(t *testing.T) {
	for value, reason := range map[string]string{
		"409MiB": "just below 80 % of 512Mi", "419430KiB": "in KiB", "429000000": "in bytes", "429000000B": "with a unit", "off": "it was switched off",
		"0": "Go collects all the time, and starts",
	} {
		s := web()
		s.Env = []corev1.EnvVar{{Name: "GOMEMLIMIT", Value: value}}
		require.NoError(t, s.Validate(), reason)
	}
	for value, reason := range map[string]string{
		"410MiB": "just above", "1GiB": "the limit", "-1": "not a size", "1.5GiB": "not whole", "1GB": "not a unit", "": "not a size", "B": "not a size",
		"MiB": "not a size", "99999999TiB": "not a number of 64 bits", "1 GiB": "not a size",
	} {
		s := web()
		s.Env = []corev1.EnvVar{{Name: "A", Value: "a"}, {Name: "GOMEMLIMIT", Value: value}}
		require.ErrorContains(t, s.Validate(), "env[1].value: Invalid value: ", "%s: %s", value, reason)
	}
	fixed := web()
	fixed.Replicas, fixed.Env = new(int32(2)), []corev1.EnvVar{{Name: "GOMEMLIMIT", Value: "900MiB"}}
	require.NoError(t, fixed.Validate(), "nothing scales by memory")
}

func TestProtocols(t *testing.T) {
	for protocol, check := range map[workload.Protocol]func(corev1.Container){
		workload.HTTP: func(c corev1.Container) { require.NotNil(t, c.ReadinessProbe.TCPSocket) },
		workload.TCP:  func(c corev1.Container) { require.NotNil(t, c.ReadinessProbe.TCPSocket) },
		workload.GRPC: func(c corev1.Container) {
			require.EqualValues(t, 8080, c.ReadinessProbe.GRPC.Port)
			require.Empty(t, *c.ReadinessProbe.GRPC.Service, "the program as a whole")
			require.Nil(t, c.LivenessProbe)
		},
	} {
		s := web()
		s.Protocol = protocol
		objs := build(t, s)
		c := objs.Deployment.Spec.Template.Spec.Containers[0]
		check(c)
		require.Equal(t, string(protocol), c.Ports[0].Name)
		require.Equal(t, string(protocol), c.StartupProbe.TCPSocket.Port.String(), "until the port is open nothing answers")
		port := objs.Service.Spec.Ports[0]
		require.Equal(t, string(protocol), port.Name)
		require.Equal(t, string(protocol), port.TargetPort.String())
		require.Equal(t, protocol == workload.GRPC, port.AppProtocol != nil, "gateways speak HTTP/2 only to who says so")
		require.Equal(t, string(protocol), s.Peer().Ports[0].Name)
	}
}
