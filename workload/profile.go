package workload

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Profile fits a workload to an environment. The zero value is Production.
type Profile string

const (
	// Production has 2 to 10 replicas at 70 % CPU and 80 % memory, and a disruption budget.
	Production Profile = "production"
	// Staging is Production with 1 to 3 replicas, so that the same behaviour can be seen for less.
	Staging Profile = "staging"
	// Dev has 1 replica, no autoscaling unless asked for, no budget, and requests that fit a node of 1 vCPU and 2 GiB.
	Dev Profile = "dev"
)

// Profiles in the order of their size.
func Profiles() []Profile { return []Profile{Production, Staging, Dev} }

// Preset is a kind of program with known needs. The zero value is API.
type Preset string

const (
	// API answers requests: APIResources.
	API Preset = "api"
	// Bot works on what it is sent, and needs about twice an API's: BotResources.
	Bot Preset = "bot"
)

// Presets by name.
func Presets() []Preset { return []Preset{API, Bot} }

// APIResources are requests of 250m CPU and 512Mi memory, limits of 1 CPU and 1Gi.
func APIResources() corev1.ResourceRequirements { return resources("250m", "512Mi", "1", "1Gi") }

// BotResources are requests of 500m CPU and 1Gi memory, limits of 2 CPU and 2Gi.
func BotResources() corev1.ResourceRequirements { return resources("500m", "1Gi", "2", "2Gi") }

// DevResources are requests of 25m CPU and 64Mi memory, limits of 250m and 256Mi. An s-1vcpu-2gb-intel node has about
// 900m CPU and 1Gi to allocate, of which DOKS' own pods request the larger part.
func DevResources() corev1.ResourceRequirements { return resources("25m", "64Mi", "250m", "256Mi") }

// Ephemeral storage covers the writable folders and the logs that a container leaves on its node. Without a limit one
// workload can fill the disk of a node and have all others evicted.
const (
	ephemeralRequest = "64Mi"
	ephemeralLimit   = "512Mi"
)

func resources(cpu, memory, cpuLimit, memoryLimit string) corev1.ResourceRequirements {
	return corev1.ResourceRequirements{
		Requests: corev1.ResourceList{
			corev1.ResourceCPU:              resource.MustParse(cpu),
			corev1.ResourceMemory:           resource.MustParse(memory),
			corev1.ResourceEphemeralStorage: resource.MustParse(ephemeralRequest),
		},
		Limits: corev1.ResourceList{
			corev1.ResourceCPU:              resource.MustParse(cpuLimit),
			corev1.ResourceMemory:           resource.MustParse(memoryLimit),
			corev1.ResourceEphemeralStorage: resource.MustParse(ephemeralLimit),
		},
	}
}

// Autoscale sets the bounds and targets of a HorizontalPodAutoscaler. The zero value of a field takes the profile's.
type Autoscale struct {
	// Min replicas, at least 1. Default 2 in production, 1 in staging and dev.
	Min int32 `json:"min,omitempty"`
	// Max replicas, more than Min. Default 10 in production, 3 in staging and dev.
	Max int32 `json:"max,omitempty"`
	// CPUPercent of the requests that a replica shall use on average. Default 70.
	CPUPercent int32 `json:"cpuPercent,omitempty"`
	// MemoryPercent of the requests that a replica shall use on average. Default 80.
	MemoryPercent int32 `json:"memoryPercent,omitempty"`
}

func (p Profile) autoscale() Autoscale {
	bounds := Autoscale{Min: 2, Max: 10, CPUPercent: 70, MemoryPercent: 80}
	if p != Production {
		bounds.Min, bounds.Max = 1, 3
	}
	return bounds
}

func (p Profile) resources(preset Preset) corev1.ResourceRequirements {
	switch {
	case p == Dev:
		return DevResources()
	case preset == Bot:
		return BotResources()
	default:
		return APIResources()
	}
}
