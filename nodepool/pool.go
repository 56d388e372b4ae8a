package nodepool

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/caissonhq/caisson"
)

// Pool is a group of nodes of one size.
type Pool struct {
	// Name of the pool, a DNS label of at most 40 characters: DOKS makes the names of nodes from it. Default: the
	// preset's name.
	Name string `json:"name,omitempty"`
	// Preset gives Size and Count where they are not given: production, staging or dev.
	Preset Preset `json:"preset,omitempty"`
	// Size is DigitalOcean's name of it: "s-4vcpu-16gb-amd". It cannot be changed on a running pool.
	Size string `json:"size,omitempty"`
	// Count of nodes, at least 1.
	Count int `json:"count,omitempty"`
	// Labels of the nodes, beside caisson.dev/pool.
	Labels map[string]string `json:"labels,omitempty"`
	// Taints of the nodes.
	Taints []corev1.Taint `json:"taints,omitempty"`
}

// Preset is the default pool of an environment.
type Preset string

// Presets of the three environments.
const (
	PresetProduction Preset = "production"
	PresetStaging    Preset = "staging"
	PresetDev        Preset = "dev"
)

// Presets from the largest.
func Presets() []Preset { return []Preset{PresetProduction, PresetStaging, PresetDev} }

// Production is 3 nodes of 4 shared vCPU and 16 GiB.
func Production() Pool { return Pool{Preset: PresetProduction}.WithDefaults() }

// Staging is 2 nodes of 2 shared vCPU and 8 GiB.
func Staging() Pool { return Pool{Preset: PresetStaging}.WithDefaults() }

// Dev is 1 node of 1 shared vCPU and 2 GiB.
func Dev() Pool { return Pool{Preset: PresetDev}.WithDefaults() }

// WithDefaults fills in what the preset says.
func (p Pool) WithDefaults() Pool {
	var size string
	var count int
	switch p.Preset {
	case PresetProduction:
		size, count = "s-4vcpu-16gb-amd", 3
	case PresetStaging:
		size, count = "s-2vcpu-8gb-amd", 2
	case PresetDev:
		size, count = "s-1vcpu-2gb-intel", 1
	}
	p.Name = cmp.Or(p.Name, string(p.Preset))
	p.Size = cmp.Or(p.Size, size)
	p.Count = cmp.Or(p.Count, count)
	p.Labels = maps.Clone(p.Labels)
	p.Taints = slices.Clone(p.Taints)
	return p
}

// Placement has pods run on the nodes of this pool alone, whatever taints they carry.
func (p Pool) Placement() caisson.Placement {
	p = p.WithDefaults()
	placement := caisson.Placement{NodeSelector: map[string]string{caisson.LabelPool: p.Name}}
	for _, taint := range p.Taints {
		placement.Tolerations = append(placement.Tolerations, corev1.Toleration{
			Key: taint.Key, Operator: corev1.TolerationOpEqual, Value: taint.Value, Effect: taint.Effect,
		})
	}
	return placement
}

// maxNameLength leaves room for what DOKS adds to make the name of a node, which is a label value.
const maxNameLength = 40

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
	if p.Count < 1 {
		errs = append(errs, field.Invalid(field.NewPath("count"), p.Count, "must be 1 or more"))
	}
	errs = append(errs, metav1validation.ValidateLabels(p.Labels, field.NewPath("labels"))...)
	for i, taint := range p.Taints {
		errs = append(errs, validateTaint(field.NewPath("taints").Index(i), taint)...)
	}
	return errs.ToAggregate()
}

func validateTaint(path *field.Path, taint corev1.Taint) field.ErrorList {
	var errs field.ErrorList
	for _, message := range validation.IsQualifiedName(taint.Key) {
		errs = append(errs, field.Invalid(path.Child("key"), taint.Key, message))
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

func (p Pool) String() string { return fmt.Sprintf("%s: %d x %s", p.Name, p.Count, p.Size) }
