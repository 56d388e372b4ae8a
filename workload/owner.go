package workload

import (
	"fmt"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/caissonhq/caisson"
)

// owner of the pods, whose other objects must find it and them.
type owner struct {
	kind, field string
	meta        *metav1.ObjectMeta
	selector    *metav1.LabelSelector
	replicas    *int32
	template    *corev1.PodTemplateSpec
}

func ofDeployment(d *appsv1.Deployment) owner {
	return owner{
		kind: "Deployment", field: "deployment", meta: &d.ObjectMeta,
		selector: d.Spec.Selector, replicas: d.Spec.Replicas, template: &d.Spec.Template,
	}
}

func (o owner) validateSelector() field.ErrorList {
	return o.selects(field.NewPath(o.field, "spec", "selector"), o.selector)
}

// validateService finds the pods, and each of its ports that is a name is one of a container.
func (o owner) validateService(name string, service *corev1.Service) field.ErrorList {
	if service == nil {
		return nil
	}
	errs := o.selects(field.NewPath(name, "spec", "selector"), &metav1.LabelSelector{MatchLabels: service.Spec.Selector})
	known := map[string]bool{}
	for _, container := range slices.Concat(o.template.Spec.InitContainers, o.template.Spec.Containers) {
		for _, port := range container.Ports {
			known[port.Name] = true
		}
	}
	for i, port := range service.Spec.Ports {
		if target := port.TargetPort; target.Type == intstr.String && !known[target.StrVal] {
			errs = append(errs, field.Invalid(field.NewPath(name, "spec", "ports").Index(i).Child("targetPort"),
				target.StrVal, "no container has a port of this name"))
		}
	}
	return errs
}

func (o owner) validateAutoscaler(hpa *autoscalingv2.HorizontalPodAutoscaler) field.ErrorList {
	if hpa == nil {
		return nil
	}
	var errs field.ErrorList
	path := field.NewPath("horizontalPodAutoscaler", "spec", "scaleTargetRef")
	target := hpa.Spec.ScaleTargetRef
	if target.Name != o.meta.Name {
		errs = append(errs, field.Invalid(path.Child("name"), target.Name,
			fmt.Sprintf("must be the %s's name, %q", o.kind, o.meta.Name)))
	}
	if target.Kind != o.kind {
		errs = append(errs, field.Invalid(path.Child("kind"), target.Kind, "must be "+o.kind))
	}
	if o.replicas != nil {
		errs = append(errs, field.Invalid(field.NewPath(o.field, "spec", "replicas"), *o.replicas,
			"the HorizontalPodAutoscaler owns it: set this to nil, or the autoscaler to nil"))
	}
	return errs
}

// validateBudget finds the pods, and leaves at least one of them to a drain.
func (o owner) validateBudget(
	budget *policyv1.PodDisruptionBudget, hpa *autoscalingv2.HorizontalPodAutoscaler,
) field.ErrorList {
	if budget == nil {
		return nil
	}
	path := field.NewPath("podDisruptionBudget", "spec")
	errs := o.selects(path.Child("selector"), budget.Spec.Selector)
	const remedy = "no drain would ever end: write maxUnavailable: 1"
	if most := budget.Spec.MaxUnavailable; most != nil {
		if none, err := intstr.GetScaledValueFromIntOrPercent(most, 100, true); err == nil && none == 0 {
			errs = append(errs, field.Invalid(path.Child("maxUnavailable"), most.String(), remedy))
		}
	}
	replicas := int32(1)
	if o.replicas != nil {
		replicas = *o.replicas
	} else if hpa != nil && hpa.Spec.MinReplicas != nil {
		replicas = *hpa.Spec.MinReplicas
	}
	if least := budget.Spec.MinAvailable; least != nil && replicas > 0 {
		kept, err := intstr.GetScaledValueFromIntOrPercent(least, int(replicas), true)
		if err == nil && kept >= int(replicas) {
			errs = append(errs, field.Invalid(path.Child("minAvailable"), least.String(),
				fmt.Sprintf("there may be no more than %d replicas, and %s", replicas, remedy)))
		}
	}
	return errs
}

// validateConfig finds values that were changed after Build: the pods would go on with the old ones.
func (o owner) validateConfig(configMaps []*corev1.ConfigMap) field.ErrorList {
	var there []*corev1.ConfigMap
	for _, one := range configMaps {
		if one != nil {
			there = append(there, one)
		}
	}
	given, stamped := o.template.Annotations[annotationConfig]
	if want := hashOf(there); stamped && want != "" && given != want {
		return field.ErrorList{field.Invalid(o.templatePath().Child("metadata", "annotations").Key(annotationConfig), given,
			fmt.Sprintf("is of other values, and the pods would not roll: write %q, or give the values in the spec", want))}
	}
	return nil
}

func (o owner) templatePath() *field.Path {
	if o.kind == "CronJob" {
		return field.NewPath(o.field, "spec", "jobTemplate", "spec", "template")
	}
	return field.NewPath(o.field, "spec", "template")
}

func (o owner) validateNamespaces(all []caisson.Object) field.ErrorList {
	var errs field.ErrorList
	for _, object := range all {
		if object.GetNamespace() != o.meta.Namespace {
			kind := object.GetObjectKind().GroupVersionKind().Kind
			errs = append(errs, field.Invalid(field.NewPath(kind, "metadata", "namespace"), object.GetNamespace(),
				fmt.Sprintf("must be the %s's, %q; or is that one wrong?", o.kind, o.meta.Namespace)))
		}
	}
	return errs
}

func (o owner) selects(path *field.Path, selector *metav1.LabelSelector) field.ErrorList {
	pods := labels.Set(o.template.Labels)
	parsed, err := metav1.LabelSelectorAsSelector(selector)
	if err != nil {
		return field.ErrorList{field.Invalid(path, selector, err.Error())}
	}
	if parsed.Empty() { // of a Service it means no pods, of a budget all those of the namespace
		return field.ErrorList{field.Required(path,
			fmt.Sprintf("write labels that the pods of the %s carry: %s", o.kind, pods))}
	}
	if !parsed.Matches(pods) {
		return field.ErrorList{field.Invalid(path, parsed.String(),
			fmt.Sprintf("does not select the pods of the %s, which carry the labels %q", o.kind, pods.String()))}
	}
	return nil
}
