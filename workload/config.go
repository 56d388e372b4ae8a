package workload

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/caissonhq/caisson"
)

// Config is configuration that a container reads: values, which become a ConfigMap, or a ConfigMap or Secret that exists.
// One of the three is given. With a Path each key is a file in that folder, without one an environment variable.
//
// There are no values of Secrets: what is in a spec is in a repository too.
type Config struct {
	// Values by key. They become the ConfigMap <workload>-config; a sidecar's or init container's are
	// <workload>.<container>-config. The pods roll when a value changes. At most one Config of a container has values.
	Values map[string]string `json:"values,omitempty"`
	// ConfigMap of the namespace, by name.
	ConfigMap string `json:"configMap,omitempty"`
	// Secret of the namespace, by name.
	Secret string `json:"secret,omitempty"`
	// Path of the folder with a file for each key: "/etc/app". Default: environment variables.
	Path string `json:"path,omitempty"`
	// Prefix of the variables' names: with "DB_", the key HOST is DB_HOST. Only without a Path.
	Prefix string `json:"prefix,omitempty"`
	// RollOnChange rolls the pods whenever the ConfigMap or Secret is written, by anybody, the next time package apply
	// runs. Values do so by themselves; pods that run to their end read anew each time.
	RollOnChange bool `json:"rollOnChange,omitempty"`
}

// annotationConfig of the pods is a hash of all values, so that a change of one makes other pods.
const annotationConfig = "caisson.dev/config-hash"

func (p program) configName(c container) string {
	if c.prefix == "" {
		return p.name + "-config"
	}
	return p.name + "." + c.name + "-config" // with a dot, that no workload's name can have
}

// reference gives the kind and name of what is read.
func (p program) reference(c container, config Config) (kind, name string) {
	switch {
	case config.Secret != "":
		return "Secret", config.Secret
	case config.ConfigMap != "":
		return "ConfigMap", config.ConfigMap
	default:
		return "ConfigMap", p.configName(c)
	}
}

func configVolumeName(c container, i int) string { return c.prefix + "config-" + strconv.Itoa(i) }

func (p program) configVolumes(c container) []corev1.Volume {
	var volumes []corev1.Volume
	for i, config := range c.config {
		if config.Path == "" {
			continue
		}
		volume := corev1.Volume{Name: configVolumeName(c, i)}
		if kind, name := p.reference(c, config); kind == "Secret" {
			volume.Secret = &corev1.SecretVolumeSource{SecretName: name, DefaultMode: new(int32(readableByGroup))}
		} else {
			volume.ConfigMap = &corev1.ConfigMapVolumeSource{
				LocalObjectReference: corev1.LocalObjectReference{Name: name}, DefaultMode: new(int32(readableByGroup)),
			}
		}
		volumes = append(volumes, volume)
	}
	return volumes
}

func configMounts(c container) []corev1.VolumeMount {
	var mounts []corev1.VolumeMount
	for i, config := range c.config {
		if config.Path != "" {
			mounts = append(mounts, corev1.VolumeMount{Name: configVolumeName(c, i), MountPath: config.Path, ReadOnly: true})
		}
	}
	return mounts
}

func (p program) envFrom(c container) []corev1.EnvFromSource {
	var sources []corev1.EnvFromSource
	for _, config := range c.config {
		if config.Path != "" {
			continue
		}
		source := corev1.EnvFromSource{Prefix: config.Prefix}
		if kind, name := p.reference(c, config); kind == "Secret" {
			source.SecretRef = &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: name}}
		} else {
			source.ConfigMapRef = &corev1.ConfigMapEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: name}}
		}
		sources = append(sources, source)
	}
	return sources
}

// containers of the pod.
func (p program) containers() []container { return append([]container{p.main}, p.helpers()...) }

// configMaps of the values.
func (p program) configMaps() []*corev1.ConfigMap {
	var all []*corev1.ConfigMap
	for _, c := range p.containers() {
		for _, config := range c.config {
			if config.Values != nil {
				all = append(all, &corev1.ConfigMap{
					TypeMeta: typeMeta("v1", "ConfigMap"), ObjectMeta: p.metaOf(p.configName(c)), Data: maps.Clone(config.Values),
				})
			}
		}
	}
	return all
}

// configAnnotations make the pods roll with what they read.
func (p program) configAnnotations() map[string]string {
	if len(p.main.config)+len(p.sidecars)+len(p.init) == 0 {
		return nil
	}
	all := map[string]string{}
	if hash := hashOf(p.configMaps()); hash != "" {
		all[annotationConfig] = hash
	}
	var refs []string
	for _, c := range p.containers() {
		for _, config := range c.config {
			kind, name := p.reference(c, config)
			if ref := kind + "/" + name; config.RollOnChange && !slices.Contains(refs, ref) {
				refs = append(refs, ref)
			}
		}
	}
	if len(refs) > 0 {
		all[caisson.AnnotationRollOn] = strings.Join(refs, ", ")
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

// hashOf the data of ConfigMaps; nothing if there are none.
func hashOf(configMaps []*corev1.ConfigMap) string {
	if len(configMaps) == 0 {
		return ""
	}
	data := map[string]map[string]string{}
	for _, one := range configMaps {
		data[one.Name] = one.Data
	}
	text, _ := json.Marshal(data) //nolint:errchkjson // maps of text cannot fail
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
