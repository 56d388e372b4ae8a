package monitoring

import (
	"cmp"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Targets tells when Prometheus cannot scrape a job: single targets that do not answer, and a job that has none at all. Where
// nothing is scraped all other alerts are silent. The zero value but for Job is for 5 minutes, a warning; the job as a whole is
// critical.
type Targets struct {
	// Name of the alert for single targets. Default: TargetDown. That for the job is called the same with Job before it.
	Name string `json:"name,omitempty"`
	// Job that is scraped. With a ServiceMonitor it is the name of the Service.
	Job string `json:"job"`
	// For this time, from 1m to 24h. Default: 5m.
	For metav1.Duration `json:"for,omitzero"`
	// Severity of the alert for single targets. Default: warning.
	Severity Severity `json:"severity,omitempty"`
	// Match are labels that all series must have, such as a namespace. Default: none.
	Match map[string]string `json:"match,omitempty"`
}

func (t Targets) withDefaults() Targets {
	t.Name = cmp.Or(t.Name, "TargetDown")
	t.For.Duration = cmp.Or(t.For.Duration, 5*time.Minute)
	t.Severity = cmp.Or(t.Severity, SeverityWarning)
	return t
}

func (t Targets) validate() field.ErrorList {
	c := &check{}
	c.name(t.Name)
	if t.Job == "" {
		c.errs = append(
			c.errs,
			field.Required(field.NewPath("job"), "write the job as Prometheus names it, like the Service that is scraped"),
		)
	}
	c.between("for", t.For.Duration, time.Minute, 24*time.Hour)
	c.severity(t.Severity)
	c.match(t.Match, "job", "instance")
	return c.errs
}

// Define gives two alerts.
func (t Targets) Define() (Group, error) {
	t = t.withDefaults()
	if errs := t.validate(); len(errs) > 0 {
		return Group{}, errs.ToAggregate()
	}
	up := selector("up", []string{matcher("job", t.Job)}, t.Match)
	one, all := t.single(up), t.whole(up)
	return Group{Name: groupName(t.Name) + "-" + t.Job, Alerts: []Alert{one, all}}, nil
}

func (t Targets) single(up string) Alert {
	return Alert{
		Name:     t.Name,
		Expr:     fmt.Sprintf("max by (job, namespace, pod, instance) (%s) == 0", up),
		For:      t.For,
		Severity: t.Severity,
		Summary: "Target {{ $labels.instance }} of job {{ $labels.job }} has not been scraped for " + duration(
			t.For.Duration,
		) +
			"{{ with $labels.pod }}: pod {{ . }}{{ end }}.",
		Runbook: Runbook{
			Meaning: "Prometheus cannot read the metrics of a target that it knows. What happens there, nobody is told.",
			Look: []Step{
				{
					Text: "What Prometheus says of the target: timeout, refused, or a status.",
					Command: "kubectl -n monitoring port-forward svc/prometheus-operated 9090 # and open " +
						"http://localhost:9090/targets",
				},
				{Text: "Whether the pod runs and is ready.", Command: "kubectl -n <namespace> describe pod <pod>"},
			},
			Mend: []Step{
				{
					Text: "Refused or timeout, though the pod is ready: let Prometheus' namespace in by a connection to the " +
						"port of the metrics.",
				},
				{Text: "A status: the path or the port of the scrape is another than the program's."},
				{
					Text:    "The pod hangs: delete it, so that another takes its place.",
					Command: "kubectl -n <namespace> delete pod <pod>",
				},
			},
		},
		Panel: Panel{Title: "Targets of " + t.Job + " that answer", Query: "avg(" + up + ")", Unit: "percentunit"},
		Tests: tests(t.singleScenes()...),
	}
}

func (t Targets) whole(up string) Alert {
	return Alert{
		Name:     "Job" + t.Name,
		Expr:     fmt.Sprintf("absent(%s == 1)", up),
		For:      t.For,
		Severity: SeverityCritical,
		Labels:   with(t.Match, "job", t.Job), // absent() of a comparison has none
		Summary:  "No target of job " + t.Job + " has been scraped for " + duration(t.For.Duration) + ".",
		Runbook: Runbook{
			Meaning: "Prometheus reads the metrics of none of a job's targets, or knows of none. All alerts about the job " +
				"are silent, " +
				"whatever happens.",
			Look: []Step{
				{
					Text: "Whether Prometheus knows the job, and what it says of its targets.",
					Command: "kubectl -n monitoring port-forward svc/prometheus-operated 9090 # and open " +
						"http://localhost:9090/targets",
				},
				{
					Text:    "Whether its monitor is there, and has the labels that Prometheus selects.",
					Command: "kubectl get servicemonitors,podmonitors --all-namespaces --show-labels",
				},
				{
					Text:    "Whether its pods are there.",
					Command: "kubectl get pods --all-namespaces -l app.kubernetes.io/instance=<job>",
				},
			},
			Mend: []Step{
				{Text: "No pods: the workload was scaled to nothing, or its pods cannot be made; its events say why."},
				{
					Text: "No targets: compare the monitor's selector with the Service's labels, and its namespace with " +
						"those that Prometheus reads.",
				},
				{Text: "It is not meant to be there any more: take its alerts away with it."},
			},
		},
		Tests: tests(t.wholeScenes()...),
	}
}
