package monitoring

import (
	"slices"
	"strings"
	"time"
)

// httpScenes of an alert about the requests of a service.
type httpScenes struct {
	HTTPMetrics

	match       map[string]string
	wait, every time.Duration
}

// traffic of one instance: requests each second that are answered with a status.
type traffic struct {
	rate          float64
	code          string
	begins, ends  time.Duration // 0 for from the beginning, and to the end
	from          float64       // where its counter begins
	pod           string        // default: web-a
	service       string        // put before the service's name
	label         string        // that is another one's
	gone          bool          // once it has ended
	missed, again time.Duration // scrapes between the two
}

func (s httpScenes) until() time.Duration { return s.wait + 40*time.Minute }

func (s httpScenes) new(name string) *scene {
	return &scene{name: name, every: s.every, until: s.until()}
}

// name of the service that is watched, by its labels.
func (s httpScenes) name() map[string]string {
	labels := map[string]string{}
	for i, label := range s.By {
		labels[label] = []string{"shop", "web", "api"}[min(i, 2)]
		if value, has := s.match[label]; has {
			labels[label] = value
		}
	}
	return labels
}

func (s httpScenes) title() string {
	return strings.Join(each(s.By, func(label string) string { return s.name()[label] }), "/")
}

func (s httpScenes) labels(t traffic) map[string]string {
	labels := with(s.match, pairs(s.name())...)
	labels["pod"] = t.pod
	if t.pod == "" {
		labels["pod"] = "web-a"
	}
	last := s.By[len(s.By)-1]
	labels[last] = t.service + labels[last]
	if t.label != "" {
		labels[t.label] = "other-" + labels[t.label]
	}
	return labels
}

func (s httpScenes) curve(t traffic) *curve {
	ends := t.ends
	if ends == 0 {
		ends = s.until()
	}
	c := sampled(s.every).set(t.from)
	if t.pod != "" { // a pod that is new
		c.miss(t.begins)
	}
	c.hold(t.begins)
	if t.missed > 0 {
		c.rise(t.rate, t.missed).riseUnseen(t.rate, t.again)
	}
	c.rise(t.rate, ends)
	if t.gone {
		c.end()
	}
	return c
}

// answers of a service, as the metrics count them.
func (s httpScenes) answers(scene *scene, all ...traffic) {
	for _, t := range all {
		labels := with(s.labels(t), s.Code, t.code)
		switch {
		case s.Requests != "":
			scene.show(s.Requests, labels, s.curve(t))
		case s.Native:
			scene.show(s.Duration, labels, native{s.curve(t), 0, []float64{1}})
		default:
			scene.show(s.Duration+"_count", labels, s.curve(t))
		}
	}
}

// replaced instances begin their counters anew.
func (s httpScenes) replaced(high float64, told Firing) *scene {
	const many = 1e6
	change := max(4*s.every, (s.wait / 2).Truncate(s.every))
	replaced := s.new("Instances that are replaced in a rollout do not begin the waiting anew.").fires(s.every+s.wait, told)
	for _, one := range []traffic{{rate: many * high, code: "500"}, {rate: many * (1 - high), code: "200"}} {
		before, after := one, one
		before.ends, before.gone = change, true
		after.pod, after.begins = "web-b", change
		s.answers(replaced, before, after)
	}
	return replaced
}

// missed scrapes of the instance.
func (s httpScenes) missed(high float64, told Firing) *scene {
	const many = 1e6
	gap := 2 * s.every
	missed := s.new("Missed scrapes do not begin the waiting anew.").fires(s.every+s.wait, told)
	s.answers(missed, traffic{rate: many * high, code: "500", missed: gap, again: gap + 3*s.every},
		traffic{rate: many * (1 - high), code: "200", missed: gap, again: gap + 3*s.every})
	return missed
}

// elsewhere, by another label than is asked for, others neither add to the errors nor hide them.
func (s httpScenes) elsewhere(label string, high, low float64, told Firing) []*scene {
	if slices.Contains(s.By, label) {
		return nil // it is another service then
	}
	const many = 1e6
	at := s.every + s.wait
	worse := s.new("Errors by another " + label + " do not fire.").quiet(at)
	s.answers(worse, traffic{rate: many * low, code: "500"}, traffic{rate: many * (1 - low), code: "200"},
		traffic{rate: 9 * many, code: "500", label: label})
	better := s.new("What goes well by another "+label+" hides nothing.").fires(at, told)
	s.answers(better, traffic{rate: many * high, code: "500"}, traffic{rate: many * (1 - high), code: "200"},
		traffic{rate: 9 * many, code: "200", label: label})
	enough := s.new("Requests by another "+label+" do not make up for too few.").quiet(at, s.until())
	s.answers(enough, traffic{rate: 1e-3, code: "500"}, traffic{rate: 9 * many, code: "200", label: label})
	return []*scene{worse, better, enough}
}
