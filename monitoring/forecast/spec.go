package forecast

import (
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Spec is what to forecast from Prometheus. The zero value is DefaultResources for four weeks.
type Spec struct {
	// Resources to forecast. Default: DefaultResources.
	Resources []Resource `json:"resources,omitempty"`
	// History to ask for, from a day to 26 weeks. Default: DefaultHistory. That Prometheus keeps less is no error.
	History metav1.Duration `json:"history,omitzero"`
	// Horizon is how far to look ahead, at most 13 weeks. Default: DefaultHorizon, or half of the History if that is less.
	Horizon metav1.Duration `json:"horizon,omitzero"`
	// Step between values, from 15s to 1h. The forecast works on means of an hour. Default: the shortest of 5, 10, 15, 20, 30
	// and 60 minutes that needs one request for each query: Prometheus answers with 11,000 points at most.
	Step metav1.Duration `json:"step,omitzero"`
	// Level is the share of outcomes that the intervals are to hold, above 0.5 and at most 0.99. Default: DefaultLevel.
	Level float64 `json:"level,omitempty"`
	// Headroom is the share of each capacity that must stay free, from 0 to below 1. Default: 0.
	Headroom float64 `json:"headroom,omitempty"`
	// At is the end of the history. Default: now.
	At metav1.Time `json:"at,omitzero"`
}

// maxPoints that Prometheus gives for a series in one answer.
// https://github.com/prometheus/prometheus/blob/main/web/api/v1/api.go
const maxPoints = 11000

func (s Spec) withDefaults() Spec {
	resources := s.Resources
	if len(resources) == 0 {
		resources = DefaultResources()
	}
	s.Resources = make([]Resource, len(resources))
	for i, r := range resources {
		s.Resources[i] = r.withDefaults(s.Headroom)
	}
	if s.History.Duration == 0 {
		s.History.Duration = DefaultHistory
	}
	if s.Horizon.Duration == 0 {
		s.Horizon.Duration = min(DefaultHorizon, max(time.Hour, s.History.Duration/2))
	}
	if s.Step.Duration == 0 {
		s.Step.Duration = stepFor(s.History.Duration)
	}
	if s.Level == 0 {
		s.Level = DefaultLevel
	}
	return s
}

func stepFor(history time.Duration) time.Duration {
	for _, minutes := range []int{5, 10, 15, 20, 30} {
		if step := time.Duration(minutes) * time.Minute; history/step <= maxPoints {
			return step
		}
	}
	return time.Hour
}

// Validate says what is wrong with the spec.
func (s Spec) Validate() error { return s.withDefaults().validate().ToAggregate() }

// validate a spec that has its defaults.
func (s Spec) validate() field.ErrorList {
	var errs field.ErrorList
	for i, r := range s.Resources {
		errs = append(errs, r.validate(field.NewPath("resources").Index(i))...)
	}
	if d := s.History.Duration; d < day || d > memory {
		errs = append(errs, field.Invalid(field.NewPath("history"), d.String(),
			fmt.Sprintf("must be from 24h to %v, which is 26 weeks", memory)))
	}
	if d := s.Step.Duration; d < 15*time.Second || d > time.Hour {
		errs = append(errs, field.Invalid(field.NewPath("step"), d.String(), "must be from 15s to 1h"))
	}
	errs = append(errs, validateHorizon(field.NewPath("horizon"), s.Horizon.Duration)...)
	errs = append(errs, validateLevel(field.NewPath("level"), s.Level)...)
	return append(errs, validateHeadroom(field.NewPath("headroom"), s.Headroom)...)
}
