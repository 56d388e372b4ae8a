package forecast

import (
	"math"
	"time"
)

// axis maps values, or times in seconds, to pixels.
type axis struct{ from, to, low, high float64 }

func (a axis) at(v float64) float64 {
	return a.low + (v-a.from)/(a.to-a.from)*(a.high-a.low)
}

func seconds(t time.Time) float64 { return float64(t.Unix()) }

// tick of an axis.
type tick struct {
	at   float64
	text string
}

// ticks of values from zero: about five, at 1, 2, 2.5 or 5 of their power of ten, all in the unit of the highest.
func (u Unit) ticks(top float64) []tick {
	by, _ := u.scale(top)
	rough := top / by / 5
	power := math.Pow(10, math.Floor(math.Log10(rough)))
	step := 10 * power
	for _, nice := range []float64{5, 2.5, 2, 1} {
		if nice*power >= rough*0.999 {
			step = nice * power
		}
	}
	if u == PodCount {
		step = math.Ceil(step)
	}
	var all []tick
	for i := 0; float64(i)*step*by <= top*1.0001; i++ {
		all = append(all, tick{at: float64(i) * step * by, text: digits(float64(i) * step)})
	}
	return all
}

// days from one tick to the next that dates are easy to read at. The weeks begin on Mondays.
func tickSteps() []time.Duration {
	return []time.Duration{
		time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, day, 2 * day, week, 2 * week, 4 * week, 13 * week,
		52 * week, 520 * week,
	}
}

// timeTicks of a span: at most nine.
func timeTicks(from, to time.Time) []tick {
	steps := tickSteps()
	step := steps[len(steps)-1]
	for _, s := range steps {
		if to.Sub(from) <= 9*s {
			step = s
			break
		}
	}
	form := "2 Jan"
	switch {
	case step < day:
		form = "2 Jan 15:04"
	case step > 13*week:
		form = "Jan 2006"
	}
	var all []tick
	// Truncate counts from a Monday, at midnight in UTC.
	for at := from.UTC().Truncate(step); !at.After(to); at = at.Add(step) {
		if !at.Before(from) {
			all = append(all, tick{at: seconds(at), text: at.Format(form)})
		}
	}
	return all
}
