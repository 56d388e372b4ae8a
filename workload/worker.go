package workload

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/caissonhq/caisson"
)

// Worker is a program that listens on no port: a consumer of a queue, a bot that polls. Name, Namespace and Image are
// required; the zero value of every other field is the safe default.
type Worker struct {
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
	// LivenessCommand exits with 0 as long as a restart would not help. It runs in the container, every 10 seconds.
	// Default: none, and the container is restarted when the program ends.
	LivenessCommand []string `json:"livenessCommand,omitempty"`
	// Runtime of the program, go, so that it keeps to its limits. Default: unknown, and nothing is set.
	Runtime Runtime `json:"runtime,omitempty"`
	// Profile of the environment. Default: Production.
	Profile Profile `json:"profile,omitempty"`
	// Preset of the resources. Default: API.
	Preset Preset `json:"preset,omitempty"`
	// Resources of the container. What is not given is the preset's in the profile.
	Resources corev1.ResourceRequirements `json:"resources,omitzero"`
	// Singleton runs exactly one replica, and ends it before another starts: for a bot that polls, which would else
	// see everything twice. It is not autoscaled, and no disruption budget holds back a drain.
	Singleton bool `json:"singleton,omitempty"`
	// Replicas to run, without autoscaling. Default: autoscaled; in Dev, or of a singleton, 1.
	Replicas *int32 `json:"replicas,omitempty"`
	// Autoscale bounds and targets. Default: the profile's.
	Autoscale *Autoscale `json:"autoscale,omitempty"`
	// PriorityClass of the pods, by the name of one that exists. Default: the cluster's.
	PriorityClass string `json:"priorityClass,omitempty"`
	// Placement on the nodes of a pool. Default: any node.
	Placement caisson.Placement `json:"placement,omitzero"`
}

// Peer is the worker as the end of a connection: it has no ports, and only calls others.
func (w Worker) Peer() caisson.Peer { return w.program().peer() }

// Validate says what is wrong with the spec.
func (w Worker) Validate() error { return w.validate(w.program()).ToAggregate() }

// Objects builds the worker and gives all its objects.
func (w Worker) Objects() ([]caisson.Object, error) {
	objs, err := w.Build()
	if err != nil {
		return nil, err
	}
	return objs.Objects()
}

// Requires metrics-server when the worker is autoscaled.
func (w Worker) Requires() []caisson.Requirement {
	objs, err := w.Build()
	if err != nil {
		return nil
	}
	return objs.Requires()
}

// MaxReplicas that can run at once, without those that a rolling update adds.
func (w Worker) MaxReplicas() int32 { return w.program().maxReplicas() }

func (w Worker) program() program {
	return program{
		name: w.Name, namespace: w.Namespace,
		main: container{
			name: w.Name, image: w.Image, allowMutableTag: w.AllowMutableTag, command: w.Command, args: w.Args,
			env: w.Env, config: w.Config, resources: w.Resources,
		},
		folders: w.Folders, tokens: w.Tokens, sidecars: w.Sidecars, init: w.Init,
		runtime: w.Runtime, profile: w.Profile, preset: w.Preset,
		priorityClass: w.PriorityClass, placement: w.Placement,
		livenessCommand: w.LivenessCommand,
		scales:          !w.Singleton, singleton: w.Singleton, replicas: w.Replicas, autoscale: w.Autoscale,
	}.withDefaults()
}

// validate a spec by what it becomes.
func (w Worker) validate(p program) field.ErrorList {
	return append(p.validate(), w.validateSingleton()...)
}
