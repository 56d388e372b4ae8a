package forecast

import "time"

// fitted is one simple method, fitted to the history before an origin: a level, a slope, and a season.
type fitted struct {
	season       season
	level, slope float64
	profile      []float64
	next         int64 // number of the step after the history
}

// at a lead of one step or more. Usage is never negative.
func (f *fitted) at(lead int) float64 {
	return max(0, f.level+f.slope*float64(lead)+f.profile[slot(f.next+int64(lead)-1, len(f.profile))])
}

// slopeWindows are how far back a slope looks. None is a slope of zero. The median over blocks of a day is free of the day's
// season; two days have too few of them.
func slopeWindows() []struct{ window, block time.Duration } {
	return []struct{ window, block time.Duration }{
		{0, 0}, {2 * day, 6 * time.Hour}, {week, day}, {4 * week, day}, {8 * week, day},
	}
}

// levelWindows are how far back a level looks: three hours follow what wanders, a week averages what is only noise.
func levelWindows() []time.Duration { return []time.Duration{3 * time.Hour, day, week} }

// fitAll methods to the history before an origin: the same ones, in the same order, for every origin of a grid. A season
// that the history as a whole holds, and the one before an origin does not yet, is the longest there that it holds.
func fitAll(g grid, origin int) []fitted {
	y, first := g.values[:origin], g.first
	scratch := make([]float64, 0, len(y))
	var all []fitted
	held := seasonless
	for _, s := range seasons() {
		if !s.fits(g.step, len(g.values)) {
			continue
		}
		if s.fits(g.step, len(y)) {
			held = s
		}
		profile := held.profile(y, first, g.step)
		z := without(y, first, profile)
		for _, w := range slopeWindows() {
			var slope float64
			if w.window > 0 {
				slope = slopeOf(z, g.steps(w.block), int(w.window/w.block), scratch)
			}
			for _, window := range levelWindows() {
				all = append(all, fitted{
					season: s, slope: slope, level: levelOf(z, g.steps(window), slope, scratch),
					profile: profile, next: first + int64(len(y)),
				})
			}
		}
	}
	return all
}
