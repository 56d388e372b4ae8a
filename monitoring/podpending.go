package monitoring

import (
	"cmp"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// PodPending tells of pods that do not start. The zero value is more than 5 minutes, a warning.
//
// The time is counted from the pod's creation, and not from when Prometheus first saw it, so that neither a restart of
// Prometheus nor missed scrapes begin it anew. Pending is more than unscheduled: images that cannot be pulled and volumes that
// cannot be attached count too. A pool that scales itself takes 2 to 5 minutes for a node: give its namespaces more time.
type PodPending struct {
	// Name of the alert. Default: PodPending.
	Name string `json:"name,omitempty"`
	// For longer than this, from 1m to 24h. Default: 5m.
	For metav1.Duration `json:"for,omitzero"`
	// Severity of the alert. Default: warning.
	Severity Severity `json:"severity,omitempty"`
	// Match are labels that all series must have, such as a namespace. Default: all pods.
	Match map[string]string `json:"match,omitempty"`
	// Job under which kube-state-metrics is scraped. Default: kube-state-metrics.
	Job string `json:"job,omitempty"`
}

const (
	podCreatedMetric = "kube_pod_created"
	podPhaseMetric   = "kube_pod_status_phase"
)

func (p PodPending) withDefaults() PodPending {
	p.Name = cmp.Or(p.Name, "PodPending")
	p.For.Duration = cmp.Or(p.For.Duration, 5*time.Minute)
	p.Severity = cmp.Or(p.Severity, SeverityWarning)
	p.Job = cmp.Or(p.Job, kubeStateMetrics)
	return p
}

func (p PodPending) validate() field.ErrorList {
	c := &check{}
	c.name(p.Name)
	c.between("for", p.For.Duration, time.Minute, 24*time.Hour)
	c.severity(p.Severity)
	c.match(p.Match, "job", "pod", "phase")
	return c.errs
}

// Define gives an alert.
func (p PodPending) Define() (Group, error) {
	p = p.withDefaults()
	if errs := p.validate(); len(errs) > 0 {
		return Group{}, errs.ToAggregate()
	}
	job := matcher("job", p.Job)
	age := fmt.Sprintf("time() - max by (namespace, pod) (%s)", selector(podCreatedMetric, []string{job}, p.Match))
	// The phase is 0 for all phases that the pod is not in: without a comparison each pod would fire.
	pending := fmt.Sprintf(
		"max by (namespace, pod) (%s) == 1",
		selector(podPhaseMetric, []string{job, `phase="Pending"`}, p.Match),
	)
	return Group{Name: groupName(p.Name), Alerts: []Alert{{
		Name:     p.Name,
		Expr:     fmt.Sprintf("%s > %s\nand on (namespace, pod) %s", age, number(p.For.Seconds()), pending),
		Severity: p.Severity,
		Summary:  "Pod {{ $labels.namespace }}/{{ $labels.pod }} has been pending for {{ $value | humanizeDuration }}.",
		Runbook:  p.runbook(),
		Panel: Panel{
			Title: "Pending pods", Query: "count by (namespace) (" + pending + ")", Legend: "{{namespace}}", Unit: "short",
		},
		Metrics: []string{selector(podCreatedMetric, []string{job}, nil), selector(podPhaseMetric, []string{job}, nil)},
		Tests:   tests(p.scenes()...),
	}}}, nil
}

func (p PodPending) runbook() Runbook {
	return Runbook{
		Meaning: "A pod that should run does not start. Its workload has fewer replicas than it asks for: a rollout stands " +
			"still, or an autoscaler's new pods do not help.",
		Look: []Step{
			{
				Text: "Why: the events at the end say whether no node fits, the image cannot be pulled or a volume " +
					"cannot be attached.",
				Command: "kubectl -n <namespace> describe pod <pod>",
			},
			{Text: "What is left on the nodes.", Command: "kubectl describe nodes | grep -A 8 'Allocated resources'"},
			{
				Text:  "How many pods wait, and where.",
				Query: `count by (namespace) (kube_pod_status_phase{phase="Pending"} == 1)`,
			},
		},
		Mend: []Step{
			{
				Text:    "Insufficient cpu or memory: raise the pool's count or its maximum, or lower the requests.",
				Command: "caisson nodepool apply -f production.yaml",
			},
			{
				Text:    "Taints or selectors that no node satisfies: compare the pod's with the pool's.",
				Command: "kubectl get nodes --show-labels",
			},
			{Text: "ErrImagePull: check that the image exists, and that the cluster may pull from the registry."},
			{
				Text:    "A volume that is still attached to another node: it is detached within minutes once that node is gone.",
				Command: "kubectl get volumeattachments",
			},
			{
				Text:    "Exceeded quota tells of pods that were never made; it is found in the events of their owner instead.",
				Command: "kubectl -n <namespace> get events --field-selector reason=FailedCreate",
			},
		},
	}
}
