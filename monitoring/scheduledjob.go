package monitoring

import (
	"cmp"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// ScheduledJob tells when a CronJob has not ended well for too long, for whatever reason: it fails, hangs, is suspended, its
// pods cannot be made, or it is gone. Namespace, CronJob and Every are required.
type ScheduledJob struct {
	// Name of the alerts is this with Late and Missing behind it. Default: Job.
	Name string `json:"name,omitempty"`
	// Namespace and CronJob name what is watched.
	Namespace string `json:"namespace"`
	CronJob   string `json:"cronJob"`
	// Every is the longest time between two runs that the schedule allows, from 1m to 400d: 24h for "0 3 * * *".
	Every metav1.Duration `json:"every"`
	// Late is how much later than Every it may end. Default: half of Every, but at least 10m and at most 6h.
	Late metav1.Duration `json:"late,omitzero"`
	// Severity of the alerts. Default: warning. Critical fits what nobody would miss before it is needed, like backups.
	Severity Severity `json:"severity,omitempty"`
	// Match are labels that all series must have, such as a cluster. Default: none.
	Match map[string]string `json:"match,omitempty"`
	// Job under which kube-state-metrics is scraped. Default: kube-state-metrics.
	Job string `json:"job,omitempty"`
}

const (
	cronJobSuccessMetric = "kube_cronjob_status_last_successful_time"
	cronJobCreatedMetric = "kube_cronjob_created"
	// missingFor is longer than it takes to make something anew.
	missingFor = 15 * time.Minute
)

func (j ScheduledJob) withDefaults() ScheduledJob {
	j.Name = cmp.Or(j.Name, "Job")
	j.Late.Duration = cmp.Or(j.Late.Duration, min(max(j.Every.Duration/2, 10*time.Minute), 6*time.Hour).Truncate(time.Second))
	j.Severity = cmp.Or(j.Severity, SeverityWarning)
	j.Job = cmp.Or(j.Job, kubeStateMetrics)
	return j
}

func (j ScheduledJob) validate() field.ErrorList {
	c := &check{}
	c.name(j.Name)
	for _, one := range []struct{ path, value string }{{"namespace", j.Namespace}, {"cronJob", j.CronJob}} {
		if one.value == "" {
			c.errs = append(c.errs, field.Required(field.NewPath(one.path), "write which CronJob is watched"))
		}
	}
	c.between("every", j.Every.Duration, time.Minute, 400*24*time.Hour)
	c.between("late", j.Late.Duration, time.Second, 400*24*time.Hour)
	c.severity(j.Severity)
	c.match(j.Match, "job", "namespace", "cronjob")
	return c.errs
}

// Define gives two alerts.
func (j ScheduledJob) Define() (Group, error) {
	j = j.withDefaults()
	if errs := j.validate(); len(errs) > 0 {
		return Group{}, errs.ToAggregate()
	}
	matchers := []string{matcher("job", j.Job), matcher("namespace", j.Namespace), matcher("cronjob", j.CronJob)}
	of := func(metric string) string { return selector(metric, matchers, j.Match) }
	age := fmt.Sprintf("time() - (\n  max by (namespace, cronjob) (%s)\n  or max by (namespace, cronjob) (%s)\n)",
		of(cronJobSuccessMetric), of(cronJobCreatedMetric))
	threshold := (j.Every.Duration + j.Late.Duration).Seconds()
	metrics := []string{selector(cronJobCreatedMetric, []string{matcher("job", j.Job)}, nil)}
	return Group{Name: groupName(j.Name) + "-" + j.Namespace + "-" + j.CronJob, Alerts: []Alert{
		{
			Name:     j.Name + "Late",
			Expr:     age + "\n> " + number(threshold),
			Severity: j.Severity,
			Summary: "CronJob {{ $labels.namespace }}/{{ $labels.cronjob }} has not ended well for {{ $value | " +
				"humanizeDuration }}.",
			Runbook: j.runbookLate(),
			Metrics: metrics,
			Tests:   tests(j.lateScenes()...),
			Panel: Panel{
				Title:     "Since CronJobs ended well",
				Query:     age,
				Legend:    "{{namespace}}/{{cronjob}}",
				Unit:      "s",
				Threshold: &threshold,
			},
		},
		{
			Name: j.Name + "Missing", Expr: fmt.Sprintf("absent(%s)", of(cronJobCreatedMetric)), Severity: j.Severity,
			For:     metav1.Duration{Duration: missingFor},
			Summary: "There is no CronJob {{ $labels.namespace }}/{{ $labels.cronjob }}.",
			Runbook: j.runbookMissing(), Metrics: metrics, Tests: tests(j.missingScenes()...),
		},
	}}, nil
}

func (j ScheduledJob) runbookLate() Runbook {
	return Runbook{
		Meaning: "A CronJob has not ended well since its last time but one, at least: what it does has not been done.",
		Look: []Step{
			{
				Text:    "Whether it is suspended, when it last began, and what it says.",
				Command: "kubectl -n <namespace> describe cronjob <cronjob>",
			},
			{
				Text:    "How its last runs ended.",
				Command: "kubectl -n <namespace> get jobs --sort-by=.metadata.creationTimestamp",
			},
			{Text: "What the last one wrote.", Command: "kubectl -n <namespace> logs job/<job> --all-containers --tail 100"},
		},
		Mend: []Step{
			{
				Text:    "The reason is gone: run it now, and do not wait for its time.",
				Command: "kubectl -n <namespace> create job --from=cronjob/<cronjob> <cronjob>-now",
			},
			{
				Text:    "Suspended: switch it on again, by whatever keeps it.",
				Command: `kubectl -n <namespace> patch cronjob <cronjob> -p '{"spec":{"suspend":false}}'`,
			},
			{
				Text:    "A run hangs, and the next ones wait for it: delete its Job, and set activeDeadlineSeconds.",
				Command: "kubectl -n <namespace> delete job <job>",
			},
		},
	}
}

func (j ScheduledJob) runbookMissing() Runbook {
	return Runbook{
		Meaning: "A CronJob that is watched does not exist. What it should do is not done, and nothing else will tell.",
		Look: []Step{
			{Text: "What there is instead: it may have another name now.", Command: "kubectl get cronjobs --all-namespaces"},
			{Text: "Whether kube-state-metrics tells of CronJobs at all.", Query: "count(kube_cronjob_created)"},
		},
		Mend: []Step{
			{Text: "It was deleted by mistake: apply what made it again.", Command: "caisson apply -f production.yaml"},
			{Text: "It is not needed any more: take this alert away with it."},
		},
	}
}
