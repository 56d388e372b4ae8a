package main

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/caissonhq/caisson"
)

func podChecks() []check {
	return []check{
		{"kube-linter", "use-namespace", eachPod(func(_ world, one pods) string {
			if namespace := one.template.Namespace; namespace == "" || namespace == "default" {
				return "is in the namespace default"
			}
			return ""
		})},
		{"kube-linter", "default-service-account", eachPod(func(_ world, one pods) string {
			if name := one.template.Spec.ServiceAccountName; name == "" || name == "default" {
				return "has the service account of all pods"
			}
			return ""
		})},
		{"kube-linter", "non-existent-service-account", eachPod(func(w world, one pods) string {
			for _, account := range w.accounts {
				if account.Namespace == one.template.Namespace && account.Name == one.template.Spec.ServiceAccountName {
					return ""
				}
			}
			return "its service account is not there"
		})},
		{"polaris", "automountServiceAccountToken", eachPod(func(w world, one pods) string {
			if mounted(one.template.Spec.AutomountServiceAccountToken) {
				return "mounts a token, used or not"
			}
			for _, account := range w.accounts {
				if account.Name == one.template.Spec.ServiceAccountName && mounted(account.AutomountServiceAccountToken) {
					return "its service account mounts a token where a pod does not say"
				}
			}
			return ""
		})},
		{"polaris", "metadataAndInstanceMismatched", eachPod(func(_ world, one pods) string {
			if one.owner.GetLabels()[caisson.LabelInstance] != one.owner.GetName() {
				return "its label " + caisson.LabelInstance + " is not its name"
			}
			return ""
		})},
		{"polaris", "priorityClassNotSet", eachPod(func(_ world, one pods) string {
			if one.template.Spec.PriorityClassName == "" {
				return "has no priority class"
			}
			return ""
		})},
		{"kubescape", "C-0077 common labels", eachPod(func(_ world, one pods) string {
			for _, label := range []string{caisson.LabelName, caisson.LabelInstance, caisson.LabelManagedBy} {
				if one.owner.GetLabels()[label] == "" || one.template.Labels[label] == "" {
					return "has no label " + label
				}
			}
			return ""
		})},
		{"kube-linter", "non-isolated-pod", eachPod(func(w world, one pods) string {
			ways := map[networkingv1.PolicyType]bool{}
			for _, policy := range w.policies {
				selected, err := selects(policy.Namespace, &policy.Spec.PodSelector, []pods{one})
				if err == nil && len(selected) > 0 {
					for _, way := range policy.Spec.PolicyTypes {
						ways[way] = true
					}
				}
			}
			if len(ways) < 2 {
				return "some traffic is denied by nothing"
			}
			return ""
		})},
		{"polaris", "topologySpreadConstraint", eachPod(func(_ world, one pods) string {
			if one.owner.GetKind() == "Deployment" && len(one.template.Spec.TopologySpreadConstraints) == 0 {
				return "all pods can be on one node"
			}
			return ""
		})},
		{"caisson", "emptyDir has a size limit", eachPod(func(_ world, one pods) string {
			for _, volume := range one.template.Spec.Volumes {
				if volume.EmptyDir != nil && volume.EmptyDir.SizeLimit == nil {
					return "volume " + volume.Name + " can fill the node"
				}
			}
			return ""
		})},
	}
}

func mounted(automount *bool) bool { return automount == nil || *automount }

// portsOf all containers, by name.
func portsOf(one pods) map[string]int32 {
	ports := map[string]int32{}
	for _, containers := range [][]corev1.Container{one.template.Spec.InitContainers, one.template.Spec.Containers} {
		for _, container := range containers {
			for _, port := range container.Ports {
				ports[port.Name] = port.ContainerPort
			}
		}
	}
	return ports
}

func sortedPorts(one pods) []int32 { return slices.Sorted(maps.Values(portsOf(one))) }
