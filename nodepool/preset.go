package nodepool

import (
	corev1 "k8s.io/api/core/v1"
)

// Preset is a pool for an environment, or for a kind of work.
type Preset string

// The default pools of the three environments, and the two that stand beside a default pool.
const (
	PresetProduction    Preset = "production"
	PresetStaging       Preset = "staging"
	PresetDev           Preset = "dev"
	PresetInterruptible Preset = "interruptible"
	PresetPrivate       Preset = "private"
)

// Presets from the largest, then those that stand beside them.
func Presets() []Preset {
	return []Preset{PresetProduction, PresetStaging, PresetDev, PresetInterruptible, PresetPrivate}
}

// Taints of the two presets that only work of their own kind may use. Pool.Placement tolerates them.
const (
	TaintInterruptible = "caisson.dev/interruptible"
	TaintPrivate       = "caisson.dev/private"
)

// Production is 3 nodes of 4 shared vCPU and 16 GiB.
func Production() Pool { return Pool{Preset: PresetProduction}.WithDefaults() }

// Staging is 2 nodes of 2 shared vCPU and 8 GiB.
func Staging() Pool { return Pool{Preset: PresetStaging}.WithDefaults() }

// Dev is 1 node of 1 shared vCPU and 2 GiB.
func Dev() Pool { return Pool{Preset: PresetDev}.WithDefaults() }

// Interruptible is for work that can wait and begin again: 0 to 3 nodes of 2 shared vCPU and 8 GiB, as many as there is work
// for, with a taint that keeps everything else away. DigitalOcean sells no spot nodes: what is saved is the time in which
// nothing runs. DOKS scales to zero only pools of clusters that have another pool with a node.
func Interruptible() Pool { return Pool{Preset: PresetInterruptible}.WithDefaults() }

// Private is for sensitive workloads in a cluster that others share: 2 nodes of 2 shared vCPU and 8 GiB with a taint that
// keeps everything else away. The nodes do have public addresses: a pool cannot be without. Only a whole cluster can
// (Cluster.IsolatedWorkers), from its creation on.
func Private() Pool { return Pool{Preset: PresetPrivate}.WithDefaults() }

// pool of a preset, without its name. The sizes and counts of the three environments are the recommendations that Caisson
// implements; those of the others are the smallest on which several pods of staging's profile fit.
func (p Preset) pool() Pool {
	switch p {
	case PresetProduction:
		return Pool{Size: "s-4vcpu-16gb-amd", Count: 3}
	case PresetStaging:
		return Pool{Size: "s-2vcpu-8gb-amd", Count: 2}
	case PresetDev:
		return Pool{Size: "s-1vcpu-2gb-intel", Count: 1}
	case PresetInterruptible:
		return Pool{Size: "s-2vcpu-8gb-amd", Autoscale: &Autoscale{Min: 0, Max: 3}, Taints: taint(TaintInterruptible)}
	case PresetPrivate:
		return Pool{Size: "s-2vcpu-8gb-amd", Count: 2, Taints: taint(TaintPrivate)}
	}
	return Pool{}
}

func taint(key string) []corev1.Taint {
	return []corev1.Taint{{Key: key, Value: "true", Effect: corev1.TaintEffectNoSchedule}}
}
