package monitoring

import "time"

func (t Targets) labels(pod string, more ...string) map[string]string {
	labels := with(map[string]string{"namespace": "shop"}, pairs(t.Match)...)
	return with(with(labels, "job", t.Job, "pod", pod, "instance", pod+":8080"), more...)
}

func (t Targets) wait() time.Duration { return evaluations(t.For.Duration) }

func (t Targets) new(name string) *scene {
	return &scene{name: name, every: defaultInterval, until: t.wait() + 20*time.Minute}
}

func (t Targets) singleScenes() []*scene {
	const every = defaultInterval
	told := Firing{
		Labels: with(
			map[string]string{"job": t.Job},
			"namespace",
			t.labels("")["namespace"],
			"pod",
			"web-a",
			"instance",
			"web-a:8080",
		),
		Summary: "Target web-a:8080 of job " + t.Job + " has not been scraped for " + duration(t.For.Duration) +
			": pod web-a.",
	}
	firing := t.new("A target that does not answer fires after the time that it must last; one that does, does not.").
		show("up", t.labels("web-a"), sampled(every).set(1).hold(2*every).set(0)).
		show("up", t.labels("web-b"), sampled(every).set(1)).
		quiet(2*every+t.wait()-every).fires(2*every+t.wait(), told)
	vanished := t.new("A pod that has been replaced does not fire.").
		show("up", t.labels("web-a"), sampled(every).set(1).hold(2*every).set(0).hold(4*every).end()).
		show("up", t.labels("web-b"), sampled(every).set(1)).
		quiet(t.wait()+2*every, t.wait()+5*every)
	back := t.new("A target that answers again in time does not fire.").
		show("up", t.labels("web-a"), sampled(every).hold(t.wait()-every).set(1)).
		quiet(t.wait(), t.wait()+every)
	return append([]*scene{firing, vanished, back}, firing.strangers(matchedLabels(t.Match, "job")...)...)
}

func (t Targets) wholeScenes() []*scene {
	const every = defaultInterval
	told := Firing{
		Labels:  with(t.Match, "job", t.Job),
		Summary: "No target of job " + t.Job + " has been scraped for " + duration(t.For.Duration) + ".",
	}
	nothing := t.new("A job that has no targets fires.").quiet(t.wait()-every).fires(t.wait(), told)
	gone := t.new("A job whose targets have all vanished, or do not answer, fires.").
		show("up", t.labels("web-a"), sampled(every).set(1).hold(2*every).end()).
		show("up", t.labels("web-b"), sampled(every)).
		quiet(2*every+t.wait()-every).fires(2*every+t.wait(), told)
	one := t.new("One target that answers is enough.").
		show("up", t.labels("web-a"), sampled(every)).
		show("up", t.labels("web-b"), sampled(every).set(1)).
		quiet(t.wait(), t.wait()+every)
	return append([]*scene{nothing, gone, one}, byLabel(matchedLabels(t.Match, "job"), func(label string) []*scene {
		other := t.new("Targets by another "+label+" do not hide it.").
			show("up", t.labels("web-a", label, "other-"+t.labels("")[label]), sampled(every).set(1))
		return []*scene{other.fires(t.wait(), told)}
	})...)
}
