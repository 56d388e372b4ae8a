package workload

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Validate checks what holds the objects together, and what an assignment after Build can tear apart: the selectors
// still find the pods, the autoscaler its Deployment, and only one of the two says how many replicas there are.
func (o *ServerObjects) Validate() error {
	var errs field.ErrorList
	if o.Deployment == nil {
		return field.ErrorList{field.Required(field.NewPath("deployment"), "a server is nothing without it")}.ToAggregate()
	}
	pods := labels.Set(o.Deployment.Spec.Template.Labels)
	errs = append(errs, selects(field.NewPath("deployment", "spec", "selector"), o.Deployment.Spec.Selector, pods)...)
	if o.Service != nil {
		errs = append(errs, selects(field.NewPath("service", "spec", "selector"),
			&metav1.LabelSelector{MatchLabels: o.Service.Spec.Selector}, pods)...)
	}
	if o.PodDisruptionBudget != nil {
		errs = append(errs, selects(field.NewPath("podDisruptionBudget", "spec", "selector"),
			o.PodDisruptionBudget.Spec.Selector, pods)...)
	}
	if o.HorizontalPodAutoscaler != nil {
		if target := o.HorizontalPodAutoscaler.Spec.ScaleTargetRef; target.Name != o.Deployment.Name {
			errs = append(errs, field.Invalid(field.NewPath("horizontalPodAutoscaler", "spec", "scaleTargetRef", "name"),
				target.Name, fmt.Sprintf("must be the Deployment's name, %q", o.Deployment.Name)))
		}
		if replicas := o.Deployment.Spec.Replicas; replicas != nil {
			errs = append(errs, field.Invalid(field.NewPath("deployment", "spec", "replicas"), *replicas,
				"the HorizontalPodAutoscaler owns it: set this to nil, or the autoscaler to nil"))
		}
	}
	for i, object := range o.All() {
		if object.GetNamespace() != o.Deployment.Namespace {
			errs = append(errs, field.Invalid(field.NewPath("objects").Index(i).Child("metadata", "namespace"),
				object.GetNamespace(), fmt.Sprintf("must be the Deployment's, %q", o.Deployment.Namespace)))
		}
	}
	return errs.ToAggregate()
}

func selects(path *field.Path, selector *metav1.LabelSelector, pods labels.Set) field.ErrorList {
	parsed, err := metav1.LabelSelectorAsSelector(selector)
	if err != nil {
		return field.ErrorList{field.Invalid(path, selector, err.Error())}
	}
	if !parsed.Matches(pods) {
		return field.ErrorList{field.Invalid(path, parsed.String(),
			"does not select the pods of the Deployment, which carry "+pods.String())}
	}
	return nil
}
