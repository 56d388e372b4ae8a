package monitoring

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Definition is what becomes rules: a typed spec like PodRestarts, or a Group of the caller's own.
type Definition interface {
	// Define gives the rules. The error is a list of field errors, each with the path of the field below the definition
	// and what to write instead.
	Define() (Group, error)
}

// Group of rules, which Prometheus evaluates one after the other, at the same instant: an alert sees what the records
// before it have just written.
type Group struct {
	// Name of the group, unique in a Rules: "pod-restarts".
	Name string `json:"name"`
	// Interval between two evaluations. Default: 30s.
	Interval metav1.Duration `json:"interval,omitzero"`
	// Records are evaluated before the alerts.
	Records []Record `json:"records,omitempty"`
	Alerts  []Alert  `json:"alerts,omitempty"`
}

// Define gives the group as it is.
func (g Group) Define() (Group, error) { return g, nil }

// Record is a recording rule: a new series, computed once for all who ask.
type Record struct {
	// Name of the new metric, with a colon as is the custom for those that are computed: "service:requests:rate5m".
	Name string `json:"name"`
	// Expr in PromQL.
	Expr string `json:"expr"`
	// Labels that are set on the new series.
	Labels map[string]string `json:"labels,omitempty"`
}

// Alert is one alert and everything that belongs to it. The rule, the page of the runbook, the panel of the dashboard and
// the file of rule tests are all made from it, so that none can be forgotten, and none says what another does not.
type Alert struct {
	// Name of the alert, in camel case: "NodeCPUHigh". It is the file name of its runbook too.
	Name string `json:"name"`
	// Expr in PromQL. Each series that it gives is an alert.
	Expr string `json:"expr"`
	// For is how long Expr must give a series before the alert fires. Zero fires at once.
	For metav1.Duration `json:"for,omitzero"`
	// KeepFiringFor is how long the alert goes on after Expr has ceased to give its series, so that something that comes and
	// goes is one alert, not twenty.
	KeepFiringFor metav1.Duration `json:"keepFiringFor,omitzero"`
	// Severity decides who is told. Default: warning.
	Severity Severity `json:"severity,omitempty"`
	// Labels beside the severity.
	Labels map[string]string `json:"labels,omitempty"`
	// Summary is one line that names the thing and its value, a template of Prometheus:
	// "Node {{ $labels.node }} uses {{ $value | humanizePercentage }} of its CPU."
	Summary string `json:"summary"`
	// Runbook says what the alert means and what to do.
	Runbook Runbook `json:"runbook"`
	// Panel shows what the alert watches.
	Panel Panel `json:"panel,omitzero"`
	// Metrics without which the alert would be silent for ever, as selectors: `kube_pod_info{job="kube-state-metrics"}`.
	// Rules has an alert for each that is absent.
	Metrics []string `json:"metrics,omitempty"`
	// Tests are what must fire it and what must not.
	Tests []RuleTest `json:"tests,omitempty"`
}

// Runbook of an alert.
type Runbook struct {
	// Meaning is what has happened and whom it hurts, in one to three sentences. It is the alert's description as well.
	Meaning string `json:"meaning"`
	// Look says how to find out what is wrong.
	Look []Step `json:"look"`
	// Mend says what helps, the mildest first.
	Mend []Step `json:"mend"`
}

// Step of a runbook.
type Step struct {
	// Text in Markdown, one or two sentences.
	Text string `json:"text"`
	// Command that does it, if there is one. It may have the alert's labels in angle brackets: kubectl describe node <node>.
	Command string `json:"command,omitempty"`
	// Query in PromQL that shows it, if there is one.
	Query string `json:"query,omitempty"`
}

// Panel of a dashboard: a graph over time. The zero value is none.
type Panel struct {
	// Title of the panel: "CPU of nodes".
	Title string `json:"title"`
	// Query in PromQL: what the alert compares, without the comparison.
	Query string `json:"query"`
	// Legend of each line, a template of Grafana: "{{node}}".
	Legend string `json:"legend,omitempty"`
	// Unit as Grafana names it: "percentunit", "s", "short", "bytes".
	Unit string `json:"unit,omitempty"`
	// Threshold is drawn as a line.
	Threshold *float64 `json:"threshold,omitempty"`
}
