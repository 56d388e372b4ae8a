package monitoring

import (
	"cmp"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// NodeMemory tells of nodes whose memory is used for long. The zero value is more than 85 % for 15 minutes, critical.
//
// Used is what is not available: what the kernel can take back from caches at once counts as free, which "MemFree" does not.
// The kubelet evicts pods below 100Mi available, which is later.
type NodeMemory struct {
	// Name of the alert. Default: NodeMemoryHigh.
	Name string `json:"name,omitempty"`
	// Above this share of the node's memory, averaged over 5 minutes. Default: 0.85.
	Above float64 `json:"above,omitempty"`
	// For this time, from 1m to 24h. Default: 15m.
	For metav1.Duration `json:"for,omitzero"`
	// Severity of the alert. Default: critical.
	Severity Severity `json:"severity,omitempty"`
	// Match are labels that all series must have, such as a cluster. Default: all nodes.
	Match map[string]string `json:"match,omitempty"`
	// Job under which node-exporter is scraped. Default: node-exporter.
	Job string `json:"job,omitempty"`
}

const (
	availableMetric = "node_memory_MemAvailable_bytes"
	memoryMetric    = "node_memory_MemTotal_bytes"
)

func (n NodeMemory) withDefaults() NodeMemory {
	n.Name = cmp.Or(n.Name, "NodeMemoryHigh")
	n.Above = cmp.Or(n.Above, 0.85)
	n.For.Duration = cmp.Or(n.For.Duration, 15*time.Minute)
	n.Severity = cmp.Or(n.Severity, SeverityCritical)
	n.Job = cmp.Or(n.Job, nodeExporter)
	return n
}

func (n NodeMemory) validate() field.ErrorList {
	c := &check{}
	c.name(n.Name)
	c.share("above", n.Above)
	c.between("for", n.For.Duration, time.Minute, 24*time.Hour)
	c.severity(n.Severity)
	c.match(n.Match, "job", "instance", "node")
	return c.errs
}

// Define gives an alert.
func (n NodeMemory) Define() (Group, error) {
	n = n.withDefaults()
	if errs := n.validate(); len(errs) > 0 {
		return Group{}, errs.ToAggregate()
	}
	memory := func(metric string) string {
		return "max by (instance) (" + selector(metric, []string{matcher("job", n.Job)}, n.Match) + ")"
	}
	// An average, since a restart of node-exporter leaves a gap, which would begin the waiting anew.
	use := fmt.Sprintf("avg_over_time((\n  1 - %s\n  / %s\n)[%s:%s])",
		memory(availableMetric), memory(memoryMetric), duration(rateWindow), duration(defaultInterval))
	expr := onNode(use, n.Job, n.Match)
	return Group{Name: groupName(n.Name), Alerts: []Alert{
		{
			Name:          n.Name,
			Expr:          expr + "\n> " + number(n.Above),
			For:           n.For,
			KeepFiringFor: metav1.Duration{Duration: keepFiring},
			Severity:      n.Severity,
			Summary: "Node {{ $labels.node }} uses {{ $value | humanizePercentage }} of its memory, for more than " + duration(
				n.For.Duration,
			) + ".",
			Runbook: n.runbook(),
			Panel: Panel{
				Title:     "Memory of nodes",
				Query:     expr,
				Legend:    "{{node}}",
				Unit:      "percentunit",
				Threshold: &n.Above,
			},
			Metrics: []string{selector(availableMetric, []string{matcher("job", n.Job)}, nil), unameOf(n.Job, nil)},
			Tests:   tests(n.scenes()...),
		},
	}}, nil
}

func (n NodeMemory) runbook() Runbook {
	return Runbook{
		Meaning: "A node has had little memory left for a while. When there is less than 100Mi, the kubelet evicts pods, those " +
			"that use more than they asked for first; before that, the kernel may kill a container.",
		Look: []Step{
			{Text: "Which pods use it.", Command: "kubectl top pods --all-namespaces --sort-by=memory"},
			{
				Text:  "Whether one grows without end.",
				Query: `topk(10, deriv(container_memory_working_set_bytes{container!="",node="<node>"}[6h]) > 0)`,
			},
			{
				Text:    "What the pods of the node have asked for, and what they may use.",
				Command: "kubectl describe node <node>",
			},
		},
		Mend: []Step{
			{
				Text:    "One pod grows without end: restart it, and look for the leak.",
				Command: "kubectl -n <namespace> rollout restart deployment <name>",
			},
			{
				Text: "Pods use more than they ask for: raise their requests to what they use, so that the scheduler " +
					"spreads them.",
			},
			{
				Text:    "All nodes are full: raise the pool's count or its maximum, or change it to a size with more memory.",
				Command: "caisson nodepool rotate <pool> -f production.yaml",
			},
		},
	}
}
