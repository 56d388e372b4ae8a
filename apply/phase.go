package apply

import "k8s.io/apimachinery/pkg/runtime/schema"

// phase of a kind: what others need comes first. Deletion goes the other way.
type phase int

const (
	phaseFoundation    phase = iota // CRDs and namespaces
	phaseRules                      // classes, policies, access
	phaseConfiguration              // what workloads read and are reached by
	phaseWorkload                   // everything else
	phaseCount
)

func phaseOf(kind schema.GroupKind) phase {
	switch kind.Group {
	case "apiextensions.k8s.io":
		return phaseFoundation
	case "rbac.authorization.k8s.io", "networking.k8s.io", "storage.k8s.io", "scheduling.k8s.io",
		"admissionregistration.k8s.io", "policy", "cilium.io":
		if kind.Kind == "Ingress" {
			return phaseWorkload
		}
		return phaseRules
	case "":
		switch kind.Kind {
		case "Namespace":
			return phaseFoundation
		case "ServiceAccount", "ResourceQuota", "LimitRange":
			return phaseRules
		case "ConfigMap", "Secret", "PersistentVolumeClaim", "PersistentVolume", "Service":
			return phaseConfiguration
		}
	}
	return phaseWorkload
}
