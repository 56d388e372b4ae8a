package monitoring

import (
	"fmt"
	"math"
	"slices"
	"time"
)

type latencyScenes struct {
	httpScenes

	above, quantile float64
}

func (l Latency) scenes() []*scene {
	s := latencyScenes{
		httpScenes: httpScenes{
			HTTPMetrics: l.HTTP,
			match:       l.Match,
			wait:        evaluations(l.For.Duration),
			every:       defaultInterval,
		},
		above:    l.Above.Seconds(),
		quantile: l.Quantile,
	}
	slow := 1 - l.Quantile
	high, low := slow*1.005, slow*0.995
	const many = 1e6
	told := func(share float64) Firing {
		return Firing{
			Labels: s.name(),
			Summary: fmt.Sprintf("Service %s takes %s and longer for the slowest %s%% of its requests.",
				s.title(), humanSeconds(s.at(share)), number(100*(1-l.Quantile))),
		}
	}
	begin := s.every // a rate needs two samples
	at := begin + s.wait

	firing := s.new("More slow requests than may be fire after the time that they must last.").
		quiet(at-s.every).fires(at, told(high))
	s.lasts(firing, high, traffic{rate: many})

	below := s.new("Fewer slow requests than may be do not fire, however long.").quiet(at, s.until())
	s.lasts(below, low, traffic{rate: many})

	begun := 10 * time.Minute
	over := begun + rateWindow - s.every // a window reaches back to the sample at its beginning
	later := s.new("What was fast is not forgotten before the window has passed.").
		quiet(over+s.wait-s.every).fires(over+s.wait, told(high))
	s.lasts(later, 0, traffic{rate: many, ends: begun})
	s.lasts(later, high, traffic{rate: many, pod: "web-b", begins: begun})

	needed := float64(l.MinRequests) / rateWindow.Seconds()
	full := rateWindow - s.every + s.wait
	few := s.new("Too few requests to tell by do not fire, if all of them are slow.").quiet(full, s.until())
	s.lasts(few, 1, traffic{rate: needed * 0.995, from: 1000})
	enough := s.new("Just enough requests fire.").quiet(full-s.every).fires(full, told(1))
	s.lasts(enough, 1, traffic{rate: needed * 1.005, from: 1000})

	idle := s.new("No requests do not fire.").quiet(at, s.until())
	s.lasts(idle, high, traffic{})

	fast := s.new("A fast service does not hide another.").fires(at, told(high))
	s.lasts(fast, high, traffic{rate: many})
	s.lasts(fast, 0, traffic{rate: 100 * many, service: "other-"})

	change := max(4*s.every, (s.wait / 2).Truncate(s.every))
	replaced := s.new("Instances that are replaced in a rollout do not begin the waiting anew.").fires(at, told(high))
	s.lasts(replaced, high, traffic{rate: many, ends: change, gone: true})
	s.lasts(replaced, high, traffic{rate: many, begins: change, pod: "web-b"})

	missed := s.new("Missed scrapes do not begin the waiting anew.").fires(at, told(high))
	s.lasts(missed, high, traffic{rate: many, missed: 2 * s.every, again: 5 * s.every})

	all := []*scene{firing, below, later, few, enough, idle, fast, replaced, missed}
	labels := matchedLabels(l.Match)
	for _, label := range labels {
		all = append(all, s.elsewhere(label, high, low, told(high))...)
	}
	return append(all, firing.strangers(labels...)...)
}

func (s latencyScenes) elsewhere(label string, high, low float64, told Firing) []*scene {
	if slices.Contains(s.By, label) {
		return nil // it is another service then
	}
	const many = 1e6
	at := s.every + s.wait
	slower := s.new("What is slow by another " + label + " does not fire.").quiet(at)
	s.lasts(slower, low, traffic{rate: many})
	s.lasts(slower, 1, traffic{rate: many, label: label})
	faster := s.new("What is fast by another "+label+" hides nothing.").fires(at, told)
	s.lasts(faster, high, traffic{rate: many})
	s.lasts(faster, 0, traffic{rate: many, label: label})
	enough := s.new("Requests by another "+label+" do not make up for too few.").quiet(at, s.until())
	s.lasts(enough, 1, traffic{rate: 1e-3})
	s.lasts(enough, 0, traffic{rate: many, label: label})
	return []*scene{slower, faster, enough}
}

// lasts as a histogram tells of traffic, of which a share is slower than it may be: the next bucket has it.
func (s latencyScenes) lasts(scene *scene, slow float64, t traffic) {
	labels := s.labels(t)
	part := func(share float64) traffic {
		some := t
		some.rate, some.from = t.rate*share, t.from*share
		return some
	}
	if s.Native {
		offset, parts := s.schema0(slow)
		scene.show(s.Duration, labels, native{s.curve(t), offset, parts})
		return
	}
	for _, bound := range append(slices.Clip(s.Buckets), math.Inf(1)) {
		share := 0.0
		switch {
		case bound > s.above:
			share = 1
		case bound == s.above:
			share = 1 - slow
		}
		le := number(bound)
		if math.IsInf(bound, 1) {
			le = "+Inf"
		}
		scene.show(s.Duration+"_bucket", with(labels, "le", le), s.curve(part(share)))
	}
	scene.show(s.Duration+"_count", labels, s.curve(t))
}

// schema0 has buckets up to each power of two. What is fast is in the last that is not above the threshold, what is slow in the
// first that is.
func (s latencyScenes) schema0(slow float64) (int, []float64) {
	first, last := int(math.Floor(math.Log2(s.above))), int(math.Ceil(math.Log2(s.above)))+1
	parts := make([]float64, last-first+1)
	parts[0], parts[len(parts)-1] = 1-slow, slow
	return first, parts
}

// at which duration the quantile is, if a share is slow.
func (s latencyScenes) at(slow float64) float64 {
	into := (s.quantile - (1 - slow)) / slow // the bucket, as a part of it
	if s.Native {
		return math.Exp2(math.Ceil(math.Log2(s.above)) + into)
	}
	next := s.Buckets[slices.Index(s.Buckets, s.above)+1]
	return s.above + (next-s.above)*into
}
