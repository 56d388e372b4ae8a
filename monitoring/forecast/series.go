package forecast

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const (
	longestStep = day
	// largest value: far more than any resource has, and far from where sums would overflow.
	largest = 1e100
	// longest series: as much as the duration between two times can tell, which is 292 years.
	longest = math.MaxInt64 / 2
)

// Series is what was measured, at a fixed step.
type Series struct {
	// Start is the time of the first value.
	Start time.Time
	// Step from one value to the next: above zero, at most a day.
	Step time.Duration
	// Values from the oldest, none below zero. NaN is a gap.
	Values []float64
}

// End is the time at which the next value would be.
func (s Series) End() time.Time { return s.at(len(s.Values)) }

func (s Series) at(i int) time.Time { return s.Start.Add(time.Duration(i) * s.Step) }

// latest value that is no gap, or NaN.
func (s Series) latest() float64 {
	for _, v := range slices.Backward(s.Values) {
		if !math.IsNaN(v) {
			return v
		}
	}
	return math.NaN()
}

func (s Series) validate(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	switch {
	case s.Step <= 0 || s.Step > longestStep:
		errs = append(errs, field.Invalid(path.Child("step"), s.Step.String(), "must be above 0 and at most 24h"))
	case int64(len(s.Values)) > longest/int64(s.Step):
		errs = append(errs, field.TooMany(path.Child("values"), len(s.Values), int(longest/int64(s.Step))))
	}
	if year := s.Start.Year(); year < 1700 || year > 2200 {
		errs = append(errs, field.Invalid(path.Child("start"), s.Start.String(), "must be a year from 1700 to 2200"))
	}
	for i, value := range s.Values {
		if value < 0 || value > largest { // NaN is neither
			errs = append(errs, field.Invalid(path.Child("values").Index(i), fmt.Sprint(value),
				"must be from 0 to 1e100, or NaN for a gap"))
			break
		}
	}
	return errs
}

// wireSeries is a Series as JSON: a gap is null, since JSON has no NaN.
type wireSeries struct {
	Start  time.Time       `json:"start"`
	Step   metav1.Duration `json:"step"`
	Values []*float64      `json:"values"`
}

// MarshalJSON writes gaps as null.
func (s Series) MarshalJSON() ([]byte, error) {
	wire := wireSeries{Start: s.Start, Step: metav1.Duration{Duration: s.Step}, Values: make([]*float64, len(s.Values))}
	for i := range s.Values {
		if !math.IsNaN(s.Values[i]) {
			wire.Values[i] = &s.Values[i]
		}
	}
	return json.Marshal(wire)
}

// UnmarshalJSON reads null as a gap.
func (s *Series) UnmarshalJSON(data []byte) error {
	var wire wireSeries
	if err := json.Unmarshal(data, &wire); err != nil {
		return fmt.Errorf("read a series: %w", err)
	}
	*s = Series{Start: wire.Start, Step: wire.Step.Duration, Values: make([]float64, len(wire.Values))}
	for i, value := range wire.Values {
		s.Values[i] = math.NaN()
		if value != nil {
			s.Values[i] = *value
		}
	}
	return nil
}
