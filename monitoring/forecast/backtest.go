package forecast

import (
	"math"
)

const (
	// origins of the back-tests, about, where history allows: more cost time and tell little more, since they overlap.
	origins = 36
	// nearly is how much worse than the best a method may be to be averaged with it: the best of the past is by a part luck.
	nearly = 1.05
	// worthwhile is what a season must bring to be taken: less is chance.
	worthwhile = 0.98
)

// backtest is what each method would have said in the past, at origins all over the last three quarters of history.
type backtest struct {
	grid    grid
	origins []int
	fits    [][]fitted // of each origin
	bounds  []int      // bucket b is of leads from bounds[b], below bounds[b+1]
	held    season
	chosen  []int // methods that are averaged
}

// buckets of leads that are about alike: each ends at 1.4 times where it began.
func buckets(horizon int) []int {
	bounds := []int{1}
	for next := 2.0; int(next) <= horizon; next *= math.Sqrt2 {
		if int(next) > bounds[len(bounds)-1] {
			bounds = append(bounds, int(next))
		}
	}
	return append(bounds, horizon+1)
}

// newBacktest of a grid without gaps at its ends, of four steps or more. The horizon is at most half of it.
func newBacktest(g grid, horizon int) *backtest {
	b := &backtest{grid: g, bounds: buckets(horizon)}
	n := len(g.values)
	begin := max(2, n/4)
	// Odd, so that origins fall on all hours of the day.
	apart := (n-begin)/origins | 1
	for origin := n - 1; origin >= begin; origin -= apart {
		b.origins = append(b.origins, origin)
		b.fits = append(b.fits, fitAll(g, origin))
	}
	b.choose()
	return b
}

// each truth that a lead of a bucket has, at each origin.
func (b *backtest) each(bucket int, visit func(fits []fitted, lead int, truth float64)) {
	for k, origin := range b.origins {
		for lead := b.bounds[bucket]; lead < b.bounds[bucket+1] && origin+lead-1 < len(b.grid.values); lead++ {
			if truth := b.grid.values[origin+lead-1]; !math.IsNaN(truth) {
				visit(b.fits[k], lead, truth)
			}
		}
	}
}

// choose the methods by their mean absolute error. All buckets count the same, so that hours are not lost among weeks.
func (b *backtest) choose() {
	loss := make([]float64, len(b.fits[0]))
	// Rounding errors tell no method from another.
	_, highest := b.grid.extent()
	for i := range loss {
		loss[i] = highest * 1e-9
	}
	for bucket := range len(b.bounds) - 1 {
		n := 0
		sum := make([]float64, len(loss))
		b.each(bucket, func(fits []fitted, lead int, truth float64) {
			n++
			for i := range fits {
				sum[i] += math.Abs(fits[i].at(lead) - truth)
			}
		})
		for i := range loss {
			loss[i] += sum[i] / float64(max(1, n))
		}
	}
	b.held, b.chosen = best(b.fits[0], loss)
}

// best season by its best method, the simpler one unless a longer one is worth it; and its methods that are nearly as good.
func best(fits []fitted, loss []float64) (season, []int) {
	least := map[season]float64{}
	for i, f := range fits {
		if v, known := least[f.season]; !known || loss[i] < v {
			least[f.season] = loss[i]
		}
	}
	held := seasonless
	for _, s := range seasons() {
		if v, known := least[s]; known && v < worthwhile*least[held] {
			held = s
		}
	}
	var chosen []int
	for i, f := range fits {
		if f.season == held && loss[i] <= nearly*least[held] {
			chosen = append(chosen, i)
		}
	}
	return held, chosen
}

// center of the leads of a bucket.
func (b *backtest) center(bucket int) float64 {
	return float64(b.bounds[bucket]+b.bounds[bucket+1]-1) / 2
}

// median forecast: the mean of the methods that were chosen.
func (b *backtest) median(fits []fitted, lead int) float64 {
	var sum float64
	for _, i := range b.chosen {
		sum += fits[i].at(lead)
	}
	return sum / float64(len(b.chosen))
}
