package main

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// clusterChecks are of what stands beside the pods.
func clusterChecks() []check {
	return []check{
		{"kube-linter", "dangling-service and invalid-target-ports", func(w world) map[string]string {
			found := map[string]string{}
			for _, service := range w.services {
				behind, err := selects(service.Namespace, &metav1.LabelSelector{MatchLabels: service.Spec.Selector}, w.pods)
				if err != nil || len(behind) == 0 {
					found["Service "+service.Namespace+"/"+service.Name] = "selects no pods"
					continue
				}
				for _, port := range service.Spec.Ports {
					if !open(behind[0], port.TargetPort) {
						found["Service "+service.Namespace+"/"+service.Name] = "no pod listens on " + port.TargetPort.String()
					}
				}
			}
			return found
		}},
		{"kube-linter", "exposed-services", func(w world) map[string]string {
			found := map[string]string{}
			for _, service := range w.services {
				if service.Spec.Type != corev1.ServiceTypeClusterIP && service.Spec.Type != "" {
					found["Service "+service.Namespace+"/"+service.Name] = "can be reached from outside"
				}
			}
			return found
		}},
		{"polaris", "missingNetworkPolicy", func(w world) map[string]string {
			found := map[string]string{}
			for _, policy := range w.policies {
				if len(policy.Spec.PodSelector.MatchLabels) > 1 || len(policy.Spec.PodSelector.MatchExpressions) > 0 {
					found["NetworkPolicy "+policy.Namespace+"/"+policy.Name] = "does not count: it selects by more than one label"
				}
			}
			return found
		}},
		{"kube-linter", "pdb-max-unavailable and pdb-unhealthy-pod-eviction-policy", func(w world) map[string]string {
			found := map[string]string{}
			for _, budget := range w.budgets {
				name := "PodDisruptionBudget " + budget.Namespace + "/" + budget.Name
				if most := budget.Spec.MaxUnavailable; most == nil || most.String() == "0" || most.String() == "0%" {
					found[name] = "blocks every drain"
				}
				if policy := budget.Spec.UnhealthyPodEvictionPolicy; policy == nil || *policy != policyv1.AlwaysAllow {
					found[name] = "a broken pod blocks every drain"
				}
			}
			return found
		}},
		{"polaris", "hpaMinAvailability", func(w world) map[string]string {
			found := map[string]string{}
			for _, scaler := range w.autoscalers {
				if scaler.Spec.MinReplicas == nil || *scaler.Spec.MinReplicas < 2 {
					found["HorizontalPodAutoscaler "+scaler.Namespace+"/"+scaler.Name] = "one replica is none while it restarts"
				}
			}
			return found
		}},
		{"polaris", "hpaMaxAvailability", func(w world) map[string]string {
			found := map[string]string{}
			for _, scaler := range w.autoscalers {
				if least := scaler.Spec.MinReplicas; least != nil && scaler.Spec.MaxReplicas <= *least {
					found["HorizontalPodAutoscaler "+scaler.Namespace+"/"+scaler.Name] = "has no room to scale"
				}
			}
			return found
		}},
		{"kube-linter", "dangling-horizontalpodautoscaler", func(w world) map[string]string {
			found := map[string]string{}
			for _, scaler := range w.autoscalers {
				target := scaler.Spec.ScaleTargetRef
				if !slices.ContainsFunc(w.pods, func(one pods) bool {
					return one.owner.GetKind() == target.Kind && one.owner.GetName() == target.Name &&
						one.owner.GetNamespace() == scaler.Namespace
				}) {
					found["HorizontalPodAutoscaler "+scaler.Namespace+"/"+scaler.Name] = "scales nothing"
				}
			}
			return found
		}},
		{"polaris", "sensitiveConfigmapContent", func(w world) map[string]string {
			found := map[string]string{}
			for _, object := range w.of("ConfigMap") {
				data, _ := object.Object["data"].(map[string]any)
				for key := range data {
					if secretive.MatchString(key) {
						found[named(object)] = key + " belongs into a Secret"
					}
				}
			}
			return found
		}},
		{"kube-linter", "wildcard-in-rules", rules(func(rule rbacv1.PolicyRule) string {
			for _, list := range [][]string{rule.APIGroups, rule.Resources, rule.Verbs} {
				if slices.Contains(list, "*") {
					return "grants what nobody has named"
				}
			}
			return ""
		})},
		{"kube-linter", "access-to-secrets", rules(func(rule rbacv1.PolicyRule) string {
			if slices.Contains(rule.Resources, "secrets") && len(rule.ResourceNames) == 0 {
				return "reads every Secret"
			}
			return ""
		})},
		{"polaris", "rolePodExecAttach and clusterrolePodExecAttach", rules(func(rule rbacv1.PolicyRule) string {
			if slices.Contains(rule.Resources, "pods/exec") || slices.Contains(rule.Resources, "pods/attach") {
				return "runs commands in pods"
			}
			return ""
		})},
		{"kube-linter", "cluster-admin-role-binding", func(w world) map[string]string {
			found := map[string]string{}
			for _, binding := range w.bindings {
				if binding.RoleRef.Name == "cluster-admin" {
					found["ClusterRoleBinding "+binding.Name] = "grants everything"
				}
			}
			return found
		}},
		{"kubescape", "Pod Security admission is on", func(w world) map[string]string {
			found := map[string]string{}
			for _, namespace := range w.of("Namespace") {
				if namespace.GetLabels()["pod-security.kubernetes.io/enforce"] != "restricted" {
					found[named(namespace)] = "takes pods that are not restricted"
				}
			}
			return found
		}},
	}
}

// rules makes a check of one that looks at rules of roles.
func rules(look func(rule rbacv1.PolicyRule) string) func(w world) map[string]string {
	return func(w world) map[string]string {
		all := map[string][]rbacv1.PolicyRule{}
		for _, role := range w.roles {
			all["Role "+role.Namespace+"/"+role.Name] = role.Rules
		}
		for _, role := range w.clusters {
			all["ClusterRole "+role.Name] = role.Rules
		}
		found := map[string]string{}
		for name, rules := range all {
			for _, rule := range rules {
				if detail := look(rule); detail != "" {
					found[name] = detail
				}
			}
		}
		return found
	}
}
