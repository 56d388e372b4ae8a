package workload_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/caissonhq/caisson/workload"
)

func TestServiceReachesThePort(t *testing.T) {
	cases := map[string]struct {
		reason string
		server workload.Server
		want   int32
	}{
		"default": {reason: "One number is easier to remember than two.", server: web(), want: 8080},
		"given":   {reason: "Callers may expect 80.", server: maximal(), want: 80},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			objs := build(t, tc.server)
			service := objs.Service.Spec
			require.Equal(t, corev1.ServiceTypeClusterIP, service.Type, "nothing is open to the world unless asked for")
			require.Len(t, service.Ports, 1)
			require.Equal(t, tc.want, service.Ports[0].Port, tc.reason)
			require.Equal(t, "http", service.Ports[0].Name)
			port := container(t, tc.server).Ports[0]
			require.Equal(t, port.Name, service.Ports[0].TargetPort.String())
			require.EqualValues(t, 8080, port.ContainerPort)
		})
	}
}

func TestServiceAccountGrantsNothing(t *testing.T) {
	objs := build(t, web())
	require.Equal(t, objs.ServiceAccount.Name, objs.Deployment.Spec.Template.Spec.ServiceAccountName)
	require.False(t, *objs.ServiceAccount.AutomountServiceAccountToken, "who takes the account over gets no token either")
}
