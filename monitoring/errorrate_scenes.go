package monitoring

import (
	"fmt"
	"time"
)

func (e ErrorRate) scenes() []*scene {
	s := httpScenes{HTTPMetrics: e.HTTP, match: e.Match, wait: evaluations(e.For.Duration), every: defaultInterval}
	high, low := fourDigits(min(e.Above*1.005, (1+e.Above)/2)), fourDigits(e.Above*0.995)
	// Requests each second, far more than are needed.
	const many = 1e6
	told := func(share float64) Firing {
		return Firing{
			Labels:  s.name(),
			Summary: fmt.Sprintf("Service %s answers %.4g%% of its requests with errors.", s.title(), 100*share),
		}
	}
	begin := s.every // a rate needs two samples
	at := begin + s.wait

	firing := s.new("More errors than the threshold fire after the time that they must last.").
		quiet(at-s.every).fires(at, told(high))
	s.answers(firing, traffic{rate: many * high, code: "500"}, traffic{rate: many * (1 - high), code: "200"})

	below := s.new("Fewer errors than the threshold do not fire, however long.").quiet(at, s.until())
	s.answers(below, traffic{rate: many * low, code: "503"}, traffic{rate: many * (1 - low), code: "200"})

	refused := s.new("Errors of those who ask are not the service's.").quiet(at, s.until())
	s.answers(refused, traffic{rate: many * 0.9, code: "404"}, traffic{rate: many * 0.1, code: "200"})

	begun := 10 * time.Minute
	over := begun + rateWindow - s.every // a window reaches back to the sample at its beginning
	later := s.new("What went well is not forgotten before the window has passed.").
		quiet(over+s.wait-s.every).fires(over+s.wait, told(high))
	s.answers(
		later,
		traffic{rate: many * high, code: "500", begins: begun},
		traffic{
			rate: many,
			code: "200",
			ends: begun,
		},
		traffic{rate: many * (1 - high), code: "200", begins: begun, pod: "web-b"},
	)

	// As many requests as are needed within a window, and a little more or less.
	needed := float64(e.MinRequests) / rateWindow.Seconds()
	full := rateWindow - s.every + s.wait
	few := s.new("Too few requests to tell by do not fire, if all of them fail.").quiet(full, s.until())
	s.answers(few, traffic{rate: needed * 0.995, code: "500", from: 1000})
	enough := s.new("Just enough requests fire.").quiet(full-s.every).fires(full, told(1))
	s.answers(enough, traffic{rate: needed * 1.005, code: "500", from: 1000})

	idle := s.new("No requests do not fire.").quiet(at, s.until())
	s.answers(idle, traffic{code: "500"}, traffic{code: "200"})

	healthy := s.new("A service without errors does not hide another's.").fires(at, told(high))
	s.answers(healthy, traffic{rate: many * high, code: "500"}, traffic{rate: many * (1 - high), code: "200"})
	s.answers(healthy, traffic{rate: 100 * many, code: "200", service: "other-"})

	all := []*scene{
		firing,
		below,
		refused,
		later,
		few,
		enough,
		idle,
		healthy,
		s.replaced(high, told(high)),
		s.missed(high, told(high)),
	}
	labels := matchedLabels(e.Match)
	for _, label := range labels {
		all = append(all, s.elsewhere(label, high, low, told(high))...)
	}
	return append(all, firing.strangers(labels...)...)
}
