package monitoring

import (
	"fmt"
	"slices"
	"time"
)

type pendingScenes struct {
	PodPending

	every, until time.Duration
}

func (p PodPending) scenes() []*scene {
	s := pendingScenes{PodPending: p, every: defaultInterval, until: p.For.Duration + 20*time.Minute}
	firing := s.firing()
	return slices.Concat([]*scene{firing, s.starts(), s.neverScraped(), s.twoInstances(), s.missed(), s.sameName()},
		firing.strangers(matchedLabels(p.Match, "job", "phase")...))
}

func (s pendingScenes) new(name string) *scene {
	return &scene{name: name, every: s.every, until: s.until}
}

func (s pendingScenes) labels(pod string, more ...string) map[string]string {
	labels := with(map[string]string{"namespace": "shop"}, pairs(s.Match)...)
	return with(with(labels, "job", s.Job, "pod", pod), more...)
}

// pod that was created at a time, and has one phase.
func (s pendingScenes) pod(scene *scene, pod string, created time.Duration, phase string, more ...string) {
	seen := max(0, created).Truncate(s.every)
	scene.show(podCreatedMetric, s.labels(pod, more...), sampled(s.every).miss(seen).set(created.Seconds()))
	s.phases(scene, pod, seen, phase, more...)
}

func (s pendingScenes) phases(scene *scene, pod string, seen time.Duration, phase string, more ...string) {
	for _, one := range []string{"Pending", "Running"} {
		value := 0.0
		if one == phase {
			value = 1
		}
		scene.show(
			podPhaseMetric,
			s.labels(pod, append([]string{"phase", one}, more...)...),
			sampled(s.every).miss(seen).set(value),
		)
	}
}

// told at an age that Prometheus writes as minutes and seconds.
func (s pendingScenes) told(pod string, age time.Duration) Firing {
	namespace := s.labels(pod)["namespace"]
	return Firing{
		Labels:  map[string]string{"namespace": namespace, "pod": pod},
		Summary: fmt.Sprintf("Pod %s/%s has been pending for %s.", namespace, pod, humanDuration(age)),
	}
}

func (s pendingScenes) firing() *scene {
	wait := s.For.Duration
	at := 10*s.every + evaluations(wait)
	scene := s.new("A pod that is pending for a second more fires; one that is pending for a second less does not yet.")
	s.pod(scene, "older", at-wait-time.Second, "Pending")
	s.pod(scene, "younger", at-wait+time.Second, "Pending")
	s.pod(scene, "runs", 0, "Running")
	return scene.quiet(at-s.every).fires(at, s.told("older", wait+time.Second)).
		fires(at+s.every, s.told("older", wait+s.every+time.Second), s.told("younger", wait+s.every-time.Second))
}

func (s pendingScenes) starts() *scene {
	scene := s.new("A pod that starts in time does not fire.")
	scene.show(podCreatedMetric, s.labels("starts"), sampled(s.every))
	scene.show(
		podPhaseMetric,
		s.labels("starts", "phase", "Pending"),
		sampled(s.every).set(1).hold(s.For.Truncate(s.every)).set(0),
	)
	return scene.quiet(s.For.Duration, s.For.Duration+s.every, s.until)
}

func (s pendingScenes) neverScraped() *scene {
	scene := s.new("What was pending before Prometheus began fires at once.")
	s.pod(scene, "waits", -s.For.Duration-time.Second, "Pending")
	return scene.fires(0, s.told("waits", s.For.Duration+time.Second))
}

func (s pendingScenes) twoInstances() *scene {
	scene := s.new("Two instances of kube-state-metrics tell of one pod.")
	s.pod(scene, "waits", -s.For.Duration-time.Second, "Pending", "instance", "a")
	s.pod(scene, "waits", -s.For.Duration-time.Second, "Pending", "instance", "b")
	return scene.fires(0, s.told("waits", s.For.Duration+time.Second))
}

func (s pendingScenes) missed() *scene {
	scene := s.new("Missed scrapes do not begin the waiting anew.")
	gap := func(value float64) *curve { return sampled(s.every).set(value).hold(s.every).miss(4 * s.every) }
	created := time.Second - s.For.Truncate(s.every)
	scene.show(podCreatedMetric, s.labels("waits"), gap(created.Seconds()))
	scene.show(podPhaseMetric, s.labels("waits", "phase", "Pending"), gap(1))
	return scene.fires(4*s.every, s.told("waits", 4*s.every-created))
}

func (s pendingScenes) sameName() *scene {
	change := 2 * s.every
	scene := s.new("A new pod by the name of an old one is as young as it is.")
	scene.show(podCreatedMetric, s.labels("db-0", "uid", "a"), sampled(s.every).set(-1e6).hold(change))
	scene.show(podPhaseMetric, s.labels("db-0", "uid", "a", "phase", "Pending"), sampled(s.every).hold(change))
	scene.show(podCreatedMetric, s.labels("db-0", "uid", "b"), sampled(s.every).miss(change).set(change.Seconds()))
	scene.show(podPhaseMetric, s.labels("db-0", "uid", "b", "phase", "Pending"), sampled(s.every).miss(change).set(1))
	return scene.quiet(change, change+s.For.Truncate(s.every))
}
