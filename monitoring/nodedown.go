package monitoring

import (
	"cmp"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// NodeDown tells of nodes that are not ready. The zero value is for 5 minutes, critical: it is when Kubernetes begins to move
// the pods elsewhere. Routing silences what it explains, by the label node.
type NodeDown struct {
	// Name of the alert. Default: NodeDown.
	Name string `json:"name,omitempty"`
	// For this time, from 1m to 24h. Default: 5m.
	For metav1.Duration `json:"for,omitzero"`
	// Severity of the alert. Default: critical.
	Severity Severity `json:"severity,omitempty"`
	// Match are labels that all series must have, such as a cluster. Default: all nodes.
	Match map[string]string `json:"match,omitempty"`
	// Job under which kube-state-metrics is scraped. Default: kube-state-metrics.
	Job string `json:"job,omitempty"`
}

const nodeConditionMetric = "kube_node_status_condition"

func (n NodeDown) withDefaults() NodeDown {
	n.Name = cmp.Or(n.Name, "NodeDown")
	n.For.Duration = cmp.Or(n.For.Duration, 5*time.Minute)
	n.Severity = cmp.Or(n.Severity, SeverityCritical)
	n.Job = cmp.Or(n.Job, kubeStateMetrics)
	return n
}

func (n NodeDown) validate() field.ErrorList {
	c := &check{}
	c.name(n.Name)
	c.between("for", n.For.Duration, time.Minute, 24*time.Hour)
	c.severity(n.Severity)
	c.match(n.Match, "job", "node", "condition", "status")
	return c.errs
}

// Define gives an alert.
func (n NodeDown) Define() (Group, error) {
	n = n.withDefaults()
	if errs := n.validate(); len(errs) > 0 {
		return Group{}, errs.ToAggregate()
	}
	job := matcher("job", n.Job)
	ready := fmt.Sprintf(
		"max by (node) (%s)",
		selector(nodeConditionMetric, []string{job, `condition="Ready"`, `status="true"`}, n.Match),
	)
	return Group{Name: groupName(n.Name), Alerts: []Alert{{
		Name:     n.Name,
		Expr:     ready + " == 0",
		For:      n.For,
		Severity: n.Severity,
		Summary:  "Node {{ $labels.node }} has not been ready for " + duration(n.For.Duration) + ".",
		Runbook:  n.runbook(),
		Panel:    Panel{Title: "Nodes that are not ready", Query: "count(" + ready + " == 0) or vector(0)", Unit: "short"},
		Metrics:  []string{selector(nodeConditionMetric, []string{job}, nil)},
		Tests:    tests(n.scenes()...),
	}}}, nil
}

func (n NodeDown) runbook() Runbook {
	return Runbook{
		Meaning: "The kubelet of a node does not answer, or says that it cannot run pods. Its pods get no requests, and after " +
			"five minutes others are made on other nodes, if those have room. Volumes follow only when the node is gone.",
		Look: []Step{
			{Text: "What the kubelet said last, and since when.", Command: "kubectl describe node <node>"},
			{
				Text:    "Whether DigitalOcean still has the Droplet, and says that it runs.",
				Command: "caisson nodepool status -f production.yaml",
			},
			{
				Text:    "Whether it is one node or many: many at once have one reason, in the region or the network.",
				Command: "kubectl get nodes",
			},
		},
		Mend: []Step{
			{
				Text:    "One node: let DOKS replace it. Its pods are moved first, as far as it still answers.",
				Command: "doctl kubernetes cluster node-pool replace-node <cluster> <pool> <node-id>",
			},
			{
				Text:    "Pods that hang on a node that is gone for good keep their volumes: delete them.",
				Command: "kubectl -n <namespace> delete pod <pod> --force",
			},
			{Text: "Many nodes: look at https://status.digitalocean.com before doing anything."},
		},
	}
}

func (n NodeDown) scenes() []*scene {
	const every = defaultInterval
	wait := evaluations(n.For.Duration)
	labels := func(node, status string, more ...string) map[string]string {
		return with(with(n.Match, "job", n.Job, "node", node, "condition", "Ready", "status", status), more...)
	}
	until := wait + 20*time.Minute
	begin := func(name string) *scene { return &scene{name: name, every: every, until: until} }
	told := Firing{
		Labels: map[string]string{
			"node": "node-a",
		},
		Summary: "Node node-a has not been ready for " + duration(n.For.Duration) + ".",
	}
	down := 2 * every
	firing := begin("A node that is not ready fires after the time that it must last.").
		show(nodeConditionMetric, labels("node-a", "true"), sampled(every).set(1).hold(down).set(0)).
		quiet(down+wait-every).fires(down+wait, told)
	unknown := begin("A node of which nothing is known is not ready, one that is says so, and other conditions are none.").
		show(nodeConditionMetric, labels("node-a", "true"), sampled(every)).
		show(nodeConditionMetric, labels("node-a", "unknown"), sampled(every).set(1)).
		show(nodeConditionMetric, labels("node-b", "true"), sampled(every).set(1)).
		show(nodeConditionMetric, labels("node-b", "false"), sampled(every)).
		show(nodeConditionMetric, labels("node-b", "true", "condition", "DiskPressure"), sampled(every)).
		fires(wait, told)
	restarts := begin("A node that comes back in time, or is taken away, does not fire.").
		show(nodeConditionMetric, labels("node-a", "true"), sampled(every).hold(wait-every).set(1).hold(wait).set(0)).
		show(nodeConditionMetric, labels("node-b", "true"), sampled(every).hold(wait-every).end()).
		quiet(wait, 2*wait-every)
	instances := begin("Two instances of kube-state-metrics, of which one has not heard yet, do not fire.").
		show(nodeConditionMetric, labels("node-a", "true", "instance", "a"), sampled(every)).
		show(nodeConditionMetric, labels("node-a", "true", "instance", "b"), sampled(every).set(1)).
		quiet(wait, until)
	return append([]*scene{firing, unknown, restarts, instances},
		firing.strangers(matchedLabels(n.Match, "job", "condition", "status")...)...)
}
