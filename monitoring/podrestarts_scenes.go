package monitoring

import (
	"fmt"
	"slices"
	"time"
)

const (
	restartsMetric     = "kube_pod_container_status_restarts_total"
	initRestartsMetric = "kube_pod_init_container_status_restarts_total"
	podInfoMetric      = "kube_pod_info"
)

// restartScenes are made for the numbers of a spec: as many restarts as are allowed, and one more, within half of the window.
type restartScenes struct {
	PodRestarts

	allowed            int
	every, pause       time.Duration
	first, last, until time.Duration // when the first restart is, and that of one more than is allowed
}

func (p PodRestarts) scenes() []*scene {
	s := restartScenes{PodRestarts: p, allowed: int(p.MoreThan), every: defaultInterval, first: 10 * time.Minute}
	s.pause = max(s.every, (p.Within.Duration / 2 / time.Duration(s.allowed+1)).Truncate(s.every))
	s.last = s.first + time.Duration(s.allowed)*s.pause
	s.until = s.last + p.Within.Duration + 10*time.Minute
	firing := s.oneMore()
	labels := matchedLabels(p.Match, "job")
	return slices.Concat([]*scene{
		firing, s.asManyAsAllowed(), s.young(), s.twoInstances(), s.initContainers(), s.exporterRestarts(), s.goneTogether(),
	}, firing.strangers(labels...), s.initAlone().strangers(labels...))
}

func (s restartScenes) new(name string) *scene {
	return &scene{name: name, every: s.every, until: s.until}
}

func (s restartScenes) labels(pod string, more ...string) map[string]string {
	labels := with(map[string]string{"namespace": "shop"}, pairs(s.Match)...)
	return with(with(labels, "job", s.Job, "pod", pod), more...)
}

func (s restartScenes) container(pod string, more ...string) map[string]string {
	return with(s.labels(pod, "container", "app"), more...)
}

// counting up from one number to another, a restart after each pause.
func (s restartScenes) counting(from, to int) *curve {
	c := sampled(s.every).set(float64(from))
	for i := range to - from {
		c.hold(s.first + time.Duration(i)*s.pause).set(float64(from + i + 1))
	}
	return c
}

func (s restartScenes) info() *curve { return sampled(s.every).set(1) }

func (s restartScenes) told(pod string) Firing {
	namespace := s.labels(pod)["namespace"]
	return Firing{
		Labels: map[string]string{"namespace": namespace, "pod": pod, "node": "node-a"},
		Summary: fmt.Sprintf(
			"Pod %s/%s restarted %d times within %s.",
			namespace,
			pod,
			s.allowed+1,
			duration(s.Within.Duration),
		),
	}
}

func (s restartScenes) oneMore() *scene {
	// The first restart leaves the window with the last sample before it.
	over := evaluations(s.first + s.Within.Duration - s.every)
	return s.new("One restart more than is allowed fires at the last of them, and until the first is out of the window.").
		show(podInfoMetric, s.labels("loops", "node", "node-a"), s.info()).
		show(restartsMetric, s.container("loops"), s.counting(0, s.allowed+1)).
		quiet(s.last-s.every).fires(s.last, s.told("loops")).
		fires(over-s.every, s.told("loops")).quiet(over)
}

func (s restartScenes) asManyAsAllowed() *scene {
	return s.new("As many restarts as are allowed do not fire, of a new pod or an old one.").
		show(podInfoMetric, s.labels("new", "node", "node-a"), s.info()).
		show(restartsMetric, s.container("new"), s.counting(0, s.allowed)).
		show(podInfoMetric, s.labels("old", "node", "node-a"), s.info()).
		show(restartsMetric, s.container("old"), s.counting(1000, 1000+s.allowed)).
		quiet(s.last-s.pause, s.last, s.last+s.every, s.last+s.Within.Duration/2)
}

func (s restartScenes) young() *scene {
	restarted := sampled(s.every).miss(s.first).hold(s.first + s.every).set(float64(s.allowed))
	return s.new("A pod that has restarted as often as is allowed since it was first seen does not fire.").
		show(podInfoMetric, s.labels("young", "node", "node-a"), sampled(s.every).miss(s.first).set(1)).
		show(restartsMetric, s.container("young"), restarted).
		quiet(s.first+s.every, s.first+2*s.every, s.first+5*s.every, s.first+s.Within.Duration/2)
}

func (s restartScenes) twoInstances() *scene {
	scene := s.new("Two instances of kube-state-metrics do not count double.")
	for _, instance := range []string{"a", "b"} {
		scene.show(podInfoMetric, s.labels("calm", "node", "node-a", "instance", instance), s.info()).
			show(restartsMetric, s.container("calm", "instance", instance), s.counting(0, s.allowed))
	}
	return scene.quiet(s.last-s.pause, s.last, s.last+s.Within.Duration/2)
}

func (s restartScenes) initContainers() *scene {
	return s.new("Containers of a pod count together, init containers too.").
		show(podInfoMetric, s.labels("two", "node", "node-a"), s.info()).
		show(restartsMetric, s.container("two"), s.counting(0, s.allowed)).
		show(initRestartsMetric, s.container("two", "container", "wait"), sampled(s.every).hold(s.last).set(1)).
		quiet(s.last-s.every).fires(s.last, s.told("two"))
}

func (s restartScenes) initAlone() *scene {
	return s.new("Init containers alone fire.").
		show(podInfoMetric, s.labels("waits", "node", "node-a"), s.info()).
		show(initRestartsMetric, s.container("waits"), s.counting(0, s.allowed+1)).
		fires(s.last, s.told("waits"))
}

func (s restartScenes) exporterRestarts() *scene {
	change := s.first + s.pause // the second restart is the first that the new instance sees
	after := sampled(s.every).miss(change).set(1)
	for i := 1; i <= s.allowed; i++ {
		after.hold(s.first + time.Duration(i)*s.pause + s.every).set(float64(i + 1))
	}
	return s.new("Restarts before and after one of kube-state-metrics count together.").
		show(podInfoMetric, s.labels("loops", "node", "node-a"), s.info()).
		show(restartsMetric, s.container("loops", "instance", "a"), sampled(s.every).hold(s.first).set(1).hold(change).end()).
		show(restartsMetric, s.container("loops", "instance", "b"), after).
		quiet(s.last).fires(s.last+s.every, s.told("loops"))
}

func (s restartScenes) goneTogether() *scene {
	gone := s.last + 2*s.every
	return s.new("The alert ends with the pod.").
		show(podInfoMetric, s.labels("gone", "node", "node-a"), s.info().hold(gone).end()).
		show(restartsMetric, s.container("gone"), s.counting(0, s.allowed+1).hold(gone).end()).
		fires(s.last, s.told("gone")).quiet(gone)
}
