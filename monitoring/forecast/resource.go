package forecast

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Resource is something that can run out, as Prometheus knows it. Either Preset or Name and Use are required.
type Resource struct {
	// Preset gives all fields that are empty: one of Presets.
	Preset string `json:"preset,omitempty"`
	// Name in the report.
	Name string `json:"name,omitempty"`
	// Unit of use and capacity: cores, bytes, pods, or any word.
	Unit Unit `json:"unit,omitempty"`
	// Use is a PromQL query. Each series that it gives is forecast by itself, and told by its labels.
	Use string `json:"use,omitempty"`
	// CapacityQuery is a PromQL query. A series of the same labels is the capacity; one without labels is that of all.
	CapacityQuery string `json:"capacityQuery,omitempty"`
	// Capacity is a fixed one, in place of the query.
	Capacity *resource.Quantity `json:"capacity,omitempty"`
	// Headroom is the share of the capacity that must stay free. Default: that of the Spec.
	Headroom float64 `json:"headroom,omitempty"`
}

// withDefaults of its preset. A fixed capacity takes the place of the preset's query.
func (r Resource) withDefaults(headroom float64) Resource {
	if build, known := presets()[r.Preset]; known {
		preset := build()
		if r.Name == "" {
			r.Name = preset.Name
		}
		if r.Unit == "" {
			r.Unit = preset.Unit
		}
		if r.Use == "" {
			r.Use = preset.Use
		}
		if r.CapacityQuery == "" && r.Capacity == nil {
			r.CapacityQuery = preset.CapacityQuery
		}
	}
	if r.Headroom == 0 {
		r.Headroom = headroom
	}
	return r
}

func (r Resource) validate(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if r.Preset != "" && !slices.Contains(Presets(), r.Preset) {
		return field.ErrorList{field.NotSupported(path.Child("preset"), r.Preset, Presets())}
	}
	if r.Name == "" {
		errs = append(errs, field.Required(path.Child("name"), `say what it is, like "queue", or give a preset`))
	}
	if r.Use == "" {
		errs = append(errs, field.Required(path.Child("use"), "write a PromQL query, or give a preset"))
	}
	if r.Capacity != nil {
		if r.CapacityQuery != "" {
			errs = append(errs, field.Forbidden(path.Child("capacity"), "there is a capacityQuery: give one of the two"))
		}
		if v := r.Capacity.AsApproximateFloat64(); !(v > 0 && v <= largest) {
			errs = append(errs, field.Invalid(path.Child("capacity"), r.Capacity.String(),
				fmt.Sprintf("must be above 0 and at most %g", largest)))
		}
	}
	return append(errs, validateHeadroom(path.Child("headroom"), r.Headroom)...)
}
