package forecast

import (
	"math"
	"slices"
	"time"
)

const (
	day  = 24 * time.Hour
	week = 7 * day
	// memory is how far back a forecast looks at most: what was half a year ago says little of the next weeks.
	memory = 26 * week
)

// grid is a series as all the work is done on it: means of an hour, or the values themselves where the step is longer.
type grid struct {
	step   time.Duration
	first  int64 // number of the first value since 1970, in steps: it tells the hour of the day and the day of the week
	values []float64
}

// gridOf a valid series. The means are of whole hours; a last hour that is not half over is left out.
func gridOf(s Series) grid {
	g := grid{step: max(s.Step, time.Hour)}
	skip := max(0, len(s.Values)-int(memory/s.Step))
	g.first = floorDiv(s.at(skip).UnixNano(), int64(g.step))
	var sum float64
	var known, seen int
	number := g.first
	for i := skip; i < len(s.Values); i++ {
		now := floorDiv(s.at(i).UnixNano(), int64(g.step))
		for ; number < now; number++ {
			g.values = append(g.values, mean(sum, known))
			sum, known, seen = 0, 0, 0
		}
		seen++
		if !math.IsNaN(s.Values[i]) {
			sum, known = sum+s.Values[i], known+1
		}
	}
	if time.Duration(2*seen)*s.Step >= g.step {
		g.values = append(g.values, mean(sum, known))
	}
	return g
}

func mean(sum float64, n int) float64 {
	if n == 0 {
		return math.NaN()
	}
	return sum / float64(n)
}

// floorDiv, since Go's division rounds towards zero, and times can lie before 1970.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// time at which the value number i begins. It may lie beyond the last.
func (g grid) time(i int) time.Time {
	return time.Unix(0, (g.first+int64(i))*int64(g.step)).UTC()
}

// steps in a duration, at least one.
func (g grid) steps(d time.Duration) int { return max(1, int(d/g.step)) }

// span of time that the values take.
func (g grid) span() time.Duration { return time.Duration(len(g.values)) * g.step }

// trimmed of gaps at both ends.
func (g grid) trimmed() grid {
	begin, end := 0, len(g.values)
	for begin < end && math.IsNaN(g.values[begin]) {
		begin++
	}
	for end > begin && math.IsNaN(g.values[end-1]) {
		end--
	}
	return grid{step: g.step, first: g.first + int64(begin), values: g.values[begin:end]}
}

// extent of the values: the lowest and the highest.
func (g grid) extent() (lowest, highest float64) {
	lowest, highest = math.Inf(1), math.Inf(-1)
	for _, v := range g.values {
		if !math.IsNaN(v) {
			lowest, highest = min(lowest, v), max(highest, v)
		}
	}
	return lowest, highest
}

// gaps counts what is missing.
func (g grid) gaps() int {
	n := 0
	for _, v := range g.values {
		if math.IsNaN(v) {
			n++
		}
	}
	return n
}

// series that can be drawn and read.
func (g grid) series() Series { return Series{Start: g.time(0), Step: g.step, Values: g.values} }

// median of what is no gap, and how many those are. It sorts in scratch, which may be the values themselves.
func median(values, scratch []float64) (float64, int) {
	scratch = scratch[:0]
	for _, v := range values {
		if !math.IsNaN(v) {
			scratch = append(scratch, v)
		}
	}
	if len(scratch) == 0 {
		return math.NaN(), 0
	}
	slices.Sort(scratch)
	return quantile(scratch, 0.5), len(scratch)
}

// quantile of sorted values; between two of them by the distance to each.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	below := int(at)
	above := min(below+1, len(sorted)-1)
	return sorted[below] + (at-float64(below))*(sorted[above]-sorted[below])
}
