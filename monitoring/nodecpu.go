package monitoring

import (
	"cmp"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// NodeCPU tells of nodes whose CPU is busy for long. The zero value is more than 90 % for 15 minutes, critical.
//
// Waiting for disks is not being busy, though "all that is not idle" counts it: the same data gave 93 % that way, and 85 %
// in truth. What the hypervisor gives to others (steal) counts: on shared Droplets it is a reason to move.
type NodeCPU struct {
	// Name of the alert. Default: NodeCPUHigh.
	Name string `json:"name,omitempty"`
	// Above this share of all CPUs of the node, averaged over 5 minutes. Default: 0.9.
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
	cpuMetric   = "node_cpu_seconds_total"
	unameMetric = "node_uname_info"
	// rateWindow of all alerts: it holds four scrapes and more of each tier.
	rateWindow = 5 * time.Minute
	// keepFiring what hovers around its threshold as one alert.
	keepFiring = 5 * time.Minute
)

func (n NodeCPU) withDefaults() NodeCPU {
	n.Name = cmp.Or(n.Name, "NodeCPUHigh")
	n.Above = cmp.Or(n.Above, 0.9)
	n.For.Duration = cmp.Or(n.For.Duration, 15*time.Minute)
	n.Severity = cmp.Or(n.Severity, SeverityCritical)
	n.Job = cmp.Or(n.Job, nodeExporter)
	return n
}

func (n NodeCPU) validate() field.ErrorList {
	c := &check{}
	c.name(n.Name)
	c.share("above", n.Above)
	c.between("for", n.For.Duration, time.Minute, 24*time.Hour)
	c.severity(n.Severity)
	c.match(n.Match, "job", "instance", "mode", "cpu", "node")
	return c.errs
}

// Define gives an alert.
func (n NodeCPU) Define() (Group, error) {
	n = n.withDefaults()
	if errs := n.validate(); len(errs) > 0 {
		return Group{}, errs.ToAggregate()
	}
	// A share of two rates is right where each alone is too low: before the window is full, after missed scrapes and after a
	// restart of node-exporter. It would begin the waiting anew.
	rate := func(matchers ...string) string {
		return fmt.Sprintf("sum by (instance) (rate(%s[%s]))",
			selector(cpuMetric, append([]string{matcher("job", n.Job)}, matchers...), n.Match), duration(rateWindow))
	}
	use := rate(`mode!~"idle|iowait"`) + "\n/ " + rate()
	expr := onNode(use, n.Job, n.Match)
	return Group{Name: groupName(n.Name), Alerts: []Alert{
		{
			Name:          n.Name,
			Expr:          expr + "\n> " + number(n.Above),
			For:           n.For,
			KeepFiringFor: metav1.Duration{Duration: keepFiring},
			Severity:      n.Severity,
			Summary: "Node {{ $labels.node }} uses {{ $value | humanizePercentage }} of its CPU, for more than " + duration(
				n.For.Duration,
			) + ".",
			Runbook: n.runbook(),
			Panel: Panel{
				Title:     "CPU of nodes",
				Query:     expr,
				Legend:    "{{node}}",
				Unit:      "percentunit",
				Threshold: &n.Above,
			},
			Metrics: []string{selector(cpuMetric, []string{matcher("job", n.Job)}, nil), unameOf(n.Job, nil)},
			Tests:   tests(n.scenes()...),
		},
	}}, nil
}

func (n NodeCPU) runbook() Runbook {
	return Runbook{
		Meaning: "A node has had hardly any CPU to spare for a while. Its pods get slower, those without requests first, and " +
			"probes that time out can restart them.",
		Look: []Step{
			{Text: "Which pods use it.", Command: "kubectl top pods --all-namespaces --sort-by=cpu"},
			{
				Text:  "Whether other guests of the host take it (steal), as they can on Droplets with shared CPUs.",
				Query: `avg by (instance) (rate(node_cpu_seconds_total{mode="steal"}[5m]))`,
			},
			{Text: "What the pods of the node have asked for.", Command: "kubectl describe node <node>"},
		},
		Mend: []Step{
			{Text: "One pod uses it all: set its CPU limit, or raise its replicas so that others share the work."},
			{
				Text:    "All nodes are busy: raise the pool's count or its maximum. Pods move when they are made anew.",
				Command: "caisson nodepool apply -f production.yaml",
			},
			{
				Text:    "Steal above 10 %: change the pool to a size with dedicated CPUs.",
				Command: "caisson nodepool rotate <pool> -f production.yaml",
			},
		},
	}
}
