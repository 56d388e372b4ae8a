package workload

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Validate checks what holds the objects together, and what an assignment after Build can tear apart: the selectors
// still find the pods, the Service their ports, the autoscaler its Deployment, and only one of the two says how many
// replicas there are. What hardens the pods is the caller's to change, and is not checked again: their namespace is
// there to refuse what it does not allow.
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
		path := field.NewPath("horizontalPodAutoscaler", "spec", "scaleTargetRef")
		target := o.HorizontalPodAutoscaler.Spec.ScaleTargetRef
		if target.Name != o.Deployment.Name {
			errs = append(errs, field.Invalid(path.Child("name"), target.Name,
				fmt.Sprintf("must be the Deployment's name, %q", o.Deployment.Name)))
		}
		if target.Kind != "Deployment" {
			errs = append(errs, field.Invalid(path.Child("kind"), target.Kind, "must be Deployment"))
		}
		if replicas := o.Deployment.Spec.Replicas; replicas != nil {
			errs = append(errs, field.Invalid(field.NewPath("deployment", "spec", "replicas"), *replicas,
				"the HorizontalPodAutoscaler owns it: set this to nil, or the autoscaler to nil"))
		}
	}
	for _, object := range o.All() {
		if object.GetNamespace() != o.Deployment.Namespace {
			kind := object.GetObjectKind().GroupVersionKind().Kind
			errs = append(errs, field.Invalid(field.NewPath(kind, "metadata", "namespace"), object.GetNamespace(),
				fmt.Sprintf("must be the Deployment's, %q; or is that one wrong?", o.Deployment.Namespace)))
		}
	}
	if o.Service != nil {
		errs = append(errs, o.validatePorts()...)
	}
	return errs.ToAggregate()
}

// validatePorts checks that each port of the Service that is a name is one of a container.
func (o *ServerObjects) validatePorts() field.ErrorList {
	known := map[string]bool{}
	for _, container := range o.Deployment.Spec.Template.Spec.Containers {
		for _, port := range container.Ports {
			known[port.Name] = true
		}
	}
	var errs field.ErrorList
	for i, port := range o.Service.Spec.Ports {
		if name := port.TargetPort; name.Type == intstr.String && !known[name.StrVal] {
			errs = append(errs, field.Invalid(field.NewPath("service", "spec", "ports").Index(i).Child("targetPort"),
				name.StrVal, "no container has a port of this name"))
		}
	}
	return errs
}

func selects(path *field.Path, selector *metav1.LabelSelector, pods labels.Set) field.ErrorList {
	parsed, err := metav1.LabelSelectorAsSelector(selector)
	if err != nil {
		return field.ErrorList{field.Invalid(path, selector, err.Error())}
	}
	if parsed.Empty() { // of a Service it means no pods, of a budget all those of the namespace
		return field.ErrorList{field.Required(path, "write labels that the pods of the Deployment carry: "+pods.String())}
	}
	if !parsed.Matches(pods) {
		return field.ErrorList{field.Invalid(path, parsed.String(),
			fmt.Sprintf("does not select the pods of the Deployment, which carry the labels %q", pods.String()))}
	}
	return nil
}
