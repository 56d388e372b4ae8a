package monitoring

import "fmt"

func (n NodeCPU) scenes() []*scene {
	s := nodeScenes{above: n.Above, wait: evaluations(n.For.Duration), job: n.Job, match: n.Match, every: defaultInterval}
	s.summary = func(value float64) string {
		return fmt.Sprintf("Node node-a uses %.4g%% of its CPU, for more than %s.", 100*value, duration(n.For.Duration))
	}
	// The share of each mode of two CPUs, of which one is busier.
	show := func(scene *scene, more []string, busy ...level) {
		for i, cpu := range []string{"0", "1"} {
			tilt := 0.01 - 0.02*float64(i)
			modes := map[string]func(float64) float64{
				"user":   func(busy float64) float64 { return busy * (0.75 + tilt) },
				"system": func(busy float64) float64 { return busy * 0.25 },
				"iowait": func(busy float64) float64 { return (1 - busy) / 2 },
				"idle":   func(busy float64) float64 { return (1 - busy) / 2 },
			}
			for _, mode := range []string{"user", "system", "iowait", "idle"} {
				scene.show(
					cpuMetric,
					s.labels(append([]string{"cpu", cpu, "mode", mode}, more...)...),
					s.counter(busy, modes[mode]),
				)
			}
		}
	}
	return s.all(show, s.every) // a rate needs two samples
}
