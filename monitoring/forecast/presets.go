package forecast

import (
	"maps"
	"slices"
)

// presets by name.
func presets() map[string]func() Resource {
	return map[string]func() Resource{
		"cpu": CPU, "memory": Memory, "pods": Pods, "volumes": Volumes, "cpu-use": CPUUse, "memory-use": MemoryUse,
	}
}

// Presets are the names that the Preset of a Resource can have.
func Presets() []string { return slices.Sorted(maps.Keys(presets())) }

// DefaultResources are what a cluster can run out of: the CPU and memory that pods may request, the pods that nodes take, and
// the space of volumes.
func DefaultResources() []Resource { return []Resource{CPU(), Memory(), Pods(), Volumes()} }

const (
	// active pods take up room on nodes, or wait for it. Several replicas of kube-state-metrics tell each of them once.
	active = `max by (namespace, pod) (kube_pod_status_phase{phase=~"Pending|Running"} == 1)`
	// node drops the labels of the scrape, so that a restart of kube-state-metrics counts no node twice.
	node = `max by (node) `
)

func requests(name string) string {
	return `sum(max by (namespace, pod, container) (kube_pod_container_resource_requests{resource="` + name +
		`"}) * on (namespace, pod) group_left () ` + active + `)`
}

func allocatable(name string) string {
	return `sum(` + node + `(kube_node_status_allocatable{resource="` + name + `"}))`
}

// CPU is what pods that run or wait have requested, against what nodes can allocate: when it runs out, no more pods are
// scheduled, whatever is used. It needs kube-state-metrics.
func CPU() Resource {
	return Resource{Name: "CPU requests", Unit: Cores, Use: requests("cpu"), CapacityQuery: allocatable("cpu")}
}

// Memory is the same of memory.
func Memory() Resource {
	return Resource{Name: "Memory requests", Unit: Bytes, Use: requests("memory"), CapacityQuery: allocatable("memory")}
}

// Pods is the number of pods that run or wait, against what nodes take: 110 each on DOKS. It needs kube-state-metrics.
func Pods() Resource {
	return Resource{Name: "Pods", Unit: PodCount, Use: `count(` + active + `)`, CapacityQuery: allocatable("pods")}
}

// Volumes is the space used in each volume that a pod has mounted, by namespace and claim. It needs the kubelet's metrics.
func Volumes() Resource {
	by := `max by (namespace, persistentvolumeclaim) `
	return Resource{
		Name: "Volume", Unit: Bytes, Use: by + `(kubelet_volume_stats_used_bytes)`,
		CapacityQuery: by + `(kubelet_volume_stats_capacity_bytes)`,
	}
}

// CPUUse is the CPU that containers really use, against what nodes can allocate. It needs cAdvisor's metrics beside
// kube-state-metrics.
func CPUUse() Resource {
	return Resource{
		Name: "CPU use", Unit: Cores, CapacityQuery: allocatable("cpu"),
		Use: `sum(max by (namespace, pod, container) (rate(container_cpu_usage_seconds_total{container!=""}[5m])))`,
	}
}

// MemoryUse is the working set of all containers: what counts before one is killed for memory.
func MemoryUse() Resource {
	return Resource{
		Name: "Memory use", Unit: Bytes, CapacityQuery: allocatable("memory"),
		Use: `sum(max by (namespace, pod, container) (container_memory_working_set_bytes{container!=""}))`,
	}
}
