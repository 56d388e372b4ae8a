package nodepool

import (
	rbacv1 "k8s.io/api/rbac/v1"
)

// Rules are what a program that uses this package has to be allowed in the cluster: the first for a ClusterRole, the others for
// a Role in the namespace caisson-system, which has to exist then. DigitalOcean's kubeconfig allows everything, so they are for
// programs that run in the cluster. Upgrades lists more, the kinds of which a newer Kubernetes removes a version; what it may
// not list it names.
func Rules() (cluster, system []rbacv1.PolicyRule) {
	rule := func(group string, resources []string, verbs ...string) rbacv1.PolicyRule {
		return rbacv1.PolicyRule{APIGroups: []string{group}, Resources: resources, Verbs: verbs}
	}
	namespace := rule("", []string{"namespaces"}, "get")
	namespace.ResourceNames = []string{namespaceSystem}
	cluster = []rbacv1.PolicyRule{
		rule("", []string{"nodes"}, "list", "patch"),
		rule("", []string{"pods"}, "list"),
		rule("", []string{"pods/eviction"}, "create"),
		rule("", []string{"persistentvolumeclaims", "persistentvolumes"}, "get"),
		rule("apps", []string{"daemonsets"}, "list"),
		rule("policy", []string{"poddisruptionbudgets"}, "list"),
		rule("storage.k8s.io", []string{"csinodes"}, "get"),
		namespace,
	}
	system = []rbacv1.PolicyRule{
		rule("", []string{"configmaps"}, "list", "create", "update", "delete"),
		rule("coordination.k8s.io", []string{"leases"}, "get", "create", "update"),
	}
	return cluster, system
}
