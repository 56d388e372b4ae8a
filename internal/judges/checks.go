package main

import (
	"fmt"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
)

// world is a set in Kubernetes' types.
type world struct {
	set

	pods        []pods
	accounts    []corev1.ServiceAccount
	services    []corev1.Service
	policies    []networkingv1.NetworkPolicy
	budgets     []policyv1.PodDisruptionBudget
	autoscalers []autoscalingv2.HorizontalPodAutoscaler
	roles       []rbacv1.Role
	clusters    []rbacv1.ClusterRole
	bindings    []rbacv1.ClusterRoleBinding
}

// check is one that a judge makes which cannot be run here: kube-linter, polaris and kubescape are not on the Go module
// proxy. It has that judge's name of it, and says what is wrong with each object, by the object's name.
type check struct {
	judge, name string
	find        func(w world) map[string]string
}

// What no check here holds, because it contradicts other judges or sense: polaris' deploymentMissingReplicas and
// kube-linter's minimum-three-replicas (kube-score refuses replicas beside an autoscaler), kube-linter's
// hpa-minimum-three-replicas (the API's default is 2) and priority-class-name (wants system classes), kubescape's C-0211
// (SELinux, which DOKS' nodes do not have), C-0076 (bare labels like "owner") and C-0256 (whatever is exposed at all).
func checks() []check {
	return append(append(podChecks(), containerChecks()...), clusterChecks()...)
}

func newWorld(s set) (world, error) {
	w := world{set: s}
	var err error
	for _, step := range []func() error{
		func() error { w.pods, err = s.workloads(); return err },
		func() error { w.accounts, err = decode[corev1.ServiceAccount](s, "ServiceAccount"); return err },
		func() error { w.services, err = decode[corev1.Service](s, "Service"); return err },
		func() error { w.policies, err = s.policies(); return err },
		func() error {
			w.budgets, err = decode[policyv1.PodDisruptionBudget](s, "PodDisruptionBudget")
			return err
		},
		func() error {
			w.autoscalers, err = decode[autoscalingv2.HorizontalPodAutoscaler](s, "HorizontalPodAutoscaler")
			return err
		},
		func() error { w.roles, err = decode[rbacv1.Role](s, "Role"); return err },
		func() error { w.clusters, err = decode[rbacv1.ClusterRole](s, "ClusterRole"); return err },
		func() error { w.bindings, err = decode[rbacv1.ClusterRoleBinding](s, "ClusterRoleBinding"); return err },
	} {
		if err := step(); err != nil {
			return w, err
		}
	}
	return w, nil
}

// held runs all checks.
func held(s set) ([]finding, error) {
	w, err := newWorld(s)
	if err != nil {
		return nil, err
	}
	var found []finding
	for _, check := range checks() {
		for object, detail := range check.find(w) {
			found = append(found, finding{judge: check.judge, check: check.name, object: object, detail: detail})
		}
	}
	return found, nil
}

// eachPod makes a check of one that looks at pods. It says nothing about those that are well.
func eachPod(look func(w world, one pods) string) func(w world) map[string]string {
	return func(w world) map[string]string {
		found := map[string]string{}
		for _, one := range w.pods {
			if detail := look(w, one); detail != "" {
				found[named(one.owner)] = detail
			}
		}
		return found
	}
}

// eachContainer makes a check of one that looks at containers, also those that run first or beside.
func eachContainer(look func(one pods, container corev1.Container) string) func(w world) map[string]string {
	return eachPod(func(_ world, one pods) string {
		spec := one.template.Spec
		for _, containers := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
			for _, container := range containers {
				if detail := look(one, container); detail != "" {
					return fmt.Sprintf("container %s: %s", container.Name, detail)
				}
			}
		}
		return ""
	})
}
