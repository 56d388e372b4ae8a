package nodepool

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/caissonhq/caisson/internal/fielderrors"
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
	errs = append(errs, p.validateCount()...)
	errs = append(errs, validateLabels(field.NewPath("labels"), p.Labels)...)
	errs = append(errs, validateTaints(field.NewPath("taints"), p.Taints)...)
	return append(errs, validateTags(field.NewPath("tags"), p.Tags)...).ToAggregate()
}

func (p Pool) validateCount() field.ErrorList {
	count := field.NewPath("count")
	if p.Autoscale == nil {
		switch {
		case p.Count < 1:
			return field.ErrorList{field.Invalid(count, p.Count, "must be 1 or more")}
		case p.Count > maxCount:
			return field.ErrorList{field.Invalid(count, p.Count, fmt.Sprintf("must be %d or less", maxCount))}
		}
		return nil
	}
	bounds, path := *p.Autoscale, field.NewPath("autoscale")
	switch {
	case bounds.Min < 0:
		return field.ErrorList{field.Invalid(path.Child("min"), bounds.Min, "must be 0 or more")}
	case bounds.Max < 1:
		return field.ErrorList{field.Invalid(path.Child("max"), bounds.Max, "must be 1 or more")}
	case bounds.Max < bounds.Min:
		return field.ErrorList{
			field.Invalid(path.Child("max"), bounds.Max, fmt.Sprintf("is below min: write %d or more", bounds.Min)),
		}
	case bounds.Max > maxCount:
		return field.ErrorList{field.Invalid(path.Child("max"), bounds.Max, fmt.Sprintf("must be %d or less", maxCount))}
	case p.Count != bounds.clamp(p.Count):
		return field.ErrorList{field.Invalid(count, p.Count, fmt.Sprintf(
			"a pool that scales between %d and %d cannot begin so: leave it out, or write a count between",
			bounds.Min, bounds.Max))}
	}
	return nil
}

// validateLabels refuses those that nodes have anyway: with another caisson.dev/pool, for example, Placement would not
// find them.
func validateLabels(path *field.Path, labels map[string]string) field.ErrorList {
	errs := fielderrors.Sorted(metav1validation.ValidateLabels(labels, path))
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
	key := path.Child("key")
	switch taint.Key {
	case "":
		errs = append(errs, field.Required(key, `write what pods must tolerate, like "dedicated"`))
	case taintRotating:
		errs = append(errs, field.Invalid(key, taint.Key, "is Caisson's own, for pools that are drained: leave it out"))
	default:
		for _, message := range validation.IsQualifiedName(taint.Key) {
			errs = append(errs, field.Invalid(key, taint.Key, message))
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

// tagName is what DigitalOcean takes as a tag: https://docs.digitalocean.com/reference/api/digitalocean/#tag/Tags
var tagName = regexp.MustCompile(`^[a-zA-Z0-9:_-]{1,255}$`)

// validateTags refuses those that say what a pool is: DOKS' own, Caisson's and Terraform's.
func validateTags(path *field.Path, tags []string) field.ErrorList {
	var errs field.ErrorList
	for i, tag := range tags {
		at := path.Index(i)
		switch {
		case !tagName.MatchString(tag):
			errs = append(errs, field.Invalid(at, tag, "must be 1 to 255 letters, digits, colons, dashes and underscores"))
		case reservedTag(tag):
			errs = append(errs, field.Invalid(at, tag, "is kept by DigitalOcean, Caisson or Terraform: leave it out"))
		case slices.Contains(tags[:i], tag):
			errs = append(errs, field.Duplicate(at, tag))
		}
	}
	return errs
}
