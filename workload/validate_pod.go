package workload

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/caissonhq/caisson"
)

// taken says which field took a port, a path or a name first.
type taken map[string]*field.Path

// take it, or say who has it.
func (t taken) take(at *field.Path, key string, value any, what string) field.ErrorList {
	if first, ok := t[key]; ok {
		return field.ErrorList{field.Invalid(at, value, first.String()+" "+what+" already: choose another")}
	}
	t[key] = at
	return nil
}

// seenPorts are those of the program itself.
func (p program) seenPorts() taken {
	seen := taken{}
	if p.listener != nil {
		seen["name "+p.listener.portName()] = field.NewPath("protocol")
		seen[fmt.Sprintf("%s %d", corev1.ProtocolTCP, p.listener.port)] = field.NewPath("port")
	}
	return seen
}

// validate a sidecar's port: all containers of a pod share one address.
func (t taken) validate(at *field.Path, port caisson.Port) field.ErrorList {
	var errs field.ErrorList
	for _, message := range validation.IsValidPortName(port.Name) {
		errs = append(errs, field.Invalid(at.Child("name"), port.Name, message))
	}
	errs = append(errs, validatePort(at.Child("port"), port.Port, 1024, "the sidecar is not root and cannot listen below it")...)
	protocols := []corev1.Protocol{corev1.ProtocolTCP, corev1.ProtocolUDP}
	protocol := port.Protocol
	if protocol == "" {
		protocol = corev1.ProtocolTCP
	}
	if !slices.Contains(protocols, protocol) {
		errs = append(errs, field.NotSupported(at.Child("protocol"), port.Protocol, protocols))
	}
	errs = append(errs, t.take(at.Child("name"), "name "+port.Name, port.Name, "has a port of this name")...)
	return append(errs, t.take(at.Child("port"), fmt.Sprintf("%s %d", protocol, port.Port), port.Port, "has this number")...)
}

// validateMounts checks that no two things are mounted at one path of a container, and no two volumes have one name.
func (p program) validateMounts() field.ErrorList {
	var errs field.ErrorList
	names, shared := taken{}, taken{}
	for i, c := range p.containers() {
		at := p.containerPath(i)
		if c.prefix != "" {
			names[c.prefix+tmpName] = at
		}
		for j := range c.config {
			names[configVolumeName(c, j)] = at.Child("config").Index(j)
		}
	}
	for i := range p.tokens {
		names[tokenVolumeName(i)] = field.NewPath("tokens").Index(i)
	}
	if len(p.folders) > p.foldersGiven {
		shared[tmpPath] = field.NewPath("folders").Key(tmpName)
	}
	mount := func(at *field.Path, name, where string) {
		errs = append(errs, names.take(at.Child("name"), name, name, "has this name")...)
		errs = append(errs, shared.mount(at.Child("path"), where)...)
	}
	for i, folder := range p.givenFolders() {
		mount(field.NewPath("folders").Index(i), folder.Name, folder.Path)
	}
	for i, volume := range p.volumes {
		mount(field.NewPath("volumes").Index(i), volume.Name, volume.Path)
	}
	for i, c := range p.containers() {
		if len(c.config)+len(p.tokens) == 0 {
			continue
		}
		own := maps.Clone(shared)
		for j, config := range c.config {
			errs = append(errs, own.mount(p.containerPath(i).Child("config").Index(j).Child("path"), config.Path)...)
		}
		if c.prefix != "" {
			continue
		}
		for j, token := range p.tokens {
			errs = append(errs, own.mount(field.NewPath("tokens").Index(j).Child("path"), token.path())...)
		}
	}
	return errs
}

func (p program) containerPath(i int) *field.Path {
	if i == 0 {
		return nil
	}
	return p.helperPath(i - 1)
}

// mount something at a path; an empty one is told elsewhere, where it is wrong.
func (t taken) mount(at *field.Path, where string) field.ErrorList {
	if where == "" {
		return nil
	}
	if !strings.HasPrefix(where, "/") || path.Clean(where) != where || strings.Contains(where, ":") {
		return field.ErrorList{field.Invalid(at, where,
			`must be a path from the root, like "/var/lib/app", without "..", ":" and a / at its end`)}
	}
	for _, kernel := range []string{"/", "/proc", "/sys", "/dev"} {
		if where == kernel || kernel != "/" && strings.HasPrefix(where, kernel+"/") {
			return field.ErrorList{field.Invalid(at, where, "belongs to the container's runtime: choose another")}
		}
	}
	return t.take(at, where, where, "is mounted there")
}
