package workload

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson"
)

// Schedule is a program that runs to its end again and again: a report every night. Name, Namespace, Image and Cron
// are required; the zero value of every other field is the safe default.
type Schedule struct {
	// Name of the CronJob and of everything that belongs to it. A DNS label of at most 52 characters that
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
	// Cron says when, in cron's five fields, minute, hour, day of the month, month and day of the week: "30 3 * * *" is 3:30
	// every day. @hourly, @daily, @weekly, @monthly and @yearly are short for the first moment of each.
	Cron string `json:"cron"`
	// TimeZone of the schedule, by its name in the IANA database: Europe/Berlin. In a zone with summer time, what is
	// due in the hour that is left out does not run that day. Default: Etc/UTC.
	TimeZone string `json:"timeZone,omitempty"`
	// StartingDeadline after which a run that could not start is left out: whole seconds, at least 10. Default: 1h.
	StartingDeadline metav1.Duration `json:"startingDeadline,omitzero"`
	// Suspend starts no more runs. One that is under way goes on.
	Suspend bool `json:"suspend,omitempty"`
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

// Peer is the schedule as the end of a connection: it has no ports, and only calls others.
func (s Schedule) Peer() caisson.Peer { return s.program().peer() }

// Validate says what is wrong with the spec.
func (s Schedule) Validate() error { return s.validate(s.program()).ToAggregate() }

// Objects builds the schedule and gives all its objects.
func (s Schedule) Objects() ([]caisson.Object, error) {
	objs, err := s.Build()
	if err != nil {
		return nil, err
	}
	return objs.Objects()
}

// Requires nothing beyond Kubernetes.
func (s Schedule) Requires() []caisson.Requirement { return nil }

func (s Schedule) program() program {
	return program{
		name: s.Name, namespace: s.Namespace,
		main: container{
			name: s.Name, image: s.Image, allowMutableTag: s.AllowMutableTag, command: s.Command, args: s.Args,
			env: s.Env, config: s.Config, resources: s.Resources,
		},
		folders: s.Folders, tokens: s.Tokens, sidecars: s.Sidecars, init: s.Init,
		runtime: s.Runtime, profile: s.Profile, preset: s.Preset,
		priorityClass: s.PriorityClass, placement: s.Placement,
		finite: true, run: run{retries: s.Retries, deadline: s.Deadline},
	}.withDefaults()
}
