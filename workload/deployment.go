package workload

import (
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

const (
	// progressSeconds after which a rollout without progress counts as failed.
	progressSeconds = 300
	revisionHistory = 5
	// settleSeconds that a pod without a readiness probe must run before a rollout goes on: a program that cannot start
	// ends sooner, and the old one stays.
	settleSeconds = 10
)

func (p program) deployment() *appsv1.Deployment {
	d := &appsv1.Deployment{
		TypeMeta:   typeMeta("apps/v1", "Deployment"),
		ObjectMeta: p.meta(),
		Spec: appsv1.DeploymentSpec{
			Replicas:                p.fixedReplicas(),
			Selector:                &metav1.LabelSelector{MatchLabels: p.selector()},
			Strategy:                p.strategy(),
			ProgressDeadlineSeconds: new(int32(progressSeconds)),
			RevisionHistoryLimit:    new(int32(revisionHistory)),
			Template:                p.template(),
		},
	}
	if p.listener == nil {
		d.Spec.MinReadySeconds = settleSeconds
	}
	return d
}

func (p program) strategy() appsv1.DeploymentStrategy {
	if p.singleton { // two at once would do everything twice
		return appsv1.DeploymentStrategy{Type: appsv1.RecreateDeploymentStrategyType}
	}
	return appsv1.DeploymentStrategy{
		Type: appsv1.RollingUpdateDeploymentStrategyType,
		RollingUpdate: &appsv1.RollingUpdateDeployment{
			MaxUnavailable: new(intstr.FromInt32(0)),
			MaxSurge:       new(intstr.FromInt32(1)),
		},
	}
}

// fixedReplicas is nil when an autoscaler owns the number: writing it would undo every scaling.
func (p program) fixedReplicas() *int32 {
	if p.autoscale != nil {
		return nil
	}
	return new(*p.replicas)
}
