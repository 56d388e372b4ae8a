package workload

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/caissonhq/caisson"
)

// Sidecar is a container that runs beside the program: a proxy, an exporter. It starts before the init containers and
// the program, so that both can use it, and ends after the program. It is restarted when it ends by itself, and does not
// keep a Task from being done. It is hardened like the program, with a /tmp of its own, and shares its Folders.
type Sidecar struct {
	// Name of the container, a DNS label of at most 50 characters, other than the workload's.
	Name string `json:"name"`
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
	// Config that the sidecar reads. The program's is not its own.
	Config []Config `json:"config,omitempty"`
	// Ports that it listens on, each with a name of at most 15 characters, like "metrics". They are not part of the
	// Service.
	Ports []caisson.Port `json:"ports,omitempty"`
	// Resources of the container. What is not given is that of SidecarResources.
	Resources corev1.ResourceRequirements `json:"resources,omitzero"`
}

// Init is a container that runs to its end before the program starts: it waits for something, or prepares the Folders. It
// is hardened like the program, with a /tmp of its own.
type Init struct {
	// Name of the container, a DNS label of at most 50 characters, other than the workload's.
	Name string `json:"name"`
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
	// Config that the container reads. The program's is not its own.
	Config []Config `json:"config,omitempty"`
	// Resources of the container. What is not given is the program's: it runs before, in the same room.
	Resources corev1.ResourceRequirements `json:"resources,omitzero"`
}

// SidecarResources are requests of 10m CPU and 32Mi memory, limits of 200m and 128Mi: a small exporter or proxy.
func SidecarResources() corev1.ResourceRequirements { return resources("10m", "32Mi", "200m", "128Mi") }

func (s Sidecar) container() container {
	return container{
		name: s.Name, image: s.Image, allowMutableTag: s.AllowMutableTag, command: s.Command, args: s.Args,
		env: s.Env, config: s.Config, ports: s.Ports, resources: withDefaults(s.Resources, SidecarResources()),
		prefix: s.Name + "-",
	}
}

func (p program) initContainer(i Init) container {
	return container{
		name: i.Name, image: i.Image, allowMutableTag: i.AllowMutableTag, command: i.Command, args: i.Args,
		env: i.Env, config: i.Config, resources: withDefaults(i.Resources, *p.main.resources.DeepCopy()),
		prefix: i.Name + "-",
	}
}

// initContainers are the sidecars, which Kubernetes starts and leaves running, and then those that run to their end.
func (p program) initContainers() []corev1.Container {
	all := make([]corev1.Container, 0, len(p.sidecars)+len(p.init))
	for _, sidecar := range p.sidecars {
		c := p.build(sidecar.container())
		c.RestartPolicy = new(corev1.ContainerRestartPolicyAlways)
		all = append(all, c)
	}
	for _, init := range p.init {
		all = append(all, p.build(p.initContainer(init)))
	}
	return all
}

// helpers are the containers beside the program.
func (p program) helpers() []container {
	all := make([]container, 0, len(p.sidecars)+len(p.init))
	for _, sidecar := range p.sidecars {
		all = append(all, sidecar.container())
	}
	for _, init := range p.init {
		all = append(all, p.initContainer(init))
	}
	return all
}
