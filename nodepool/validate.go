package nodepool

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// maxNameLength leaves room for what DOKS adds to make the name of a node, which is a label value.
const maxNameLength = 40

// maxCount is what Kubernetes is made for: https://kubernetes.io/docs/setup/best-practices/cluster-large/
const maxCount = 5000

// Validate says what is wrong with the spec.
func (p Pool) Validate() error {
	p = p.WithDefaults()
	var errs field.ErrorList
	name := field.NewPath("name")
	switch {
	case p.Name == "":
		errs = append(errs, field.Required(name, `write a DNS label, like "general"`))
	case len(p.Name) > maxNameLength:
		errs = append(errs, field.TooLong(name, p.Name, maxNameLength))
	default:
		for _, message := range validation.IsDNS1123Label(p.Name) {
			errs = append(errs, field.Invalid(name, p.Name, message))
		}
	}
	if p.Preset != "" && !slices.Contains(Presets(), p.Preset) {
		errs = append(errs, field.NotSupported(field.NewPath("preset"), p.Preset, Presets()))
	}
	if p.Size == "" {
		errs = append(errs, field.Required(field.NewPath("size"), `write a size, like "s-2vcpu-8gb-amd", or a preset`))
	}
	switch {
	case p.Count < 1:
		errs = append(errs, field.Invalid(field.NewPath("count"), p.Count, "must be 1 or more"))
	case p.Count > maxCount:
		errs = append(errs, field.Invalid(field.NewPath("count"), p.Count, fmt.Sprintf("must be %d or less", maxCount)))
	}
	errs = append(errs, validateLabels(field.NewPath("labels"), p.Labels)...)
	return append(errs, validateTaints(field.NewPath("taints"), p.Taints)...).ToAggregate()
}

// validateLabels refuses those that nodes have anyway: with another caisson.dev/pool, for example, Placement would not
// find them.
func validateLabels(path *field.Path, labels map[string]string) field.ErrorList {
	errs := metav1validation.ValidateLabels(labels, path)
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		if slices.Contains(nodeLabels(), key) || strings.HasPrefix(key, labelsDOKS) {
			errs = append(errs, field.Invalid(path.Key(key), labels[key], "every node has it from DOKS or Caisson: leave it out"))
		}
	}
	return errs
}

func validateTaints(path *field.Path, taints []corev1.Taint) field.ErrorList {
	var errs field.ErrorList
	for i, taint := range taints {
		errs = append(errs, validateTaint(path.Index(i), taint)...)
		if slices.ContainsFunc(taints[:i], func(other corev1.Taint) bool { return other.MatchTaint(&taint) }) {
			errs = append(errs, field.Duplicate(path.Index(i), taint.ToString()))
		}
	}
	return errs
}

func validateTaint(path *field.Path, taint corev1.Taint) field.ErrorList {
	var errs field.ErrorList
	if taint.Key == "" {
		errs = append(errs, field.Required(path.Child("key"), `write what pods must tolerate, like "dedicated"`))
	} else {
		for _, message := range validation.IsQualifiedName(taint.Key) {
			errs = append(errs, field.Invalid(path.Child("key"), taint.Key, message))
		}
	}
	for _, message := range validation.IsValidLabelValue(taint.Value) {
		errs = append(errs, field.Invalid(path.Child("value"), taint.Value, message))
	}
	effects := []corev1.TaintEffect{
		corev1.TaintEffectNoSchedule, corev1.TaintEffectPreferNoSchedule, corev1.TaintEffectNoExecute,
	}
	if !slices.Contains(effects, taint.Effect) {
		errs = append(errs, field.NotSupported(path.Child("effect"), taint.Effect, effects))
	}
	return errs
}
