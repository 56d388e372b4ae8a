package monitoring

import (
	"cmp"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// PodRestarts tells of pods whose containers end again and again. The zero value is more than 5 restarts of a pod within an
// hour, critical; init containers count too.
//
// It counts exactly: Prometheus' own increase() of five restarts is 5.02 to 6 by the time of the scrapes, and twice as much
// with two instances of kube-state-metrics. With the kubelet's back-off of 10 s to 5 min, a container that ends at once is
// told about 10 minutes after it has begun to. What no longer exists is not told: the alert ends with the pod.
type PodRestarts struct {
	// Name of the alert. Default: PodRestarting.
	Name string `json:"name,omitempty"`
	// MoreThan so many restarts of all containers of a pod together, up to one a minute and 100. Default: 5.
	MoreThan int32 `json:"moreThan,omitempty"`
	// Within this time, from 5m to 24h. Default: 1h.
	Within metav1.Duration `json:"within,omitzero"`
	// Severity of the alert. Default: critical.
	Severity Severity `json:"severity,omitempty"`
	// Match are labels that all series must have, such as a namespace. Default: all pods.
	Match map[string]string `json:"match,omitempty"`
	// Job under which kube-state-metrics is scraped. Default: kube-state-metrics.
	Job string `json:"job,omitempty"`
}

func (p PodRestarts) withDefaults() PodRestarts {
	p.Name = cmp.Or(p.Name, "PodRestarting")
	p.MoreThan = cmp.Or(p.MoreThan, 5)
	p.Within.Duration = cmp.Or(p.Within.Duration, time.Hour)
	p.Severity = cmp.Or(p.Severity, SeverityCritical)
	p.Job = cmp.Or(p.Job, kubeStateMetrics)
	return p
}

// Define gives a record and an alert.
func (p PodRestarts) Define() (Group, error) {
	p = p.withDefaults()
	if errs := p.validate(); len(errs) > 0 {
		return Group{}, errs.ToAggregate()
	}
	restarts := func(metric string) string {
		return selector(metric, []string{matcher("job", p.Job)}, p.Match)
	}
	// The record is written at the instant at which the alert reads it, so that increase() has nothing to extrapolate to, and
	// without the labels of kube-state-metrics itself, so that neither its restart nor a second instance counts.
	record := Record{
		Name: recordName("namespace_pod_container", p.Name, "max"),
		Expr: fmt.Sprintf("max by (namespace, pod, container) (\n  %s\n  or %s\n)",
			restarts(restartsMetric), restarts(initRestartsMetric)),
	}
	window := duration(p.Within.Duration)
	// Of more than a hundred the window's ends, half an interval, could be one.
	count := fmt.Sprintf("sum by (namespace, pod) (floor(increase(%s[%s]) + 0.01))", record.Name, window)
	expr := onNodeOfPod(count, p.Job, p.Match)
	threshold := float64(p.MoreThan)
	return Group{Name: groupName(p.Name), Records: []Record{record}, Alerts: []Alert{{
		Name:     p.Name,
		Expr:     fmt.Sprintf("%s\n> %d", expr, p.MoreThan),
		Severity: p.Severity,
		Summary:  "Pod {{ $labels.namespace }}/{{ $labels.pod }} restarted {{ $value }} times within " + window + ".",
		Runbook:  p.runbook(),
		Panel: Panel{
			Title: "Restarts of containers within " + window, Query: count, Legend: "{{namespace}}/{{pod}}",
			Unit: "short", Threshold: &threshold,
		},
		Metrics: []string{
			selector(restartsMetric, []string{matcher("job", p.Job)}, nil), podInfoOf(p.Job, nil),
		},
		Tests: tests(p.scenes()...),
	}}}, nil
}

func (p PodRestarts) runbook() Runbook {
	return Runbook{
		Meaning: "A container ends again and again, and is started anew each time, with a pause of up to five minutes. " +
			"Requests " +
			"that it had are lost, and while it pauses the other pods carry its load.",
		Look: []Step{
			{
				Text:    "How it ended: the exit code, the reason (OOMKilled is too little memory) and its last words.",
				Command: "kubectl -n <namespace> describe pod <pod>",
			},
			{
				Text:    "What it wrote before it ended.",
				Command: "kubectl -n <namespace> logs <pod> --previous --all-containers --tail 100",
			},
			{
				Text:  "Whether it began with a change: all pods of a revision restart, or one alone.",
				Query: `sum by (pod) (increase(kube_pod_container_status_restarts_total{namespace="<namespace>"}[1h])) > 0`,
			},
		},
		Mend: []Step{
			{
				Text:    "It began with a new revision: go back to the one before, and look for the reason then.",
				Command: "kubectl -n <namespace> rollout undo deployment <name>",
			},
			{Text: "OOMKilled: raise the memory limit, after a look at whether its use grows without end."},
			{
				Text: "The liveness probe kills it (the pod's events say so): raise its timeout, or take from it what " +
					"depends on others.",
			},
			{
				Text:    "One pod alone: delete it, so that another takes its place, perhaps on another node.",
				Command: "kubectl -n <namespace> delete pod <pod>",
			},
		},
	}
}
