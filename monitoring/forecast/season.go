package forecast

import (
	"math"
	"slices"
	"time"
)

// season is the shape that repeats: none, the day, the day with an offset for each day of the week, or the whole week.
type season int

const (
	seasonless season = iota
	daily
	weekday
	weekly
)

// periods of a season that history must hold, so that what repeats can be told from what happened once.
const periods = 2

// lookBack is how far back a profile looks: a season of two months ago may be another one.
const lookBack = 8 * week

func seasons() []season { return []season{seasonless, daily, weekday, weekly} }

// period until the season repeats.
func (s season) period() time.Duration {
	switch s {
	case daily:
		return day
	case weekday, weekly:
		return week
	default:
		return 0
	}
}

// divided says whether the step parts the day into enough equal parts to tell its hours apart.
func divided(step time.Duration) bool { return day%step == 0 && step <= day/4 }

// fits says whether n steps hold the season twice.
func (s season) fits(step time.Duration, n int) bool {
	return s == seasonless || divided(step) && time.Duration(n)*step >= periods*s.period()
}

// profile is what the season adds at each step of its period, around zero.
func (s season) profile(y []float64, first int64, step time.Duration) []float64 {
	switch s {
	case daily:
		return profileOf(y, first, int(day/step), int(lookBack/day))
	case weekly:
		return profileOf(y, first, int(week/step), int(lookBack/week))
	case weekday:
		hours := daily.profile(y, first, step)
		days := profileOf(without(y, first, hours), first, int(week/step), int(lookBack/week))
		for begin := 0; begin < len(days); begin += len(hours) {
			offset, _ := median(days[begin:begin+len(hours)], nil)
			for i, v := range hours {
				days[begin+i] = v + offset
			}
		}
		return days
	default:
		return []float64{0}
	}
}

// without gives the values without their season.
func without(y []float64, first int64, profile []float64) []float64 {
	out := make([]float64, len(y))
	for i, v := range y {
		out[i] = v - profile[slot(first+int64(i), len(profile))]
	}
	return out
}

// slot of a period that a step falls in.
func slot(number int64, period int) int {
	return int((number%int64(period) + int64(period)) % int64(period))
}

// profileOf the latest periods: at each step, how far it usually is from the median of its period. The slope from one period
// to the next is taken out before, or it would look like a season.
func profileOf(y []float64, first int64, period, most int) []float64 {
	scratch := make([]float64, 0, max(period, most))
	count := min(most, len(y)/period)
	slope := slopeOf(y, period, count, scratch)
	slots := make([][]float64, period)
	for k := range count {
		begin := len(y) - (k+1)*period
		scratch = scratch[:0]
		for i, v := range y[begin : begin+period] {
			scratch = append(scratch, v-slope*float64(i))
		}
		center, known := median(scratch, scratch)
		if 2*known < period {
			continue
		}
		for i, v := range y[begin : begin+period] {
			if !math.IsNaN(v) {
				at := slot(first+int64(begin+i), period)
				slots[at] = append(slots[at], v-slope*float64(i)-center)
			}
		}
	}
	profile := make([]float64, period)
	for i, values := range slots {
		profile[i] = middleMean(values)
	}
	return profile
}

// middleMean is the mean without the lowest and the highest quarter: steadier than the median where values are few, and
// not moved by one outlier in four.
func middleMean(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	cut := len(values) / 4
	var sum float64
	for _, v := range values[cut : len(values)-cut] {
		sum += v
	}
	return sum / float64(len(values)-2*cut)
}
