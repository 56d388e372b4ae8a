package monitoring

import "cmp"

// Watchdog is an alert that always fires. Send it to something outside of the cluster that tells when it stops: nothing within
// can tell that Prometheus, Alertmanager or the way from there is down.
type Watchdog struct {
	// Name of the alert. Default: Watchdog.
	Name string `json:"name,omitempty"`
}

// Define gives an alert.
func (w Watchdog) Define() (Group, error) {
	w.Name = cmp.Or(w.Name, "Watchdog")
	c := &check{}
	c.name(w.Name)
	if len(c.errs) > 0 {
		return Group{}, c.errs.ToAggregate()
	}
	const summary = "Alerts are being evaluated."
	always := &scene{name: "It fires from the first evaluation on.", every: defaultInterval}
	return Group{Name: groupName(w.Name), Alerts: []Alert{{
		Name: w.Name, Expr: "vector(1)", Severity: SeverityInfo, Summary: summary,
		Runbook: Runbook{
			Meaning: "This alert always fires, to show that alerts arrive. Only its absence means anything: then nobody is " +
				"told of anything.",
			Look: []Step{
				{Text: "Whether Prometheus and Alertmanager run.", Command: "kubectl -n monitoring get pods"},
				{
					Text:    "Whether Alertmanager has the alert, and where it sends it.",
					Command: "kubectl -n monitoring port-forward svc/alertmanager-operated 9093 # and open http://localhost:9093",
				},
				{
					Text:    "Whether messages can be sent.",
					Command: "kubectl -n monitoring logs statefulset/alertmanager-main --tail 100",
				},
			},
			Mend: []Step{
				{Text: "They do not run: their pods' events say why, a full volume among them."},
				{Text: "They run: the receiver's token may have expired, or its address changed."},
			},
		},
		Tests: tests(always.fires(0, Firing{Summary: summary}).fires(defaultInterval, Firing{Summary: summary})),
	}}}, nil
}
