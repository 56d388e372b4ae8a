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
	// Preset gives Size, Count, Autoscale and Taints where they are not given: production, staging, dev, interruptible or
	// private.
	Preset Preset `json:"preset,omitempty"`
	// Size is DigitalOcean's name of it: "s-4vcpu-16gb-amd". It cannot be changed on a running pool: Rotate replaces the pool.
	Size string `json:"size,omitempty"`
	// Count of nodes, at least 1. With Autoscale it is what a new pool begins with, by default the preset's count within the
	// bounds; a running pool is not resized then.
	Count int `json:"count,omitempty"`
	// Autoscale has DOKS choose the count, within bounds. Default: the preset's, unless Count is given.
	Autoscale *Autoscale `json:"autoscale,omitempty"`
	// Labels of the nodes, beside caisson.dev/pool.
	Labels map[string]string `json:"labels,omitempty"`
	// Taints of the nodes. Default: the preset's.
	Taints []corev1.Taint `json:"taints,omitempty"`
	// Tags of the nodes' Droplets at DigitalOcean, by which its firewalls and alerts choose, beside those of DOKS and Caisson.
	Tags []string `json:"tags,omitempty"`
}

// Autoscale is the bounds of DOKS' cluster autoscaler, which adds a node while pods are pending for want of one, and removes
// nodes that are not needed (Cluster.Autoscaler).
type Autoscale struct {
	// Min nodes. 0 is possible while another pool of the cluster has a node.
	Min int `json:"min"`
	// Max nodes, at least 1 and not below Min.
	Max int `json:"max"`
}

// WithDefaults fills in what the preset says.
func (p Pool) WithDefaults() Pool {
	preset := p.Preset.pool()
	p.Name = cmp.Or(p.Name, string(p.Preset))
	p.Size = cmp.Or(p.Size, preset.Size)
	if p.Autoscale == nil && p.Count == 0 {
		p.Autoscale = preset.Autoscale
	}
	if p.Autoscale != nil {
		bounds := *p.Autoscale
		p.Autoscale = &bounds
		if p.Count == 0 {
			p.Count = bounds.clamp(preset.Count)
		}
	}
	p.Count = cmp.Or(p.Count, preset.Count)
	if p.Taints == nil {
		p.Taints = preset.Taints
	}
	p.Labels = maps.Clone(p.Labels)
	p.Taints = clonedTaints(p.Taints)
	p.Tags = slices.Clone(p.Tags)
	return p
}

// clamp a count into the bounds.
func (a Autoscale) clamp(count int) int { return max(a.Min, min(count, a.Max)) }

// clonedTaints share nothing with the given ones: a taint can point to the time when it was added.
func clonedTaints(taints []corev1.Taint) []corev1.Taint {
	all := slices.Clone(taints)
	for i := range all {
		all[i].TimeAdded = all[i].TimeAdded.DeepCopy()
	}
	return all
}

// MaxCount is how many nodes the pool can have: Count, or what its autoscaler may make of it.
func (p Pool) MaxCount() int {
	p = p.WithDefaults()
	if p.Autoscale != nil {
		return p.Autoscale.Max
	}
	return p.Count
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

// String is the pool in a line, as it would be: "production: 3 x s-4vcpu-16gb-amd", "interruptible: 0 to 3 x s-2vcpu-8gb-amd".
func (p Pool) String() string {
	p = p.WithDefaults()
	if p.Autoscale != nil {
		return fmt.Sprintf("%s: %d to %d x %s", p.Name, p.Autoscale.Min, p.Autoscale.Max, p.Size)
	}
	return fmt.Sprintf("%s: %d x %s", p.Name, p.Count, p.Size)
}
