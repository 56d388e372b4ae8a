package monitoring

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Latency tells of services that are slow. The zero value is a 99th percentile above 1 s over 5 minutes, for 5 minutes, a
// warning.
//
// A classic histogram knows only between which buckets a percentile is. Above has to be the bound of one, with another above it:
// then it is exact whether the percentile is above. Between bounds Prometheus guesses, and above the highest one it says the
// highest one for ever, so that the alert would be silent however slow the service is.
type Latency struct {
	// Name of the alert. Default: LatencyHigh.
	Name string `json:"name,omitempty"`
	// Quantile of the requests that are at least so fast, between 0.5 and 0.9999. Default: 0.99.
	Quantile float64 `json:"quantile,omitempty"`
	// Above this duration. Default: 1s.
	Above metav1.Duration `json:"above,omitzero"`
	// For this time, from 1m to 24h. Default: 5m.
	For metav1.Duration `json:"for,omitzero"`
	// MinRequests within 5 minutes, of all instances together. Default: as many as one slow one among them does not decide, 100
	// for 0.99.
	MinRequests int32 `json:"minRequests,omitempty"`
	// Severity of the alert. Default: warning.
	Severity Severity `json:"severity,omitempty"`
	// Match are labels that the series must have, such as a namespace or a service. Default: all services.
	Match map[string]string `json:"match,omitempty"`
	// HTTP are the metrics. Default: PromHTTP().
	HTTP HTTPMetrics `json:"http,omitzero"`
}

func (l Latency) withDefaults() Latency {
	l.Name = cmp.Or(l.Name, "LatencyHigh")
	l.Quantile = cmp.Or(l.Quantile, 0.99)
	l.Above.Duration = cmp.Or(l.Above.Duration, time.Second)
	l.For.Duration = cmp.Or(l.For.Duration, 5*time.Minute)
	l.Severity = cmp.Or(l.Severity, SeverityWarning)
	l.HTTP = l.HTTP.withDefaults()
	l.HTTP.Requests = "" // the histogram's own count goes with it
	if l.MinRequests == 0 && l.Quantile < 1 {
		l.MinRequests = atLeast(1 - l.Quantile)
	}
	return l
}

func (l Latency) validate() field.ErrorList {
	c := &check{}
	c.name(l.Name)
	if !(l.Quantile >= 0.5 && l.Quantile <= 0.9999) { // true for NaN too
		c.invalid("quantile", l.Quantile, "must be between 0.5 and 0.9999, like 0.99 for the 99th percentile")
	}
	c.between("for", l.For.Duration, time.Minute, 24*time.Hour)
	c.severity(l.Severity)
	c.http(l.HTTP, false, true)
	c.match(l.Match, "le")
	if l.MinRequests < 0 {
		c.invalid("minRequests", l.MinRequests, "must be at least 1")
	}
	l.validateAbove(c)
	return c.errs
}

func (l Latency) validateAbove(c *check) {
	above, buckets := l.Above.Seconds(), l.HTTP.Buckets
	switch {
	case above <= 0:
		c.invalid("above", l.Above.Duration.String(), "must be a duration, like 1s")
	case l.HTTP.Native:
	case len(buckets) == 0:
		c.errs = append(c.errs, field.Required(field.NewPath("http", "buckets"),
			"write the upper bounds of the histogram's buckets, or native: true if it has none"))
	case !slices.Contains(buckets[:len(buckets)-1], above):
		c.invalid("above", l.Above.Duration.String(), "must be the bound of a bucket that is not the highest: "+
			strings.Join(each(texts(buckets[:len(buckets)-1]), func(one string) string { return one + "s" }), ", "))
	}
}

func texts(numbers []float64) []string {
	all := make([]string, len(numbers))
	for i, one := range numbers {
		all[i] = number(one)
	}
	return all
}

// Define gives an alert.
func (l Latency) Define() (Group, error) {
	l = l.withDefaults()
	if errs := l.validate(); len(errs) > 0 {
		return Group{}, errs.ToAggregate()
	}
	by, metric := l.HTTP.by()+", le", l.HTTP.Duration+"_bucket"
	if l.HTTP.Native {
		by, metric = l.HTTP.by(), l.HTTP.Duration
	}
	quantile := fmt.Sprintf("histogram_quantile(%s, sum by (%s) (rate(%s[%s])))",
		number(l.Quantile), by, selector(metric, nil, l.Match), duration(rateWindow))
	threshold := l.Above.Seconds()
	return Group{Name: groupName(l.Name), Alerts: []Alert{{
		Name:     l.Name,
		Expr:     quantile + "\n> " + number(threshold) + "\n" + l.HTTP.enough(l.MinRequests, rateWindow, l.Match),
		For:      l.For,
		Severity: l.Severity,
		Summary: "Service " + l.HTTP.name() + " takes {{ $value | humanizeDuration }} and longer for the slowest " +
			number(100*(1-l.Quantile)) + "% of its requests.",
		Runbook: l.runbook(),
		Panel: Panel{
			Title: "Duration of requests, " + number(100*l.Quantile) + "th percentile", Query: quantile,
			Legend: l.HTTP.legend(), Unit: "s", Threshold: &threshold,
		},
		Tests: tests(l.scenes()...),
	}}}, nil
}

func (l Latency) runbook() Runbook {
	return Runbook{
		Meaning: "The slowest requests of a service take longer than they may. Those who wait for them may have given up, and " +
			"asked again, which makes it worse.",
		Look: []Step{
			{
				Text: "Whether all instances are slow, or one.",
				Query: fmt.Sprintf("sum by (pod) (rate(%s_sum[5m])) / sum by (pod) (rate(%s_count[5m]))",
					l.HTTP.Duration, l.HTTP.Duration),
			},
			{Text: "Whether there is more to do than usual.", Query: fmt.Sprintf("sum(rate(%s_count[5m]))", l.HTTP.Duration)},
			{
				Text: "Whether the CPU limit slows the pods down (throttling).",
				Query: `sum by (pod) (rate(container_cpu_cfs_throttled_periods_total[5m])) / sum by (pod) ` +
					`(rate(container_cpu_cfs_periods_total[5m]))`,
			},
		},
		Mend: []Step{
			{
				Text:    "It came with a new revision: go back to the one before.",
				Command: "kubectl -n <namespace> rollout undo deployment <service>",
			},
			{Text: "More load than usual: raise the replicas or the autoscaler's maximum."},
			{Text: "Throttled: raise the CPU limit."},
			{
				Text: "It waits for something else (a database, another service): look at its durations, and at its connections.",
			},
		},
	}
}
