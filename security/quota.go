package security

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// DefaultQuota is for a namespace on the production pool, 3 nodes of 4 vCPU and 16 GiB. It holds an API and a bot at
// their 10 replicas (7.5 CPU and 15Gi requested, limits of 30 CPU and 30Gi) with room for rolling updates, keeps a
// quarter of the pool for others, and forbids NodePorts: they open a port on every node.
func DefaultQuota() corev1.ResourceList {
	return corev1.ResourceList{
		corev1.ResourceRequestsCPU:              resource.MustParse("9"),
		corev1.ResourceRequestsMemory:           resource.MustParse("28Gi"),
		corev1.ResourceLimitsCPU:                resource.MustParse("40"),
		corev1.ResourceLimitsMemory:             resource.MustParse("56Gi"),
		corev1.ResourceRequestsEphemeralStorage: resource.MustParse("20Gi"),
		corev1.ResourceLimitsEphemeralStorage:   resource.MustParse("100Gi"),
		corev1.ResourcePods:                     resource.MustParse("100"),
		corev1.ResourceServicesNodePorts:        resource.MustParse("0"),
		corev1.ResourceServicesLoadBalancers:    resource.MustParse("2"),
	}
}

// Limits of a container. The zero value of a list takes DefaultLimits'.
type Limits struct {
	// DefaultRequest of a container that asks for nothing.
	DefaultRequest corev1.ResourceList `json:"defaultRequest,omitempty"`
	// Default limit of a container that has none.
	Default corev1.ResourceList `json:"default,omitempty"`
	// Max that a container may have as its limit.
	Max corev1.ResourceList `json:"max,omitempty"`
}

// DefaultLimits give a container without any the needs of a small program, and let none have more than a node of the
// production pool can hold beside DOKS' own pods.
func DefaultLimits() Limits {
	return Limits{
		DefaultRequest: list("50m", "64Mi", "64Mi"),
		Default:        list("250m", "256Mi", "512Mi"),
		Max:            list("3", "12Gi", "20Gi"),
	}
}

func list(cpu, memory, storage string) corev1.ResourceList {
	return corev1.ResourceList{
		corev1.ResourceCPU:              resource.MustParse(cpu),
		corev1.ResourceMemory:           resource.MustParse(memory),
		corev1.ResourceEphemeralStorage: resource.MustParse(storage),
	}
}

func (l Limits) withDefaults() Limits {
	defaults := DefaultLimits()
	return Limits{
		DefaultRequest: merged(defaults.DefaultRequest, l.DefaultRequest),
		Default:        merged(defaults.Default, l.Default),
		Max:            merged(defaults.Max, l.Max),
	}
}

func merged(base, over corev1.ResourceList) corev1.ResourceList {
	maps.Copy(base, over.DeepCopy()) // a quantity of many digits points to them
	return base
}

func (n Namespace) resourceQuota() *corev1.ResourceQuota {
	return &corev1.ResourceQuota{
		TypeMeta:   typeMeta("v1", "ResourceQuota"),
		ObjectMeta: n.meta("quota"),
		Spec:       corev1.ResourceQuotaSpec{Hard: n.Quota},
	}
}

func (n Namespace) limitRange() *corev1.LimitRange {
	return &corev1.LimitRange{
		TypeMeta:   typeMeta("v1", "LimitRange"),
		ObjectMeta: n.meta("limits"),
		Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{{
			Type:           corev1.LimitTypeContainer,
			DefaultRequest: n.Limits.DefaultRequest,
			Default:        n.Limits.Default,
			Max:            n.Limits.Max,
		}}},
	}
}
