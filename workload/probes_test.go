package workload_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/caissonhq/caisson/workload"
)

func container(t *testing.T, s workload.Server) corev1.Container {
	t.Helper()
	containers := build(t, s).Deployment.Spec.Template.Spec.Containers
	require.Len(t, containers, 1)
	return containers[0]
}

func TestProbesWithoutPaths(t *testing.T) {
	c := container(t, web())
	require.Equal(t, "http", c.StartupProbe.TCPSocket.Port.String())
	require.Equal(t, "http", c.ReadinessProbe.TCPSocket.Port.String(), "an open port is all that is known")
	require.Nil(t, c.ReadinessProbe.HTTPGet)
	require.Nil(t, c.LivenessProbe, "an open port says nothing about whether a restart helps")
}

func TestProbesWithPaths(t *testing.T) {
	c := container(t, maximal())
	require.Equal(t, "/readyz http HTTP", httpGet(c.ReadinessProbe))
	require.Equal(t, "/livez http HTTP", httpGet(c.LivenessProbe))
	require.NotNil(t, c.StartupProbe.TCPSocket, "until the port is open no path answers")
	for name, probe := range map[string]*corev1.Probe{"readiness": c.ReadinessProbe, "liveness": c.LivenessProbe} {
		require.Nil(t, probe.TCPSocket, "%s: a probe has one handler", name)
		require.Less(t, probe.TimeoutSeconds, probe.PeriodSeconds, "%s: no two at once", name)
	}
}

func httpGet(probe *corev1.Probe) string {
	return probe.HTTPGet.Path + " " + probe.HTTPGet.Port.String() + " " + string(probe.HTTPGet.Scheme)
}

func TestProbesArePatient(t *testing.T) {
	seconds := func(probe *corev1.Probe) int32 { return probe.PeriodSeconds * probe.FailureThreshold }
	c := container(t, maximal())
	require.EqualValues(t, 150, seconds(c.StartupProbe), "2.5 minutes to open the port")
	require.EqualValues(t, 15, seconds(c.ReadinessProbe))
	require.EqualValues(t, 60, seconds(c.LivenessProbe))
	require.Greater(t, seconds(c.LivenessProbe), seconds(c.ReadinessProbe), "a replica is spared before it is restarted")
}
