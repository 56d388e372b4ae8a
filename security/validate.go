package security

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/caissonhq/caisson/internal/fielderrors"
)

var standardsVersion = regexp.MustCompile(`^(latest|v1\.[1-9][0-9]*)$`)

// validate a spec that has its defaults.
func (n Namespace) validate() field.ErrorList {
	errs := validateNamespaceName(field.NewPath("name"), n.Name)
	errs = append(errs, fielderrors.Sorted(metav1validation.ValidateLabels(n.Labels, field.NewPath("labels")))...)
	errs = append(errs, fielderrors.Sorted(apivalidation.ValidateAnnotations(n.Annotations, field.NewPath("annotations")))...)
	if levels := PodSecurityLevels(); !slices.Contains(levels, n.PodSecurity) {
		errs = append(errs, field.NotSupported(field.NewPath("podSecurity"), n.PodSecurity, levels))
	}
	if !standardsVersion.MatchString(n.PodSecurityVersion) {
		errs = append(errs, field.Invalid(field.NewPath("podSecurityVersion"), n.PodSecurityVersion,
			`must be v1.<minor>, like "v1.34", or latest`))
	}
	errs = append(errs, validateQuantities(field.NewPath("quota"), n.Quota)...)
	errs = append(errs, validateResourceNames(field.NewPath("quota"), n.Quota, quotaNames())...)
	return append(errs, n.Limits.validate(field.NewPath("limits"))...)
}

func validateNamespaceName(path *field.Path, name string) field.ErrorList {
	switch {
	case name == "":
		return field.ErrorList{field.Required(path, `write a DNS label, like "shop"`)}
	case name == metav1.NamespaceDefault || strings.HasPrefix(name, "kube-"):
		return field.ErrorList{field.Invalid(path, name, "belongs to Kubernetes: choose a name of your own")}
	}
	var errs field.ErrorList
	for _, message := range validation.IsDNS1123Label(name) {
		errs = append(errs, field.Invalid(path, name, message))
	}
	return errs
}

func validateQuantities(path *field.Path, list corev1.ResourceList) field.ErrorList {
	var errs field.ErrorList
	for _, name := range slices.Sorted(maps.Keys(list)) {
		if quantity := list[name]; quantity.Sign() < 0 {
			errs = append(errs, field.Invalid(path.Key(string(name)), quantity.String(), "must not be negative"))
		}
	}
	return errs
}

// quotaNames that the API server takes for a quota. Names with a slash, like count/jobs.batch, can be many more.
func quotaNames() []corev1.ResourceName {
	return []corev1.ResourceName{
		corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceEphemeralStorage,
		corev1.ResourceRequestsCPU, corev1.ResourceRequestsMemory, corev1.ResourceRequestsEphemeralStorage,
		corev1.ResourceRequestsStorage, corev1.ResourceLimitsCPU, corev1.ResourceLimitsMemory,
		corev1.ResourceLimitsEphemeralStorage, corev1.ResourcePods, corev1.ResourceServices,
		corev1.ResourceServicesNodePorts, corev1.ResourceServicesLoadBalancers, corev1.ResourceConfigMaps,
		corev1.ResourceSecrets, corev1.ResourcePersistentVolumeClaims, corev1.ResourceReplicationControllers,
		corev1.ResourceQuotas,
	}
}

// limitNames of what containers can have, beside devices, whose names have a slash.
func limitNames() []corev1.ResourceName {
	return []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceEphemeralStorage}
}

// validateResourceNames finds what is misspelt.
func validateResourceNames(path *field.Path, list corev1.ResourceList, known []corev1.ResourceName) field.ErrorList {
	var errs field.ErrorList
	for _, name := range slices.Sorted(maps.Keys(list)) {
		free := strings.Contains(string(name), "/") || strings.Contains(string(name), corev1.ResourceHugePagesPrefix)
		if !free && !slices.Contains(known, name) {
			errs = append(errs, field.NotSupported(path, name, known))
		}
	}
	return errs
}

// validate that the lists agree: the API server would refuse a default above the maximum.
func (l Limits) validate(path *field.Path) field.ErrorList {
	errs := validateQuantities(path.Child("max"), l.Max)
	errs = append(errs, validateResourceNames(path.Child("max"), l.Max, limitNames())...)
	for _, pair := range []struct {
		name         string
		lower, upper corev1.ResourceList
		than         string
	}{
		{"defaultRequest", l.DefaultRequest, l.Default, "default"},
		{"default", l.Default, l.Max, "max"},
	} {
		errs = append(errs, validateQuantities(path.Child(pair.name), pair.lower)...)
		errs = append(errs, validateResourceNames(path.Child(pair.name), pair.lower, limitNames())...)
		for _, name := range limitNames() {
			lower, upper := pair.lower[name], pair.upper[name]
			if lower.Cmp(upper) > 0 {
				errs = append(errs, field.Invalid(path.Child(pair.name).Key(string(name)), lower.String(),
					fmt.Sprintf("must not be above %s, which is %s", pair.than, upper.String())))
			}
		}
	}
	return errs
}

// Validate checks that all objects are in the namespace: an assignment after Build can change its name.
func (o *NamespaceObjects) Validate() error {
	if o.Namespace == nil {
		return field.ErrorList{field.Required(field.NewPath("namespace"), "the other objects live in it")}.ToAggregate()
	}
	var errs field.ErrorList
	for i, object := range o.All()[1:] {
		if object.GetNamespace() != o.Namespace.Name {
			errs = append(errs, field.Invalid(field.NewPath("objects").Index(i+1).Child("metadata", "namespace"),
				object.GetNamespace(), fmt.Sprintf("must be %q", o.Namespace.Name)))
		}
	}
	return errs.ToAggregate()
}
