package monitoring

import (
	"cmp"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// scene is a test that is being written: its series are still apart, so that others can be made of it.
type scene struct {
	name         string
	every, until time.Duration
	shown        []shown
	expect       []Expectation
}

type shown struct {
	metric string
	labels map[string]string
	values values
}

// values of a series until a time, in promtool's notation.
type values interface {
	text(until time.Duration) string
}

// show a series. What its curve leaves open holds its last value until the end.
func (s *scene) show(metric string, labels map[string]string, values values) *scene {
	s.shown = append(s.shown, shown{metric, labels, values})
	return s
}

// end all that has been shown so far: their target has vanished.
func (s *scene) end() {
	for _, one := range s.shown {
		if c, is := one.values.(*curve); is {
			c.end()
		}
	}
}

// fires at a time, and nothing else does.
func (s *scene) fires(at time.Duration, alerts ...Firing) *scene {
	s.expect = append(s.expect, Expectation{At: metav1.Duration{Duration: at}, Firing: alerts})
	return s
}

// quiet at these times.
func (s *scene) quiet(at ...time.Duration) *scene {
	for _, one := range at {
		s.fires(one)
	}
	return s
}

func (s *scene) test() RuleTest {
	test := RuleTest{Name: s.name, Interval: metav1.Duration{Duration: s.every}, Expect: s.expect}
	for _, one := range s.shown {
		test.Series = append(
			test.Series,
			Series{Selector: selector(one.metric, nil, one.labels), Values: one.values.text(s.until)},
		)
	}
	return test
}

// strangers are scenes like this one, which fires, but for one label of one metric: each must be quiet. They tell when a
// matcher is lost.
func (s *scene) strangers(labels ...string) []*scene {
	var all []*scene
	var seen []string
	for _, one := range s.shown {
		for _, label := range labels {
			if _, has := one.labels[label]; !has || slices.Contains(seen, one.metric+" "+label) {
				continue
			}
			seen = append(seen, one.metric+" "+label)
			all = append(all, s.stranger(one.metric, label))
		}
	}
	for _, label := range labels {
		all = append(all, s.stranger("", label))
	}
	return all
}

// stranger by one label of a metric, or of all metrics.
func (s *scene) stranger(metric, label string) *scene {
	strange := &scene{
		name:  "With another " + label + " in " + cmp.Or(metric, "everything") + " nothing fires.",
		every: s.every,
		until: s.until,
	}
	for _, one := range s.shown {
		if _, has := one.labels[label]; has && (metric == "" || one.metric == metric) {
			one.labels = with(one.labels, label, "other-"+one.labels[label])
		}
		strange.shown = append(strange.shown, one)
	}
	for _, expected := range s.expect {
		strange.quiet(expected.At.Duration)
	}
	return strange
}

// byLabel makes scenes for each of some labels.
func byLabel(labels []string, scenes func(label string) []*scene) []*scene {
	all := make([]*scene, 0, 2*len(labels))
	for _, label := range labels {
		all = append(all, scenes(label)...)
	}
	return all
}

func tests(scenes ...*scene) []RuleTest {
	all := make([]RuleTest, 0, len(scenes))
	for _, one := range scenes {
		all = append(all, one.test())
	}
	return all
}
