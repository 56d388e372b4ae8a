package forecast

import (
	"context"
	"errors"
	"fmt"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
)

// Report is what is to be expected of all resources.
type Report struct {
	// At is the end of the history that was asked for.
	At time.Time `json:"at"`
	// Results in the order of the resources, and by labels within each.
	Results []Result `json:"results,omitempty"`
	// Failures of resources that could not be looked at.
	Failures []Failure `json:"failures,omitempty"`
}

// Failure of one resource.
type Failure struct {
	Name  string `json:"name"`
	Error string `json:"error"`
}

// Forecast asks Prometheus for the history of each resource, and says when it runs out. A resource that fails does not keep
// the others from being forecast: the error is that of all that failed, and the Report, never nil, has the rest. A bad spec
// is a list of field errors, like "resources[0].use", and nothing is asked.
func Forecast(ctx context.Context, api v1.API, spec Spec) (*Report, error) {
	spec = spec.withDefaults()
	if errs := spec.validate(); len(errs) > 0 {
		return &Report{}, errs.ToAggregate()
	}
	w := windowOf(spec, time.Now())
	report := &Report{At: w.time(w.count - 1)}
	var failed []error
	for _, r := range spec.Resources {
		results, err := r.forecast(ctx, api, spec, w)
		report.Results = append(report.Results, results...)
		if err != nil {
			report.Failures = append(report.Failures, Failure{Name: r.Name, Error: err.Error()})
			failed = append(failed, fmt.Errorf("%s: %w", r.Name, err))
		}
	}
	return report, errors.Join(failed...)
}

// forecast each series of a resource.
func (r Resource) forecast(ctx context.Context, api v1.API, spec Spec, w window) ([]Result, error) {
	uses, warnings, err := ask(ctx, api, r.Use, w)
	if err != nil {
		return nil, fmt.Errorf("use: %w", err)
	}
	var capacities []answer
	if r.CapacityQuery != "" {
		var more []string
		if capacities, more, err = ask(ctx, api, r.CapacityQuery, w); err != nil {
			return nil, fmt.Errorf("capacity: %w", err)
		}
		warnings = append(warnings, more...)
	}
	if len(uses) == 0 {
		uses = []answer{{series: Series{Start: w.begin, Step: w.step}}}
	}
	var results []Result
	var failed []error
	for _, use := range uses {
		if err := ctx.Err(); err != nil {
			return results, err
		}
		o := Options{Horizon: spec.Horizon.Duration, Level: spec.Level, Headroom: r.Headroom}
		o.Capacities = matching(capacities, use)
		if r.Capacity != nil {
			o.Capacity = r.Capacity.AsApproximateFloat64()
		}
		result, err := Of(use.series, o)
		if err != nil {
			failed = append(failed, fmt.Errorf("series %v: %w", use.labels, err))
			continue
		}
		result.Name, result.Labels, result.Unit, result.Warnings = r.Name, use.labels, r.Unit, warnings
		if result.Capacity == nil && len(use.series.Values) > 0 {
			result.Reasons = append(result.Reasons, "the capacity is not known")
		}
		results = append(results, *result)
	}
	return results, errors.Join(failed...)
}

// matching capacity of a series: that of the same labels, or the one without labels.
func matching(capacities []answer, use answer) *Series {
	for _, labels := range []map[string]string{use.labels, nil} {
		for _, c := range capacities {
			if labelKey(c.labels) == labelKey(labels) {
				return &c.series
			}
		}
	}
	return nil
}
