package forecast

import (
	"math"
	"slices"
)

// slopeOf the last blocks of some steps each, per step: the median of the slopes between all pairs of the blocks' medians
// (Theil and Sen), which a few outliers do not move. One block has no slope.
func slopeOf(y []float64, block, blocks int, scratch []float64) float64 {
	type point struct{ at, value float64 }
	points := make([]point, 0, blocks)
	for k := 0; k < blocks && (k+1)*block <= len(y); k++ {
		end := len(y) - k*block
		if m, known := median(y[end-block:end], scratch); known > 0 && 2*known >= block {
			points = append(points, point{float64(-k * block), m})
		}
	}
	if len(points) < 2 {
		return 0
	}
	slopes := make([]float64, 0, len(points)*(len(points)-1)/2)
	for i, p := range points {
		for _, q := range points[i+1:] {
			slopes = append(slopes, (p.value-q.value)/(p.at-q.at))
		}
	}
	slices.Sort(slopes)
	return quantile(slopes, 0.5)
}

// levelOf the last steps, carried along the slope to the last of them. Gaps make it look farther back.
func levelOf(y []float64, steps int, slope float64, scratch []float64) float64 {
	for {
		begin := max(0, len(y)-steps)
		scratch = scratch[:0]
		for i, v := range y[begin:] {
			scratch = append(scratch, v+slope*float64(len(y)-1-begin-i))
		}
		level, known := median(scratch, scratch)
		if known > 0 {
			return level
		}
		if begin == 0 {
			return math.NaN()
		}
		steps *= 2
	}
}
