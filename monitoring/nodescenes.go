package monitoring

import "time"

// nodeScenes of an alert about a share of what a node has.
type nodeScenes struct {
	above       float64
	wait, every time.Duration
	job         string
	match       map[string]string
	summary     func(value float64) string
}

// level of use until a time.
type level struct {
	share  float64
	until  time.Duration
	missed bool // all scrapes of it
}

// shower shows the series of a node in a scene, with labels beside those of the node.
type shower func(scene *scene, more []string, busy ...level)

// all scenes of an alert that begins to see what has been shown for so long.
func (s nodeScenes) all(show shower, begin time.Duration) []*scene {
	labels := matchedLabels(s.match, "job")
	firing := s.lasting(show, begin)
	scenes := []*scene{
		firing, s.below(show, begin), s.rising(show), s.falling(show, begin), s.missed(show, begin), s.restarted(show, begin),
	}
	scenes = append(scenes, s.bystanders(show, begin+s.wait, labels...)...)
	return append(scenes, firing.strangers(labels...)...)
}

func (s nodeScenes) lasting(show shower, begin time.Duration) *scene {
	lasting := s.new("More than the threshold fires after the time that it must last.")
	show(lasting, nil, level{s.high(), s.until(), false})
	return lasting.show(unameMetric, s.uname(), sampled(s.every).set(1)).
		quiet(begin+s.wait-s.every).fires(begin+s.wait, s.told(s.high()))
}

func (s nodeScenes) below(show shower, begin time.Duration) *scene {
	below := s.new("Less than the threshold does not fire, however long.")
	show(below, nil, level{s.low(), s.until(), false})
	return below.show(unameMetric, s.uname(), sampled(s.every).set(1)).quiet(begin+s.wait, s.until())
}

func (s nodeScenes) rising(show shower) *scene {
	rise := 10 * time.Minute
	over := rise + rateWindow - s.every // a window reaches back to the sample at its beginning
	rising := s.new("What was idle is not forgotten before the window has passed.")
	show(rising, nil, level{0, rise, false}, level{s.high(), s.until(), false})
	return rising.show(unameMetric, s.uname(), sampled(s.every).set(1)).
		quiet(over+s.wait-s.every).fires(over+s.wait, s.told(s.high()))
}

func (s nodeScenes) falling(show shower, begin time.Duration) *scene {
	fall := begin + s.wait + s.every
	over := fall + begin + keepFiring
	falling := s.new("It fires on for a while when it is over, so that what comes and goes is one alert.")
	show(falling, nil, level{s.high(), fall, false}, level{0, s.until(), false})
	return falling.show(unameMetric, s.uname(), sampled(s.every).set(1)).
		fires(over-s.every, s.told(s.high())).quiet(over)
}

// high and low are half a percent beside the threshold, but leave room to the whole.
func (s nodeScenes) high() float64 { return fourDigits(min(s.above*1.005, (1+s.above)/2)) }
func (s nodeScenes) low() float64  { return fourDigits(s.above * 0.995) }

func (s nodeScenes) until() time.Duration { return s.wait + 40*time.Minute }

func (s nodeScenes) new(name string) *scene {
	return &scene{name: name, every: s.every, until: s.until()}
}

func (s nodeScenes) labels(more ...string) map[string]string {
	return with(with(s.match, "job", s.job, "instance", "10.0.0.2:9100", "pod", "node-exporter-a"), more...)
}

func (s nodeScenes) uname(more ...string) map[string]string {
	return with(s.labels("nodename", "node-a"), more...)
}

func (s nodeScenes) told(value float64) Firing {
	return Firing{Labels: map[string]string{"instance": "10.0.0.2:9100", "node": "node-a"}, Summary: s.summary(value)}
}

// counter of seconds, which grows by what a part has of each level.
func (s nodeScenes) counter(levels []level, part func(share float64) float64) *curve {
	c := sampled(s.every).set(1000)
	for _, one := range levels {
		if one.missed {
			c.riseUnseen(part(one.share), one.until)
		} else {
			c.rise(part(one.share), one.until)
		}
	}
	return c
}

// missed scrapes do not begin the waiting anew.
func (s nodeScenes) missed(show shower, begin time.Duration) *scene {
	gap := begin + s.wait/2
	missed := s.new("Missed scrapes do not begin the waiting anew.")
	show(missed, nil, level{s.high(), gap, false}, level{s.high(), gap + 3*s.every, true}, level{s.high(), s.until(), false})
	return missed.show(unameMetric, s.uname(), sampled(s.every).set(1)).fires(begin+s.wait, s.told(s.high()))
}

// restarted node-exporters tell the same of the same node.
func (s nodeScenes) restarted(show shower, begin time.Duration) *scene {
	change := begin + (s.wait / 2).Truncate(s.every)
	restarted := s.new("A restart of node-exporter does not begin the waiting anew.")
	show(restarted, nil, level{s.high(), change, false})
	restarted.end()
	show(
		restarted,
		[]string{"pod", "node-exporter-b"},
		level{s.high(), change + s.every, true},
		level{s.high(), s.until(), false},
	)
	return restarted.
		show(unameMetric, s.uname(), sampled(s.every).set(1).hold(change).end()).
		show(unameMetric, s.uname("pod", "node-exporter-b"), sampled(s.every).miss(change).set(1)).
		fires(begin+s.wait, s.told(s.high()))
}

// bystanders tell of the same instance by another value of a label, and do not change what is told of it.
func (s nodeScenes) bystanders(show shower, at time.Duration, labels ...string) []*scene {
	return byLabel(labels, func(label string) []*scene {
		other := []string{label, "other-" + s.labels()[label]}
		busy := s.new("What is busy by another " + label + " does not fire.")
		show(busy, nil, level{s.low(), s.until(), false})
		show(busy, other, level{1, s.until(), false})
		idle := s.new("What is idle by another " + label + " hides nothing.")
		show(idle, nil, level{s.high(), s.until(), false})
		show(idle, other, level{0, s.until(), false})
		return []*scene{
			busy.show(unameMetric, s.uname(), sampled(s.every).set(1)).quiet(at),
			idle.show(unameMetric, s.uname(), sampled(s.every).set(1)).fires(at, s.told(s.high())),
		}
	})
}
