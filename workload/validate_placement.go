package workload

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/internal/fielderrors"
)

// validatePlacement by the API server's rules, so that a slip is told before anything is applied.
func validatePlacement(path *field.Path, placement caisson.Placement) field.ErrorList {
	errs := fielderrors.Sorted(metav1validation.ValidateLabels(placement.NodeSelector, path.Child("nodeSelector")))
	for i, toleration := range placement.Tolerations {
		errs = append(errs, validateToleration(path.Child("tolerations").Index(i), toleration)...)
	}
	return errs
}

func validateToleration(path *field.Path, t corev1.Toleration) field.ErrorList {
	var errs field.ErrorList
	if t.Key != "" {
		for _, message := range validation.IsQualifiedName(t.Key) {
			errs = append(errs, field.Invalid(path.Child("key"), t.Key, message))
		}
	} else if t.Operator != corev1.TolerationOpExists {
		errs = append(errs, field.Required(path.Child("key"),
			"write the taint's key; operator: Exists alone tolerates every taint"))
	}
	switch t.Operator {
	case corev1.TolerationOpEqual, "":
		for _, message := range validation.IsValidLabelValue(t.Value) {
			errs = append(errs, field.Invalid(path.Child("value"), t.Value, message))
		}
	case corev1.TolerationOpExists:
		if t.Value != "" {
			errs = append(errs, field.Invalid(path.Child("value"), t.Value,
				"operator Exists takes none: leave it out, or write Equal"))
		}
	default: // Lt and Gt are behind a feature gate
		errs = append(errs, field.NotSupported(path.Child("operator"), t.Operator,
			[]corev1.TolerationOperator{corev1.TolerationOpEqual, corev1.TolerationOpExists}))
	}
	effects := []corev1.TaintEffect{
		corev1.TaintEffectNoSchedule, corev1.TaintEffectPreferNoSchedule, corev1.TaintEffectNoExecute,
	}
	if t.Effect != "" && !slices.Contains(effects, t.Effect) {
		errs = append(errs, field.NotSupported(path.Child("effect"), t.Effect, effects))
	}
	if t.TolerationSeconds != nil && t.Effect != corev1.TaintEffectNoExecute {
		errs = append(errs, field.Invalid(path.Child("tolerationSeconds"), *t.TolerationSeconds,
			"only effect NoExecute ends pods: leave it out, or write that effect"))
	}
	return errs
}
