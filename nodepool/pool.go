package nodepool

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/caissonhq/caisson"
)

// Pool is a group of nodes of one size.
type Pool struct {
	// Name of the pool, a DNS label of at most 40 characters: DOKS makes the names of nodes from it. Default: the
	// preset's name.
	Name string `json:"name,omitempty"`
	// Preset gives Size and Count where they are not given: production, staging or dev.
	Preset Preset `json:"preset,omitempty"`
	// Size is DigitalOcean's name of it: "s-4vcpu-16gb-amd". It cannot be changed on a running pool.
	Size string `json:"size,omitempty"`
	// Count of nodes, at least 1.
	Count int `json:"count,omitempty"`
	// Labels of the nodes, beside caisson.dev/pool.
	Labels map[string]string `json:"labels,omitempty"`
	// Taints of the nodes.
	Taints []corev1.Taint `json:"taints,omitempty"`
}

// Preset is the default pool of an environment.
type Preset string

// Presets of the three environments.
const (
	PresetProduction Preset = "production"
	PresetStaging    Preset = "staging"
	PresetDev        Preset = "dev"
)

// Presets from the largest.
func Presets() []Preset { return []Preset{PresetProduction, PresetStaging, PresetDev} }

// Production is 3 nodes of 4 shared vCPU and 16 GiB.
func Production() Pool { return Pool{Preset: PresetProduction}.WithDefaults() }

// Staging is 2 nodes of 2 shared vCPU and 8 GiB.
func Staging() Pool { return Pool{Preset: PresetStaging}.WithDefaults() }

// Dev is 1 node of 1 shared vCPU and 2 GiB.
func Dev() Pool { return Pool{Preset: PresetDev}.WithDefaults() }

// WithDefaults fills in what the preset says.
func (p Pool) WithDefaults() Pool {
	var size string
	var count int
	switch p.Preset {
	case PresetProduction:
		size, count = "s-4vcpu-16gb-amd", 3
	case PresetStaging:
		size, count = "s-2vcpu-8gb-amd", 2
	case PresetDev:
		size, count = "s-1vcpu-2gb-intel", 1
	}
	p.Name = cmp.Or(p.Name, string(p.Preset))
	p.Size = cmp.Or(p.Size, size)
	p.Count = cmp.Or(p.Count, count)
	p.Labels = maps.Clone(p.Labels)
	p.Taints = clonedTaints(p.Taints)
	return p
}

// clonedTaints share nothing with the given ones: a taint can point to the time when it was added.
func clonedTaints(taints []corev1.Taint) []corev1.Taint {
	all := slices.Clone(taints)
	for i := range all {
		all[i].TimeAdded = all[i].TimeAdded.DeepCopy()
	}
	return all
}

// Placement has pods run on the nodes of this pool alone, whatever taints they carry.
func (p Pool) Placement() caisson.Placement {
	p = p.WithDefaults()
	placement := caisson.Placement{NodeSelector: map[string]string{caisson.LabelPool: p.Name}}
	for _, taint := range p.Taints {
		placement.Tolerations = append(placement.Tolerations, corev1.Toleration{
			Key: taint.Key, Operator: corev1.TolerationOpEqual, Value: taint.Value, Effect: taint.Effect,
		})
	}
	return placement
}

// String is the pool in a line, as it would be: "production: 3 x s-4vcpu-16gb-amd".
func (p Pool) String() string {
	p = p.WithDefaults()
	return fmt.Sprintf("%s: %d x %s", p.Name, p.Count, p.Size)
}
