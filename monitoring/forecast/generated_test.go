package forecast_test

import (
	"math"
	"math/rand/v2"
	"time"
)

// family of generated series: what is measured every 15 minutes, from the beginning of a Monday.
type family struct {
	name string
	make func(r *rand.Rand, n int) []float64
}

const perDay = 96 // values of a quarter of an hour

func phase(i int, period float64) float64 { return 2 * math.Pi * float64(i) / period }

// dayAndWeek is low at night and on the last two days of a week.
func dayAndWeek(i int) float64 {
	v := 1 - math.Cos(phase(i, perDay))
	if i/perDay%7 >= 5 {
		v *= 0.4
	}
	return v
}

func families() []family {
	return []family{
		{"linear growth", func(r *rand.Rand, n int) []float64 {
			slope := (0.2 + r.Float64()) / perDay
			return generate(n, func(i int) float64 { return 20 + slope*float64(i) + 0.5*r.NormFloat64() })
		}},
		{"linear growth, day and week", func(r *rand.Rand, n int) []float64 {
			slope, amplitude := (0.1+0.5*r.Float64())/perDay, 2+6*r.Float64()
			return generate(n, func(i int) float64 {
				return 20 + slope*float64(i) + amplitude*dayAndWeek(i) + 0.8*r.NormFloat64()
			})
		}},
		{"random walk", func(r *rand.Rand, n int) []float64 {
			at := 100.0
			return generate(n, func(int) float64 { at += 0.3 * r.NormFloat64(); return at })
		}},
		{"logistic saturation", func(r *rand.Rand, n int) []float64 {
			middle, width := float64(n)*(0.3+0.3*r.Float64()), float64(n)*(0.05+0.1*r.Float64())
			return generate(n, func(i int) float64 {
				return 20 + 60/(1+math.Exp(-(float64(i)-middle)/width)) + 0.8*r.NormFloat64()
			})
		}},
		{"level shift", func(r *rand.Rand, n int) []float64 {
			at, by := int(float64(n)*(0.2+0.4*r.Float64())), 10+20*r.Float64()
			return generate(n, func(i int) float64 {
				v := 30 + 2*dayAndWeek(i) + r.NormFloat64()
				if i >= at {
					v += by
				}
				return v
			})
		}},
		{"sawtooth of cleanups", func(r *rand.Rand, n int) []float64 {
			slope, at, full := (2+3*r.Float64())/perDay, 20.0, 60+20*r.Float64()
			return generate(n, func(int) float64 {
				if at += slope * (1 + 0.5*r.NormFloat64()); at > full {
					at, full = 20, 60+20*r.Float64()
				}
				return at
			})
		}},
		{"noise that grows by day", func(r *rand.Rand, n int) []float64 {
			slope := 0.2 * r.Float64() / perDay
			return generate(n, func(i int) float64 {
				v := dayAndWeek(i)
				return 30 + slope*float64(i) + 4*v + (0.2+2*v)*r.NormFloat64()
			})
		}},
		{"gaps", func(r *rand.Rand, n int) []float64 {
			slope, gap := 0.4*r.Float64()/perDay, 0
			return generate(n, func(i int) float64 {
				if gap--; r.Float64() < 0.004 {
					gap = r.IntN(perDay)
				}
				v := 20 + slope*float64(i) + 4*dayAndWeek(i) + 0.8*r.NormFloat64()
				if gap > 0 {
					return math.NaN()
				}
				return v
			})
		}},
		{"bursts", func(r *rand.Rand, n int) []float64 {
			slope, left, height := 0.3*r.Float64()/perDay, 0, 0.0
			return generate(n, func(i int) float64 {
				if left--; r.Float64() < 0.004 {
					left, height = 1+r.IntN(16), 30*r.Float64()
				}
				v := 20 + slope*float64(i) + 3*dayAndWeek(i) + 0.8*r.NormFloat64()
				if left > 0 {
					v += height
				}
				return v
			})
		}},
		{"bots with nightly jobs", func(r *rand.Rand, n int) []float64 {
			slope, height := 0.1*r.Float64()/perDay, 10+20*r.Float64()
			return generate(n, func(i int) float64 {
				v := 8 + slope*float64(i) + 0.4*r.NormFloat64()
				if quarter := i % perDay; quarter >= 8 && quarter < 20 {
					v += height
				}
				return v
			})
		}},
		{"requests in steps", func(r *rand.Rand, n int) []float64 {
			at := 40.0
			return generate(n, func(int) float64 {
				if r.Float64() < 1.0/(1.5*perDay) {
					at = max(5, at+float64(r.IntN(8))*0.5-1)
				}
				return at
			})
		}},
	}
}

func generate(n int, value func(i int) float64) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = max(0, value(i))
	}
	return values
}

var monday = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
