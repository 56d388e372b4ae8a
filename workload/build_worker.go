package workload

import (
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/caissonhq/caisson"
)

// WorkerObjects is what a Worker is made of. Change the fields as you like before they are applied; nil fields are
// left out.
type WorkerObjects struct {
	ServiceAccount *corev1.ServiceAccount
	// ConfigMaps with the values of Config.
	ConfigMaps              []*corev1.ConfigMap
	Deployment              *appsv1.Deployment
	PodDisruptionBudget     *policyv1.PodDisruptionBudget
	HorizontalPodAutoscaler *autoscalingv2.HorizontalPodAutoscaler
}

// Build makes the objects of a worker. It talks to nothing, and gives the same for the same spec. The error is a list
// of field errors, each with the path of the field and what to write instead.
func (w Worker) Build() (*WorkerObjects, error) {
	p := w.program()
	if errs := w.validate(p); len(errs) > 0 {
		return nil, errs.ToAggregate()
	}
	return &WorkerObjects{
		ServiceAccount:          p.serviceAccount(),
		ConfigMaps:              p.configMaps(),
		Deployment:              p.deployment(),
		PodDisruptionBudget:     p.podDisruptionBudget(),
		HorizontalPodAutoscaler: p.horizontalPodAutoscaler(),
	}, nil
}

// All gives the objects that are not nil.
func (o *WorkerObjects) All() []caisson.Object {
	all := add(nil, o.ServiceAccount)
	all = add(all, o.ConfigMaps...)
	all = add(all, o.Deployment)
	all = add(all, o.PodDisruptionBudget)
	return add(all, o.HorizontalPodAutoscaler)
}

// Objects gives all that are not nil.
func (o *WorkerObjects) Objects() ([]caisson.Object, error) { return o.All(), nil }

// Requires metrics-server when there is a HorizontalPodAutoscaler.
func (o *WorkerObjects) Requires() []caisson.Requirement {
	return requireMetrics(o.HorizontalPodAutoscaler)
}

func (w Worker) validateSingleton() field.ErrorList {
	if !w.Singleton {
		return nil
	}
	var errs field.ErrorList
	if w.Autoscale != nil {
		errs = append(errs, field.Invalid(field.NewPath("autoscale"), field.OmitValueType{},
			"a singleton is one replica: leave it out, or leave out singleton"))
	}
	if w.Replicas != nil && *w.Replicas > 1 {
		errs = append(errs, field.Invalid(field.NewPath("replicas"), *w.Replicas,
			"a singleton is one replica: leave it out, or leave out singleton"))
	}
	return errs
}
