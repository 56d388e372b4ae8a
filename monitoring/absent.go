package monitoring

import (
	"fmt"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	absentGroup = "absent-metrics"
	// absentFor is longer than exporters need to start.
	absentFor = 10 * time.Minute
)

// absentMetrics is a group with an alert for each metric that others need: when its exporter is gone, they are silent, whatever
// happens. It is as grave as the gravest of those that it silences. There is no group if none says what it needs.
func absentMetrics(groups []Group) []Group {
	gravest := map[string]Severity{}
	var needed []string
	for _, group := range groups {
		for _, alert := range group.Alerts {
			for _, metric := range alert.Metrics {
				if _, known := gravest[metric]; !known {
					needed = append(needed, metric)
					gravest[metric] = alert.Severity
				}
				gravest[metric] = graver(gravest[metric], alert.Severity)
			}
		}
	}
	if len(needed) == 0 {
		return nil
	}
	slices.Sort(needed)
	absent := Group{Name: absentGroup}
	for _, metric := range needed {
		absent.Alerts = append(absent.Alerts, absentMetric(metric, gravest[metric], needed))
	}
	return []Group{absent.withDefaults()}
}

func graver(a, b Severity) Severity {
	if slices.Index(Severities(), b) < slices.Index(Severities(), a) {
		return b
	}
	return a
}

func absentMetric(metric string, severity Severity, needed []string) Alert {
	name, _, _ := strings.Cut(metric, "{")
	labels := map[string]string{"metric": name}
	summary := fmt.Sprintf("There is no metric %s, which other alerts need.", name)
	told := Firing{Labels: with(equalLabels(metric), "metric", name), Summary: summary}
	none := &scene{name: "No " + name + " fires after a while.", every: defaultInterval, until: 2 * absentFor}
	back := &scene{
		name:  "A restart of what tells of " + name + " does not fire.",
		every: defaultInterval,
		until: 2 * absentFor,
	}
	gone := sampled(defaultInterval).hold(2 * defaultInterval).end()
	again := sampled(defaultInterval).miss(absentFor)
	back.show(name, with(equalLabels(metric), "pod", "a"), gone).show(name, with(equalLabels(metric), "pod", "b"), again)
	for _, other := range needed {
		if other != metric {
			name, _, _ := strings.Cut(other, "{")
			none.show(name, equalLabels(other), sampled(defaultInterval))
			back.show(name, equalLabels(other), sampled(defaultInterval))
		}
	}
	scenes := []*scene{
		none.quiet(absentFor-defaultInterval).fires(absentFor, told),
		back.quiet(absentFor-defaultInterval, absentFor, absentFor+defaultInterval),
	}
	return Alert{
		Name: "MetricAbsent", Expr: "absent(" + metric + ")", For: metav1.Duration{Duration: absentFor}, Severity: severity,
		Labels: labels, Summary: summary, Tests: tests(scenes...),
		Runbook: Runbook{
			Meaning: "A metric that alerts are made from does not exist. They are silent, whatever happens, until it is " +
				"there again.",
			Look: []Step{
				{
					Text: "Whether what tells of it runs: kube-state-metrics, node-exporter, or the kubelets' endpoint.",
					Command: "kubectl get pods --all-namespaces -l 'app.kubernetes.io/name in (kube-state-metrics, " +
						"prometheus-node-exporter)'",
				},
				{Text: "Whether it comes under another job.", Query: "count by (job) (<metric>)"},
			},
			Mend: []Step{
				{
					Text:    "It is not installed, or was removed: install it.",
					Command: "doctl kubernetes 1-click install <cluster-id> --1-clicks monitoring",
				},
				{Text: "It comes under another job: write that job in the definitions of the alerts."},
				{Text: "Its list of metrics leaves this one out: take it in."},
			},
		},
	}
}

// equalLabels of a selector that is made of equalities alone, as those of Metrics are.
func equalLabels(metric string) map[string]string {
	all := map[string]string{}
	_, matchers, _ := strings.Cut(strings.TrimSuffix(metric, "}"), "{")
	for one := range strings.SplitSeq(matchers, ",") {
		if label, value, is := strings.Cut(one, "="); is {
			all[label] = strings.Trim(value, `"`)
		}
	}
	return all
}
