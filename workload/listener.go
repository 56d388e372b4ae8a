package workload

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Protocol that a program speaks on its port.
type Protocol string

const (
	// HTTP is asked for its health by path.
	HTTP Protocol = "http"
	// GRPC is asked by the standard health service, grpc.health.v1.Health. The Service says that it is HTTP/2 without
	// TLS, which gateways need to know: https://kubernetes.io/docs/concepts/services-networking/service/#application-protocol
	GRPC Protocol = "grpc"
	// TCP is healthy when it accepts connections.
	TCP Protocol = "tcp"
)

// Protocols that a program can speak.
func Protocols() []Protocol { return []Protocol{HTTP, GRPC, TCP} }

// listener is the port of a program, and how to ask it for its health.
type listener struct {
	port, servicePort           int32
	protocol                    Protocol
	readinessPath, livenessPath string
}

// portName is the protocol's: http, grpc or tcp.
func (l *listener) portName() string { return string(l.protocol) }

// servicePorts of the Service.
func (l *listener) servicePorts() []corev1.ServicePort {
	port := corev1.ServicePort{
		Name: l.portName(), Port: l.servicePort, TargetPort: intstr.FromString(l.portName()), Protocol: corev1.ProtocolTCP,
	}
	if l.protocol == GRPC {
		port.AppProtocol = new("kubernetes.io/h2c")
	}
	return []corev1.ServicePort{port}
}

func (p program) service() *corev1.Service {
	return &corev1.Service{
		TypeMeta:   typeMeta("v1", "Service"),
		ObjectMeta: p.meta(),
		Spec: corev1.ServiceSpec{
			Type: corev1.ServiceTypeClusterIP, Selector: p.instance(), Ports: p.listener.servicePorts(),
		},
	}
}

// serviceAccount of the workload alone, so that what is granted to it is granted to nothing else.
func (p program) serviceAccount() *corev1.ServiceAccount {
	return &corev1.ServiceAccount{
		TypeMeta:                     typeMeta("v1", "ServiceAccount"),
		ObjectMeta:                   p.meta(),
		AutomountServiceAccountToken: new(false),
	}
}
