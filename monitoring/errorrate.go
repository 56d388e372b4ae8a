package monitoring

import (
	"cmp"
	"fmt"
	"math"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// ErrorRate tells of services that answer too many requests with errors. The zero value is more than 5 % over 5 minutes, for 5
// minutes, a warning.
//
// It is silent where there is too little to tell by: of fewer requests than MinRequests one error alone would be more than the
// threshold. Where no requests come at all nothing is told either; Targets tells of what cannot be reached, and SLO of what
// goes wrong slowly.
type ErrorRate struct {
	// Name of the alert. Default: ErrorRateHigh.
	Name string `json:"name,omitempty"`
	// Above this share of the requests of a service within 5 minutes. Default: 0.05.
	Above float64 `json:"above,omitempty"`
	// For this time, from 1m to 24h. Default: 5m.
	For metav1.Duration `json:"for,omitzero"`
	// MinRequests within 5 minutes, of all instances together. Default: as many as one error among them is not above the
	// threshold, 20 for 0.05.
	MinRequests int32 `json:"minRequests,omitempty"`
	// Severity of the alert. Default: warning.
	Severity Severity `json:"severity,omitempty"`
	// Match are labels that the series must have, such as a namespace or a service. Default: all services.
	Match map[string]string `json:"match,omitempty"`
	// HTTP are the metrics. Default: PromHTTP().
	HTTP HTTPMetrics `json:"http,omitzero"`
}

func (e ErrorRate) withDefaults() ErrorRate {
	e.Name = cmp.Or(e.Name, "ErrorRateHigh")
	e.Above = cmp.Or(e.Above, 0.05)
	e.For.Duration = cmp.Or(e.For.Duration, 5*time.Minute)
	e.Severity = cmp.Or(e.Severity, SeverityWarning)
	e.HTTP = e.HTTP.withDefaults()
	if e.MinRequests == 0 && e.Above > 0 {
		e.MinRequests = atLeast(e.Above)
	}
	return e
}

// atLeast so many requests there must be, for one alone not to be more than a share of them.
func atLeast(share float64) int32 { return int32(min(math.Ceil(1/share-1e-9), math.MaxInt32)) }

func (e ErrorRate) validate() field.ErrorList {
	c := &check{}
	c.name(e.Name)
	c.share("above", e.Above)
	c.between("for", e.For.Duration, time.Minute, 24*time.Hour)
	c.severity(e.Severity)
	c.http(e.HTTP, true, false)
	c.match(e.Match, e.HTTP.Code, "le")
	if e.MinRequests < 0 {
		c.invalid("minRequests", e.MinRequests, "must be at least 1")
	}
	return c.errs
}

// Define gives an alert.
func (e ErrorRate) Define() (Group, error) {
	e = e.withDefaults()
	if errs := e.validate(); len(errs) > 0 {
		return Group{}, errs.ToAggregate()
	}
	share := fmt.Sprintf(
		"%s\n/ %s",
		e.HTTP.over("rate", rateWindow, []string{fmt.Sprintf("%s=~%q", e.HTTP.Code, e.HTTP.Errors)}, e.Match),
		e.HTTP.over("rate", rateWindow, nil, e.Match),
	)
	return Group{Name: groupName(e.Name), Alerts: []Alert{
		{
			Name:     e.Name,
			Expr:     share + "\n> " + number(e.Above) + "\n" + e.HTTP.enough(e.MinRequests, rateWindow, e.Match),
			For:      e.For,
			Severity: e.Severity,
			Summary:  "Service " + e.HTTP.name() + " answers {{ $value | humanizePercentage }} of its requests with errors.",
			Runbook:  e.runbook(),
			Panel: Panel{
				Title:     "Errors of services",
				Query:     share,
				Legend:    e.HTTP.legend(),
				Unit:      "percentunit",
				Threshold: &e.Above,
			},
			Tests: tests(e.scenes()...),
		},
	}}, nil
}

func (e ErrorRate) runbook() Runbook {
	return Runbook{
		Meaning: "A service answers a part of its requests with errors that are its own fault. Those who ask get nothing.",
		Look: []Step{
			{
				Text:  "Which errors, since when, and whether they came with a change.",
				Query: fmt.Sprintf("sum by (%s) (rate(%s[5m]))", e.HTTP.Code, e.HTTP.counter(nil)),
			},
			{
				Text: "Whether all instances have them, or one.",
				Query: fmt.Sprintf(
					"sum by (pod) (rate(%s[5m]))",
					e.HTTP.counter([]string{fmt.Sprintf("%s=~%q", e.HTTP.Code, e.HTTP.Errors)}),
				),
			},
			{
				Text:    "What the instances say.",
				Command: "kubectl -n <namespace> logs -l app.kubernetes.io/instance=<service> --tail 100 --prefix",
			},
		},
		Mend: []Step{
			{
				Text:    "They came with a new revision: go back to the one before.",
				Command: "kubectl -n <namespace> rollout undo deployment <service>",
			},
			{Text: "What it depends on fails (a database, another service): its own alerts and dashboards say more."},
			{
				Text:    "One instance alone: delete its pod, so that another takes its place.",
				Command: "kubectl -n <namespace> delete pod <pod>",
			},
			{Text: "More load than the instances bear: raise the replicas or the autoscaler's maximum."},
		},
	}
}

// counter is the metric that counts requests, for people to ask.
func (m HTTPMetrics) counter(matchers []string) string {
	if m.Requests != "" {
		return selector(m.Requests, matchers, nil)
	}
	return selector(m.Duration+"_count", matchers, nil)
}
