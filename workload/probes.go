package workload

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// startupProbe gives the program 2.5 minutes to open its port; the other probes begin after it.
func (s Server) startupProbe() *corev1.Probe {
	return &corev1.Probe{
		ProbeHandler:  corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromString(portName)}},
		PeriodSeconds: 5, FailureThreshold: 30, TimeoutSeconds: 2, SuccessThreshold: 1,
	}
}

// readinessProbe takes a replica out of the load balancing after 15 seconds without an answer.
func (s Server) readinessProbe() *corev1.Probe {
	return &corev1.Probe{
		ProbeHandler:  s.handler(s.ReadinessPath),
		PeriodSeconds: 5, FailureThreshold: 3, TimeoutSeconds: 2, SuccessThreshold: 1,
	}
}

// livenessProbe restarts a replica after 60 seconds without an answer: slower than the readiness probe, since a restart
// under load makes things worse.
func (s Server) livenessProbe() *corev1.Probe {
	if s.LivenessPath == "" {
		return nil
	}
	return &corev1.Probe{
		ProbeHandler:  s.handler(s.LivenessPath),
		PeriodSeconds: 10, FailureThreshold: 6, TimeoutSeconds: 5, SuccessThreshold: 1,
	}
}

func (s Server) handler(path string) corev1.ProbeHandler {
	port := intstr.FromString(portName)
	if path == "" {
		return corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: port}}
	}
	return corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: path, Port: port, Scheme: corev1.URISchemeHTTP}}
}
