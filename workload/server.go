package workload

import (
	"cmp"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/caissonhq/caisson"
)

// Server is a program that listens on a port: an API, a site, a bot that gets webhooks. Name, Namespace, Image and Port
// are required; the zero value of every other field is the safe default.
type Server struct {
	// Name of the Deployment and of everything that belongs to it. A DNS label of at most 63 characters that
	// begins with a letter, unique among the workloads of the namespace, of whatever kind.
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
	// Env of the container. What a Config gives under the same name, these override.
	Env []corev1.EnvVar `json:"env,omitempty"`
	// Config that the program reads, as files or as environment.
	Config []Config `json:"config,omitempty"`
	// Folders that all containers of a pod can write to. /tmp, of 64Mi, is there without being named.
	Folders []Folder `json:"folders,omitempty"`
	// Tokens of the pod's service account. Default: none.
	Tokens []Token `json:"tokens,omitempty"`
	// Sidecars that run beside the program, started before it and ended after it.
	Sidecars []Sidecar `json:"sidecars,omitempty"`
	// Init containers, run one after another once the sidecars are up, and before the program.
	Init []Init `json:"init,omitempty"`
	// Port that the program listens on, named after the protocol. 1024 to 65535: the program is not root.
	Port int32 `json:"port"`
	// ServicePort of the Service. Default: Port.
	ServicePort int32 `json:"servicePort,omitempty"`
	// Protocol of the port: http, grpc or tcp. Default: http.
	Protocol Protocol `json:"protocol,omitempty"`
	// ReadinessPath answers 200 when the program can serve: "/readyz". Default: the port accepts connections. With grpc
	// it is a service of the standard health protocol; the default, "", stands for the program as a whole.
	ReadinessPath string `json:"readinessPath,omitempty"`
	// LivenessPath answers 200 as long as a restart would not help: "/livez". It must differ from ReadinessPath, or a
	// slow database restarts every replica. With grpc it is a service of the health protocol. Default: none.
	LivenessPath string `json:"livenessPath,omitempty"`
	// Runtime of the program, go, so that it keeps to its limits. Default: unknown, and nothing is set.
	Runtime Runtime `json:"runtime,omitempty"`
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
	// PriorityClass of the pods, by the name of one that exists. Default: the cluster's.
	PriorityClass string `json:"priorityClass,omitempty"`
	// Placement on the nodes of a pool. Default: any node.
	Placement caisson.Placement `json:"placement,omitzero"`
}

// Peer is the server as the end of a connection. Its sidecars' ports are not part of it: who calls it calls the program.
func (s Server) Peer() caisson.Peer { return s.program().peer() }

// Validate says what is wrong with the spec.
func (s Server) Validate() error { return s.validate(s.program()).ToAggregate() }

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

// MaxReplicas that can run at once, without those that a rolling update adds.
func (s Server) MaxReplicas() int32 { return s.program().maxReplicas() }

func (s Server) program() program {
	return program{
		name: s.Name, namespace: s.Namespace,
		main: container{
			name: s.Name, image: s.Image, allowMutableTag: s.AllowMutableTag, command: s.Command, args: s.Args,
			env: s.Env, config: s.Config, resources: s.Resources,
		},
		folders: s.Folders, tokens: s.Tokens, sidecars: s.Sidecars, init: s.Init,
		runtime: s.Runtime, profile: s.Profile, preset: s.Preset,
		priorityClass: s.PriorityClass, placement: s.Placement,
		listener: &listener{
			port: s.Port, servicePort: s.ServicePort, protocol: cmp.Or(s.Protocol, HTTP),
			readinessPath: s.ReadinessPath, livenessPath: s.LivenessPath,
		},
		scales: true, replicas: s.Replicas, autoscale: s.Autoscale,
	}.withDefaults()
}

// validate a spec by what it becomes.
func (Server) validate(p program) field.ErrorList { return p.validate() }
