package workload

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/caissonhq/caisson"
)

// container is what the program, a sidecar and an init container have in common.
type container struct {
	name            string
	image           string
	allowMutableTag bool
	command, args   []string
	env             []corev1.EnvVar
	config          []Config
	ports           []caisson.Port
	resources       corev1.ResourceRequirements
	// prefix of the names of the volumes that are this container's alone: nothing, or the container's name and a dash.
	prefix string
}

// mainContainer is the program itself.
func (p program) mainContainer() corev1.Container {
	c := p.build(p.main)
	c.Env = append(c.Env, p.runtimeEnv()...)
	c.VolumeMounts = append(c.VolumeMounts, p.tokenMounts()...)
	c.LivenessProbe = p.commandProbe()
	if p.listener != nil {
		c.Ports = []corev1.ContainerPort{{
			Name: p.listener.portName(), ContainerPort: p.listener.port, Protocol: corev1.ProtocolTCP,
		}}
		c.StartupProbe = p.listener.startupProbe()
		c.ReadinessProbe = p.listener.readinessProbe()
		c.LivenessProbe = p.listener.livenessProbe()
		c.Lifecycle = &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{
			Sleep: &corev1.SleepAction{Seconds: drainSeconds},
		}}
	}
	return c
}

// build a container, hardened as all are.
func (p program) build(c container) corev1.Container {
	return corev1.Container{
		Name:            c.name,
		Image:           c.image,
		ImagePullPolicy: corev1.PullAlways,
		Command:         slices.Clone(c.command),
		Args:            slices.Clone(c.args),
		Env:             cloneEnv(c.env),
		EnvFrom:         p.envFrom(c),
		Ports:           containerPorts(c.ports),
		Resources:       c.resources,
		// So that a waiting reconciler can say why a program failed.
		TerminationMessagePolicy: corev1.TerminationMessageFallbackToLogsOnError,
		VolumeMounts:             p.mounts(c),
		SecurityContext: &corev1.SecurityContext{
			AllowPrivilegeEscalation: new(false),
			Privileged:               new(false),
			ReadOnlyRootFilesystem:   new(true),
			RunAsNonRoot:             new(true),
			RunAsUser:                new(int64(userID)),
			RunAsGroup:               new(int64(userID)),
			Capabilities:             &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
			SeccompProfile:           &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		},
	}
}

// cloneEnv copies deeply: a variable can point to where its value comes from.
func cloneEnv(given []corev1.EnvVar) []corev1.EnvVar {
	env := slices.Clone(given)
	for i := range env {
		given[i].DeepCopyInto(&env[i])
	}
	return env
}

func containerPorts(ports []caisson.Port) []corev1.ContainerPort {
	all := make([]corev1.ContainerPort, 0, len(ports))
	for _, port := range ports {
		protocol := port.Protocol
		if protocol == "" {
			protocol = corev1.ProtocolTCP
		}
		all = append(all, corev1.ContainerPort{Name: port.Name, ContainerPort: port.Port, Protocol: protocol})
	}
	return all
}
