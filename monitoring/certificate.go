package monitoring

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Certificate tells of certificates of cert-manager that expire and are not renewed. cert-manager renews when a third of their
// time is left, 30 of Let's Encrypt's 90 days: with less than 21 days it has failed for 9 already.
type Certificate struct {
	// Name of the alerts: this is the warning's, and with Soon behind it the critical one's. Default: CertificateExpiring.
	Name string `json:"name,omitempty"`
	// Within this time it is a warning. Default: 21 days.
	Within metav1.Duration `json:"within,omitzero"`
	// Soon is the time within which it is critical. Default: 7 days.
	Soon metav1.Duration `json:"soon,omitzero"`
	// Match are labels that all series must have, such as a cluster. Default: all certificates.
	Match map[string]string `json:"match,omitempty"`
	// Job under which cert-manager is scraped. Default: cert-manager.
	Job string `json:"job,omitempty"`
}

const (
	certificateMetric = "certmanager_certificate_expiration_timestamp_seconds"
	day               = 24 * time.Hour
)

func (e Certificate) withDefaults() Certificate {
	e.Name = cmp.Or(e.Name, "CertificateExpiring")
	e.Within.Duration = cmp.Or(e.Within.Duration, 21*day)
	e.Soon.Duration = cmp.Or(e.Soon.Duration, 7*day)
	e.Job = cmp.Or(e.Job, "cert-manager")
	return e
}

func (e Certificate) validate() field.ErrorList {
	c := &check{}
	c.name(e.Name)
	c.between("within", e.Within.Duration, time.Hour, 365*day)
	c.between("soon", e.Soon.Duration, time.Hour, 365*day)
	if e.Soon.Duration >= e.Within.Duration {
		c.invalid("soon", e.Soon.Duration.String(), "must be less than within, "+duration(e.Within.Duration))
	}
	c.match(e.Match, "job", "name")
	return c.errs
}

// Define gives two alerts.
func (e Certificate) Define() (Group, error) {
	e = e.withDefaults()
	if errs := e.validate(); len(errs) > 0 {
		return Group{}, errs.ToAggregate()
	}
	// What has not been issued yet expires at 0. The namespace of the certificate is exported_namespace, unless cert-manager is
	// scraped with honorLabels.
	left := fmt.Sprintf("max by (exported_namespace, namespace, name) (%s != 0) - time()",
		selector(certificateMetric, []string{matcher("job", e.Job)}, e.Match))
	alert := func(name string, severity Severity, within time.Duration) Alert {
		threshold := within.Seconds()
		return Alert{
			Name:     name,
			Expr:     left + " < " + number(threshold),
			Severity: severity,
			For:      metav1.Duration{Duration: 10 * time.Minute},
			Summary: "Certificate {{ or $labels.exported_namespace $labels.namespace }}/{{ $labels.name }} expires in {{ " +
				"$value | humanizeDuration }}.",
			Runbook: e.runbook(),
			Panel: Panel{
				Title:     "Until certificates expire",
				Query:     left,
				Legend:    "{{name}}",
				Unit:      "s",
				Threshold: &threshold,
			},
			Tests: tests(e.scenes(within)...),
		}
	}
	return Group{Name: groupName(e.Name), Alerts: []Alert{
		alert(e.Name, SeverityWarning, e.Within.Duration), alert(e.Name+"Soon", SeverityCritical, e.Soon.Duration),
	}}, nil
}

func (e Certificate) runbook() Runbook {
	return Runbook{
		Meaning: "A certificate should have been renewed and was not. When it expires, browsers and clients refuse to connect.",
		Look: []Step{
			{Text: "Why it is not renewed.", Command: "kubectl -n <namespace> describe certificate <name>"},
			{
				Text:    "How far the issuer's check has come.",
				Command: "kubectl -n <namespace> describe certificaterequests,orders,challenges",
			},
		},
		Mend: []Step{
			{
				Text: "The check by HTTP fails: the host name must lead to this cluster, and /.well-known/acme-challenge/ " +
					"to cert-manager.",
			},
			{Text: "The check by DNS fails: the token must be allowed to write the zone's records."},
			{Text: "The reason is gone: renew it now.", Command: "cmctl renew -n <namespace> <name>"},
		},
	}
}

func (e Certificate) scenes(within time.Duration) []*scene {
	const every, wait = defaultInterval, 10 * time.Minute
	begin := func(name string) *scene { return &scene{name: name, every: every, until: time.Hour} }
	labels := func(name string, more ...string) map[string]string {
		own := with(map[string]string{"namespace": "cert-manager", "exported_namespace": "shop"}, pairs(e.Match)...)
		return with(with(own, "job", e.Job, "name", name), more...)
	}
	told := func(name string, left time.Duration) Firing {
		own := labels(name)
		return Firing{
			Labels: map[string]string{
				"namespace":          own["namespace"],
				"exported_namespace": own["exported_namespace"],
				"name":               name,
			},
			Summary: fmt.Sprintf("Certificate %s/%s expires in %s.", own["exported_namespace"], name, humanDuration(left)),
		}
	}
	// A second after the second evaluation it is within the time.
	expires := within + every + time.Second
	at := 2*every + wait
	firing := begin("It fires when the time is left that is asked for, and not before.").
		show(certificateMetric, labels("web"), sampled(every).set(expires.Seconds())).
		quiet(at-every).fires(at, told("web", expires-at))
	renewed := begin("One that is renewed does not fire, nor one that was never issued.").
		show(certificateMetric, labels("web"), sampled(every).set(within.Seconds()/2).hold(wait-every).set(4*within.Seconds())).
		show(certificateMetric, labels("new"), sampled(every)).
		quiet(wait, at, at+wait)
	restarted := begin("A restart of cert-manager does not begin the waiting anew.").
		show(certificateMetric, labels("web", "pod", "a"), sampled(every).set(expires.Seconds()).hold(5*every).end()).
		show(certificateMetric, labels("web", "pod", "b"), sampled(every).miss(5*every).set(expires.Seconds())).
		fires(at, told("web", expires-at))
	return slices.Concat([]*scene{firing, renewed, restarted}, firing.strangers(matchedLabels(e.Match, "job")...))
}
