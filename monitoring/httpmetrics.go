package monitoring

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// HTTPMetrics says by which metrics a program tells of the requests that it serves. Take one of PromHTTP, OpenTelemetry and
// IngressNGINX, and change what is other with you. The zero value is PromHTTP.
type HTTPMetrics struct {
	// Requests is the counter of requests: "http_requests_total". Empty if the histogram alone counts them.
	Requests string `json:"requests,omitempty"`
	// Code is the label that has the status: "code".
	Code string `json:"code,omitempty"`
	// Errors are the statuses that are the program's fault, as a regular expression. Default: 5.. for 500 to 599.
	Errors string `json:"errors,omitempty"`
	// Duration is the histogram of the requests' durations in seconds, without a suffix: "http_request_duration_seconds".
	Duration string `json:"duration,omitempty"`
	// Native says that it is a native histogram, and has no buckets of its own.
	Native bool `json:"native,omitempty"`
	// Buckets are the upper bounds of a classic histogram in seconds, ascending, without infinity.
	Buckets []float64 `json:"buckets,omitempty"`
	// By are the labels that name a service. Each service is an alert of its own. Default: namespace and service, which the
	// operator of Prometheus sets on what a ServiceMonitor scrapes.
	By []string `json:"by,omitempty"`
}

// PromHTTP are the metrics of client_golang's promhttp, as its documentation names them, with the buckets of
// prometheus.DefBuckets.
func PromHTTP() HTTPMetrics {
	return HTTPMetrics{
		Requests: "http_requests_total", Code: "code", Errors: "5..", Duration: "http_request_duration_seconds",
		Buckets: []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10},
		By:      []string{"namespace", "service"},
	}
}

// OpenTelemetry are the metrics of its semantic conventions for HTTP servers (1.23 and later), as Prometheus names them. The
// histogram counts the requests as well.
func OpenTelemetry() HTTPMetrics {
	return HTTPMetrics{
		Code: "http_response_status_code", Errors: "5..", Duration: "http_server_request_duration_seconds",
		Buckets: []float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10},
		By:      []string{"namespace", "service"},
	}
}

// IngressNGINX are the metrics of ingress-nginx, by the Ingress that was asked. Its own labels for the namespace lose against
// those of the scrape, and so are exported_namespace, unless it is scraped with honorLabels.
func IngressNGINX() HTTPMetrics {
	return HTTPMetrics{
		Requests: "nginx_ingress_controller_requests", Code: "status", Errors: "5..",
		Duration: "nginx_ingress_controller_request_duration_seconds",
		Buckets:  []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10},
		By:       []string{"exported_namespace", "ingress"},
	}
}

// withDefaults takes all of PromHTTP if nothing is said, and else what cannot be left out.
func (m HTTPMetrics) withDefaults() HTTPMetrics {
	if m.Requests == "" && m.Duration == "" {
		by := m.By
		m = PromHTTP()
		if len(by) > 0 {
			m.By = by
		}
	}
	if m.Errors == "" {
		m.Errors = "5.."
	}
	if len(m.By) == 0 {
		m.By = []string{"namespace", "service"}
	}
	return m
}

func (m HTTPMetrics) by() string { return strings.Join(m.By, ", ") }

// over all requests of a service, with matchers: function is rate or increase.
func (m HTTPMetrics) over(function string, window time.Duration, matchers []string, match map[string]string) string {
	metric := m.Requests
	switch {
	case metric == "" && m.Native:
		return fmt.Sprintf(
			"histogram_count(sum by (%s) (%s(%s[%s])))",
			m.by(),
			function,
			selector(m.Duration, matchers, match),
			duration(window),
		)
	case metric == "":
		metric = m.Duration + "_count"
	}
	return fmt.Sprintf("sum by (%s) (%s(%s[%s]))", m.by(), function, selector(metric, matchers, match), duration(window))
}

// enough says that there were so many requests within a window that one alone decides nothing.
func (m HTTPMetrics) enough(requests int32, window time.Duration, match map[string]string) string {
	return fmt.Sprintf("and on (%s) %s >= %d", m.by(), m.over("increase", window, nil, match), requests)
}

// name of the service in a template of Prometheus: "{{ $labels.namespace }}/{{ $labels.service }}".
func (m HTTPMetrics) name() string {
	return strings.Join(each(m.By, func(label string) string { return "{{ $labels." + label + " }}" }), "/")
}

// legend is the same in a template of Grafana.
func (m HTTPMetrics) legend() string {
	return strings.Join(each(m.By, func(label string) string { return "{{" + label + "}}" }), "/")
}

func each(all []string, change func(string) string) []string {
	changed := make([]string, len(all))
	for i, one := range all {
		changed[i] = change(one)
	}
	return changed
}

// http metrics, of which an alert needs the status or the durations.
func (c *check) http(m HTTPMetrics, needsCode, needsDuration bool) {
	path := field.NewPath("http")
	required := func(name, example string) {
		c.errs = append(c.errs, field.Required(path.Child(name), "write "+example))
	}
	if needsCode && m.Code == "" {
		required("code", `the label that has the status, like "code"`)
	}
	if needsDuration && m.Duration == "" {
		required("duration", `the histogram of durations, like "http_request_duration_seconds"`)
	}
	for i, label := range m.By {
		if !labelName.MatchString(label) || slices.Contains([]string{"le", m.Code, "__name__"}, label) {
			c.errs = append(c.errs, field.Invalid(path.Child("by").Index(i), label, "must be a label that names the service"))
		}
	}
	for name, metric := range map[string]string{"requests": m.Requests, "duration": m.Duration} {
		if metric != "" && !metricName.MatchString(metric) {
			c.errs = append(c.errs, field.Invalid(path.Child(name), metric, "is no name of a metric"))
		}
	}
	for _, suffix := range []string{"_bucket", "_count", "_sum"} {
		if base, has := strings.CutSuffix(m.Duration, suffix); has {
			c.errs = append(c.errs, field.Invalid(path.Child("duration"), m.Duration, "write it without the suffix: "+base))
		}
	}
	if !slices.IsSorted(m.Buckets) {
		c.errs = append(c.errs, field.Invalid(path.Child("buckets"), m.Buckets, "must ascend"))
	}
}
