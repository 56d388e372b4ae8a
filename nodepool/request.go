package nodepool

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// requests of a pod as the scheduler counts them: its containers and native sidecars together, or the largest init container
// beside the sidecars, whichever is more.
func requests(pod *corev1.Pod) corev1.ResourceList {
	sum, sidecars, init := corev1.ResourceList{}, corev1.ResourceList{}, corev1.ResourceList{}
	for i := range pod.Spec.InitContainers {
		container := &pod.Spec.InitContainers[i]
		if policy := container.RestartPolicy; policy != nil && *policy == corev1.ContainerRestartPolicyAlways {
			add(sidecars, container.Resources.Requests)
			init = most(init, sidecars)
			continue
		}
		beside := sidecars.DeepCopy()
		add(beside, container.Resources.Requests)
		init = most(init, beside)
	}
	for i := range pod.Spec.Containers {
		add(sum, pod.Spec.Containers[i].Resources.Requests)
	}
	add(sum, sidecars)
	return most(sum, init)
}

func add(to, more corev1.ResourceList) {
	for name, quantity := range more {
		sum := to[name]
		sum.Add(quantity)
		to[name] = sum
	}
}

// most of each resource.
func most(a, b corev1.ResourceList) corev1.ResourceList {
	all := corev1.ResourceList{}
	maps.Copy(all, a)
	for name, quantity := range b {
		if have := all[name]; quantity.Cmp(have) > 0 {
			all[name] = quantity
		}
	}
	return all
}

// needs of a pod from its node: what it requests, and a place.
func needs(pod *corev1.Pod) corev1.ResourceList {
	need := requests(pod)
	need[corev1.ResourcePods] = *resource.NewQuantity(1, resource.DecimalSI)
	return need
}
