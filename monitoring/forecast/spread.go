package forecast

import (
	"math"
	"slices"
)

// independent back-tests that a lead needs, so that its own errors are trusted to say how large they can be. Those that
// overlap count as one.
const independent = 8

// spread is how far the truth was from the median forecast, at most, in a share of the back-tests: by bucket of leads.
type spread []float64

// spreads of several shares, which share one walk through the back-tests.
func (b *backtest) spreads(shares ...float64) []spread {
	all := make([]spread, len(shares))
	for bucket := range len(b.bounds) - 1 {
		var errs []float64
		b.each(bucket, func(fits []fitted, lead int, truth float64) {
			errs = append(errs, math.Abs(b.median(fits, lead)-truth))
		})
		slices.Sort(errs)
		for i, share := range shares {
			var width float64
			if len(errs) > 0 {
				width = quantile(errs, share)
			}
			all[i] = append(all[i], width)
		}
	}
	b.widen(all)
	return all
}

// widen with the lead: what is farther away is never surer. Leads that history holds too few independent back-tests of
// grow as the first of the spreads did up to there, where that is wider than what they have seen, but not above all the
// extent of the history: a shift of the level in it would otherwise count as a growth that never ends.
func (b *backtest) widen(all []spread) {
	for _, s := range all {
		for bucket := 1; bucket < len(s); bucket++ {
			s[bucket] = max(s[bucket], s[bucket-1])
		}
	}
	history := float64(len(b.grid.values) - b.origins[len(b.origins)-1])
	trusted := 0
	for trusted < len(b.bounds)-1 && history/b.center(trusted) >= independent {
		trusted++
	}
	if trusted == 0 {
		return
	}
	power := b.growth(all[0][:trusted])
	lowest, highest := b.grid.extent()
	for _, s := range all {
		for bucket := trusted; bucket < len(s); bucket++ {
			grown := s[trusted-1] * math.Pow(b.center(bucket)/b.center(trusted-1), power)
			s[bucket] = max(s[bucket], s[bucket-1], min(grown, highest-lowest))
		}
	}
}

// growth of the width with the lead, as a power of it: 0 is noise around what is known, 1/2 a random walk, 1 a wrong slope.
// More than 1 does not last. Within hours most is noise, which would hide how errors grow over days: the shorter half of
// the leads is left out.
func (b *backtest) growth(s spread) float64 {
	var n, sx, sy, sxx, sxy float64
	for bucket := len(s) / 2; bucket < len(s); bucket++ {
		if s[bucket] > 0 {
			x, y := math.Log(b.center(bucket)), math.Log(s[bucket])
			n, sx, sy, sxx, sxy = n+1, sx+x, sy+y, sxx+x*x, sxy+x*y
		}
	}
	if n < 3 {
		return 0
	}
	return min(1, max(0, (n*sxy-sx*sy)/(n*sxx-sx*sx)))
}

// width of a spread at a lead: between the two buckets whose centers it lies between, by its distance to each.
func (b *backtest) width(s spread, lead int) float64 {
	above := slices.IndexFunc(b.bounds[1:], func(bound int) bool { return lead < bound })
	if float64(lead) > b.center(above) {
		above++
	}
	switch above {
	case 0:
		return s[0]
	case len(s):
		return s[above-1]
	}
	share := (float64(lead) - b.center(above-1)) / (b.center(above) - b.center(above-1))
	return (1-share)*s[above-1] + share*s[above]
}
