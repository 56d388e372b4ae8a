package workload

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// startupProbe gives the program 2.5 minutes to open its port; the other probes begin after it.
func (l *listener) startupProbe() *corev1.Probe {
	return &corev1.Probe{
		ProbeHandler:  l.connects(),
		PeriodSeconds: 5, FailureThreshold: 30, TimeoutSeconds: 2, SuccessThreshold: 1,
	}
}

// readinessProbe takes a replica out of the load balancing after 15 seconds without an answer.
func (l *listener) readinessProbe() *corev1.Probe {
	return &corev1.Probe{
		ProbeHandler:  l.answers(l.readinessPath),
		PeriodSeconds: 5, FailureThreshold: 3, TimeoutSeconds: 2, SuccessThreshold: 1,
	}
}

// livenessProbe is nil if the program cannot say whether a restart helps.
func (l *listener) livenessProbe() *corev1.Probe {
	if l.livenessPath == "" {
		return nil
	}
	return liveness(l.answers(l.livenessPath))
}

// commandProbe asks a program without a port, in its own container.
func (p program) commandProbe() *corev1.Probe {
	if len(p.livenessCommand) == 0 {
		return nil
	}
	return liveness(corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: slices.Clone(p.livenessCommand)}})
}

// liveness restarts a replica after 60 seconds without an answer: slower than the readiness probe, since a restart
// under load makes things worse.
func liveness(handler corev1.ProbeHandler) *corev1.Probe {
	return &corev1.Probe{
		ProbeHandler:  handler,
		PeriodSeconds: 10, FailureThreshold: 6, TimeoutSeconds: 5, SuccessThreshold: 1,
	}
}

func (l *listener) connects() corev1.ProbeHandler {
	return corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromString(l.portName())}}
}

// answers asks by path, or a service of gRPC's health protocol.
func (l *listener) answers(path string) corev1.ProbeHandler {
	switch {
	case l.protocol == GRPC:
		return corev1.ProbeHandler{GRPC: &corev1.GRPCAction{Port: l.port, Service: new(path)}} // no names of ports here
	case path == "":
		return l.connects()
	default:
		return corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{
			Path: path, Port: intstr.FromString(l.portName()), Scheme: corev1.URISchemeHTTP,
		}}
	}
}
