package workload

import (
	"cmp"
	"maps"

	corev1 "k8s.io/api/core/v1"

	"github.com/caissonhq/caisson"
)

// Server is a program that listens on a port: an API, a site, a bot that gets webhooks. Name, Namespace, Image and Port
// are required; the zero value of every other field is the safe default.
type Server struct {
	// Name of the Deployment and of everything that belongs to it. A DNS label of at most 63 characters, unique among
	// the workloads of the namespace.
	Name string `json:"name"`
	// Namespace to run in.
	Namespace string `json:"namespace,omitempty"`
	// Image by digest: registry/name@sha256:<64 hex digits>. A tag may stand before the @.
	Image string `json:"image"`
	// AllowMutableTag accepts an image without a digest: what runs then changes when someone pushes.
	AllowMutableTag bool `json:"allowMutableTag,omitempty"`
	// Command in place of the image's entrypoint.
	Command []string `json:"command,omitempty"`
	// Args of the command.
	Args []string `json:"args,omitempty"`
	// Env of the container.
	Env []corev1.EnvVar `json:"env,omitempty"`
	// Port that the program listens on, named http. 1024 to 65535: the program is not root.
	Port int32 `json:"port"`
	// ServicePort of the Service. Default: Port.
	ServicePort int32 `json:"servicePort,omitempty"`
	// ReadinessPath answers 200 when the program can serve: "/readyz". Default: the port accepts connections.
	ReadinessPath string `json:"readinessPath,omitempty"`
	// LivenessPath answers 200 as long as a restart would not help: "/livez". It must differ from ReadinessPath, or a
	// slow database restarts every replica. Default: none.
	LivenessPath string `json:"livenessPath,omitempty"`
	// Profile of the environment. Default: Production.
	Profile Profile `json:"profile,omitempty"`
	// Preset of the resources. Default: API.
	Preset Preset `json:"preset,omitempty"`
	// Resources of the container. What is not given is the preset's in the profile.
	Resources corev1.ResourceRequirements `json:"resources,omitzero"`
	// Replicas to run, without autoscaling. Default: autoscaled; in Dev, 1.
	Replicas *int32 `json:"replicas,omitempty"`
	// Autoscale bounds and targets. Default: the profile's.
	Autoscale *Autoscale `json:"autoscale,omitempty"`
	// Placement on the nodes of a pool. Default: any node.
	Placement caisson.Placement `json:"placement,omitzero"`
}

// Peer is the server as the end of a connection.
func (s Server) Peer() caisson.Peer {
	return caisson.Peer{
		Name: s.Name, Namespace: s.Namespace,
		Labels: s.instance(),
		Ports:  []caisson.Port{{Name: portName, Port: s.Port, Protocol: corev1.ProtocolTCP}},
	}
}

// Validate says what is wrong with the spec.
func (s Server) Validate() error { return validate(withDefaults(s)).ToAggregate() }

// Objects builds the server and gives all its objects.
func (s Server) Objects() ([]caisson.Object, error) {
	objs, err := s.Build()
	if err != nil {
		return nil, err
	}
	return objs.Objects()
}

// Requires metrics-server when the server is autoscaled.
func (s Server) Requires() []caisson.Requirement {
	objs, err := s.Build()
	if err != nil {
		return nil
	}
	return objs.Requires()
}

// withDefaults copies what Build writes to, so that the caller's spec stays as it is.
func withDefaults(s Server) Server {
	s.Profile = cmp.Or(s.Profile, Production)
	s.Preset = cmp.Or(s.Preset, API)
	s.ServicePort = cmp.Or(s.ServicePort, s.Port)
	preset := s.Profile.resources(s.Preset)
	s.Resources = *s.Resources.DeepCopy()
	s.Resources.Requests = merged(preset.Requests, s.Resources.Requests)
	s.Resources.Limits = merged(preset.Limits, s.Resources.Limits)
	switch {
	case s.Autoscale != nil:
		bounds, defaults := *s.Autoscale, s.Profile.autoscale()
		bounds.Min = cmp.Or(bounds.Min, defaults.Min)
		bounds.Max = cmp.Or(bounds.Max, defaults.Max)
		bounds.CPUPercent = cmp.Or(bounds.CPUPercent, defaults.CPUPercent)
		bounds.MemoryPercent = cmp.Or(bounds.MemoryPercent, defaults.MemoryPercent)
		s.Autoscale = &bounds
	case s.Replicas != nil:
	case s.Profile == Dev:
		s.Replicas = new(int32(1))
	default:
		s.Autoscale = new(s.Profile.autoscale())
	}
	return s
}

func merged(base, over corev1.ResourceList) corev1.ResourceList {
	all := base.DeepCopy()
	maps.Copy(all, over)
	return all
}

// MaxReplicas that can run at once, without those that a rolling update adds.
func (s Server) MaxReplicas() int32 {
	s = withDefaults(s)
	if s.Autoscale != nil {
		return s.Autoscale.Max
	}
	return *s.Replicas
}
