package environment

import (
	"maps"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/caissonhq/caisson"
)

// demand of a workload: how many pods there always are, how many there can be, and how many more while it is updated.
type demand struct {
	least, most, surge int32
	autoscaled         bool
	spec               corev1.PodSpec
	claims             []corev1.PersistentVolumeClaim
	// requests and limits of one pod; requests count the pod itself too.
	requests, limits corev1.ResourceList
}

// demandOf the objects that a workload becomes.
func demandOf(objects []caisson.Object) demand {
	var d demand
	for _, object := range objects {
		switch object := object.(type) {
		case *appsv1.Deployment:
			d.spec, d.least, d.most = object.Spec.Template.Spec, 1, 1
			if object.Spec.Replicas != nil {
				d.least, d.most = *object.Spec.Replicas, *object.Spec.Replicas
			}
			if object.Spec.Strategy.Type == appsv1.RollingUpdateDeploymentStrategyType {
				d.surge = 1 // as workload builds them
			}
		case *autoscalingv2.HorizontalPodAutoscaler: // comes after its Deployment
			d.least, d.most, d.autoscaled = *object.Spec.MinReplicas, object.Spec.MaxReplicas, true
		case *appsv1.StatefulSet:
			d.spec, d.least, d.most = object.Spec.Template.Spec, *object.Spec.Replicas, *object.Spec.Replicas
			d.claims = object.Spec.VolumeClaimTemplates
		case *batchv1.Job:
			d.spec, d.least, d.most = object.Spec.Template.Spec, 1, 1
		case *batchv1.CronJob:
			d.spec, d.least, d.most = object.Spec.JobTemplate.Spec.Template.Spec, 1, 1
			if object.Spec.Suspend != nil && *object.Spec.Suspend {
				d.least = 0
			}
		}
	}
	d.requests = sum(d.spec, func(c corev1.Container) corev1.ResourceList { return c.Resources.Requests })
	d.requests[corev1.ResourcePods] = *resource.NewQuantity(1, resource.DecimalSI)
	d.limits = sum(d.spec, func(c corev1.Container) corev1.ResourceList { return c.Resources.Limits })
	return d
}

// sum of what the containers of a pod have, as Kubernetes reckons: the containers and sidecars together, or more if an
// init container and the sidecars started before it have more.
func sum(spec corev1.PodSpec, of func(corev1.Container) corev1.ResourceList) corev1.ResourceList {
	sidecars, most := corev1.ResourceList{}, corev1.ResourceList{}
	for _, container := range spec.InitContainers {
		if container.RestartPolicy != nil {
			add(sidecars, of(container))
			continue
		}
		starting := maps.Clone(sidecars)
		add(starting, of(container))
		larger(most, starting)
	}
	for _, container := range spec.Containers {
		add(sidecars, of(container))
	}
	larger(most, sidecars)
	return most
}

func add(to, more corev1.ResourceList) {
	for name, quantity := range more {
		total := to[name].DeepCopy()
		total.Add(quantity)
		to[name] = total
	}
}

func larger(to, than corev1.ResourceList) {
	for name, quantity := range than {
		if left := to[name]; quantity.Cmp(left) > 0 {
			to[name] = quantity
		}
	}
}
