package workload

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/caissonhq/caisson"
)

// Task is a program that runs to its end once for each change: a migration. Name, Namespace and Image are required; the
// zero value of every other field is the safe default.
type Task struct {
	// Name of the task and of everything that belongs to it; the Job has the hash of its pods after it. A DNS label of
	// at most 52 characters that begins with a letter, unique among the workloads of the namespace, of whatever kind.
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
	// Retries after a failure, 10, 20, 40 … seconds apart. A pod that had to leave its node is no failure. Default: 3.
	Retries *int32 `json:"retries,omitempty"`
	// Deadline after which a run has failed, retries included: whole seconds. Default: 1h.
	Deadline metav1.Duration `json:"deadline,omitzero"`
	// Runtime of the program, go, so that it keeps to its limits. Default: unknown, and nothing is set.
	Runtime Runtime `json:"runtime,omitempty"`
	// Profile of the environment. Default: Production.
	Profile Profile `json:"profile,omitempty"`
	// Preset of the resources. Default: API.
	Preset Preset `json:"preset,omitempty"`
	// Resources of the container. What is not given is the preset's in the profile.
	Resources corev1.ResourceRequirements `json:"resources,omitzero"`
	// PriorityClass of the pods, by the name of one that exists. Default: the cluster's.
	PriorityClass string `json:"priorityClass,omitempty"`
	// Placement on the nodes of a pool. Default: any node.
	Placement caisson.Placement `json:"placement,omitzero"`
}

// Peer is the task as the end of a connection: it has no ports, and only calls others.
func (t Task) Peer() caisson.Peer { return t.program().peer() }

// Validate says what is wrong with the spec.
func (t Task) Validate() error { return t.validate(t.program()).ToAggregate() }

// Objects builds the task and gives all its objects.
func (t Task) Objects() ([]caisson.Object, error) {
	objs, err := t.Build()
	if err != nil {
		return nil, err
	}
	return objs.Objects()
}

// Requires nothing beyond Kubernetes.
func (t Task) Requires() []caisson.Requirement { return nil }

func (t Task) program() program {
	return program{
		name: t.Name, namespace: t.Namespace,
		main: container{
			name: t.Name, image: t.Image, allowMutableTag: t.AllowMutableTag, command: t.Command, args: t.Args,
			env: t.Env, config: t.Config, resources: t.Resources,
		},
		folders: t.Folders, tokens: t.Tokens, sidecars: t.Sidecars, init: t.Init,
		runtime: t.Runtime, profile: t.Profile, preset: t.Preset,
		priorityClass: t.PriorityClass, placement: t.Placement,
		finite: true, run: run{retries: t.Retries, deadline: t.Deadline},
	}.withDefaults()
}

// validate a spec by what it becomes.
func (Task) validate(p program) field.ErrorList { return p.validate() }
