package observe

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
)

// Metrics of runs, for any number of sets. The label set is the set's namespace/name, and program its program.
type Metrics struct {
	changes *prometheus.CounterVec
	runs    *prometheus.CounterVec
	seconds *prometheus.HistogramVec
	success *prometheus.GaugeVec
}

// NewMetrics registers
//
//	caisson_apply_changes_total{set, program, kind, action}       objects that a run changed, or failed to
//	caisson_apply_runs_total{set, program, result}                result is changed, unchanged or failed
//	caisson_apply_duration_seconds{set, program}                  a histogram, 10 ms to 82 s in steps of 2
//	caisson_apply_last_success_timestamp_seconds{set, program}    when a run last ended without a failure
//
// It fails if they are registered already.
func NewMetrics(registerer prometheus.Registerer) (*Metrics, error) {
	set := []string{"set", "program"}
	m := &Metrics{
		changes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "caisson_apply_changes_total", Help: "Objects that runs changed, or failed to, by kind and action.",
		}, append(set, "kind", "action")),
		runs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "caisson_apply_runs_total", Help: "Runs by result: changed, unchanged or failed.",
		}, append(set, "result")),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "caisson_apply_duration_seconds", Help: "How long runs took.",
			Buckets: prometheus.ExponentialBuckets(0.01, 2, 14), //nolint:mnd // 10 ms to 82 s
		}, set),
		success: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "caisson_apply_last_success_timestamp_seconds", Help: "When a run last ended without a failure.",
		}, set),
	}
	for _, collector := range []prometheus.Collector{m.changes, m.runs, m.seconds, m.success} {
		if err := registerer.Register(collector); err != nil {
			return nil, fmt.Errorf("register the metrics of apply: %w", err)
		}
	}
	return m, nil
}

// Observe is an option that counts runs and the changes that they made.
func (m *Metrics) Observe() apply.RunObserver {
	return apply.ObserveRun(func(run apply.Finished) {
		set, program := run.Set.Namespace+"/"+run.Set.Name, run.Set.Program
		result := "unchanged"
		if run.Report.Changed() {
			result = "changed"
		}
		if run.Report.Err() != nil {
			result = "failed"
		} else {
			m.success.WithLabelValues(set, program).SetToCurrentTime()
		}
		m.runs.WithLabelValues(set, program, result).Inc()
		m.seconds.WithLabelValues(set, program).Observe(run.Took.Seconds())
		for _, change := range run.Report.Changes {
			if change.Action.Changes() || change.Action == caisson.Failed {
				m.changes.WithLabelValues(set, program, change.Ref.Kind, string(change.Action)).Inc()
			}
		}
	})
}
