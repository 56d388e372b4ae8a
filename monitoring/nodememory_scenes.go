package monitoring

import "fmt"

func (n NodeMemory) scenes() []*scene {
	s := nodeScenes{above: n.Above, wait: evaluations(n.For.Duration), job: n.Job, match: n.Match, every: defaultInterval}
	s.summary = func(value float64) string {
		return fmt.Sprintf("Node node-a uses %.4g%% of its memory, for more than %s.", 100*value, duration(n.For.Duration))
	}
	show := func(scene *scene, more []string, used ...level) {
		total := 16e9
		if len(more) > 0 && more[0] != "pod" { // another machine, and not only another pod
			total = 32e9
		}
		available, whole := sampled(s.every), sampled(s.every).set(total)
		for _, one := range used {
			available.set(total * (1 - one.share))
			if one.missed {
				available.miss(one.until)
				whole.miss(one.until)
			} else {
				available.hold(one.until)
				whole.hold(one.until)
			}
		}
		scene.show(availableMetric, s.labels(more...), available).show(memoryMetric, s.labels(more...), whole)
	}
	return s.all(show, 0)
}
