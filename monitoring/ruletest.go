package monitoring

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// RuleTest is a scenario: what Prometheus scrapes, and what fires when.
type RuleTest struct {
	// Name is a sentence: "Five restarts within an hour do not fire."
	Name string `json:"name"`
	// Interval between two samples of the series.
	Interval metav1.Duration `json:"interval"`
	// Series that are scraped.
	Series []Series `json:"series,omitempty"`
	// Expect what fires at which times, in their order.
	Expect []Expectation `json:"expect"`
}

// Series is what one target tells over time.
type Series struct {
	// Selector is the metric and all of its labels: `up{job="api",instance="10.0.0.7:8080"}`.
	Selector string `json:"selector"`
	// Values in the notation of promtool: "0x10 1+2x5 _x3 stale".
	Values string `json:"values"`
}

// Expectation is what fires at a time. What is not told does not fire.
type Expectation struct {
	// At is the time since the first sample.
	At metav1.Duration `json:"at"`
	// Firing alerts; none is as telling as some.
	Firing []Firing `json:"firing,omitempty"`
}

// Firing is an alert as it reaches the reader.
type Firing struct {
	// Labels of the series. Those that the rule sets are added.
	Labels map[string]string `json:"labels,omitempty"`
	// Summary with its values filled in.
	Summary string `json:"summary"`
}
