package nodepool

import (
	"fmt"
	"math"
	"regexp"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// sizeName has the vCPUs and the GiB of a size in it: s-4vcpu-16gb-amd, g-2vcpu-8gb, so1_5-2vcpu-16gb.
var sizeName = regexp.MustCompile(`^[a-z0-9_.]+-([1-9][0-9]*)vcpu-([1-9][0-9]*)gb(-[a-z0-9-]+)?$`)

// podsPerNode is what DOKS sets as the kubelet's limit.
const podsPerNode = 110

// Capacity of a node of a size, read from its name.
func Capacity(size string) (corev1.ResourceList, error) {
	found := sizeName.FindStringSubmatch(size)
	if found == nil {
		return nil, fmt.Errorf("size %q: the name does not say how many vCPU and GiB it has, as s-4vcpu-16gb-amd does", size)
	}
	// 16 bits are more than any size has, and few enough for every product below.
	cpus, err := strconv.ParseInt(found[1], 10, 16)
	if err != nil {
		return nil, fmt.Errorf("size %q: %w", size, err)
	}
	gib, err := strconv.ParseInt(found[2], 10, 16)
	if err != nil {
		return nil, fmt.Errorf("size %q: %w", size, err)
	}
	return resources(cpus*1000, float64(gib), 12.5*float64(gib)), nil
}

// Allocatable is what pods on a node of a size can request together, about. Of the CPU 0.1 is kept back, of the memory
// 1 GiB of 2, 2 of 8, 3 of 16; sizes in between and above are estimated on the same line, rounded down.
//
// DigitalOcean's node pool template API tells the exact figures for a pool that exists. DOKS' own pods come out of what
// is allocatable as well: on every node about 0.5 CPU and 0.6 GiB, as public listings of nodes show.
func Allocatable(size string) (corev1.ResourceList, error) {
	capacity, err := Capacity(size)
	if err != nil {
		return nil, err
	}
	gib := float64(capacity.Memory().Value()) / (1 << 30)
	return resources(capacity.Cpu().MilliValue()-100, gib-kept(gib), 12.5*gib), nil
}

// kept GiB of a node's memory.
func kept(gib float64) float64 {
	switch {
	case gib <= 2:
		return gib / 2
	case gib <= 8:
		return 1 + (gib-2)/6
	default:
		return 2 + math.Ceil((gib-8)/8)
	}
}

func resources(milliCPU int64, gib, disk float64) corev1.ResourceList {
	const mib, gb = 1 << 20, 1000 * 1000 * 1000
	return corev1.ResourceList{
		// The name does not tell the disk; these are the Basic sizes': 50 GB, 100 GB with 8 GiB, 200 GB with 16 GiB.
		corev1.ResourceEphemeralStorage: *resource.NewQuantity(int64(max(50, disk))*gb, resource.DecimalSI),
		corev1.ResourceCPU:              *resource.NewMilliQuantity(milliCPU, resource.DecimalSI),
		corev1.ResourceMemory:           *resource.NewQuantity(int64(gib*1024)*mib, resource.BinarySI),
		corev1.ResourcePods:             *resource.NewQuantity(podsPerNode, resource.DecimalSI),
	}
}
