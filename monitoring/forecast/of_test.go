package forecast_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/monitoring/forecast"
)

// hourly values, from a Monday.
func hourly(days int, value func(hour int) float64) forecast.Series {
	s := forecast.Series{Start: monday, Step: time.Hour, Values: make([]float64, 24*days)}
	for i := range s.Values {
		s.Values[i] = value(i)
	}
	return s
}

// noise of an hour, from 0 to 1: the same whatever the order of the tests.
func noise(hour int) float64 { return rand.New(rand.NewPCG(uint64(hour), 1)).Float64() }

func mustOf(t *testing.T, s forecast.Series, o forecast.Options) *forecast.Result {
	t.Helper()
	r, err := forecast.Of(s, o)
	require.NoError(t, err)
	return r
}

func lastOf(r *forecast.Result) forecast.Point { return r.Points[len(r.Points)-1] }

func TestOf(t *testing.T) {
	swing := func(hour int) float64 { return 5 * math.Sin(2*math.Pi*float64(hour)/24) }
	weekend := func(hour int) float64 {
		if hour/24%7 >= 5 {
			return 20
		}
		return 40 + swing(hour)
	}
	for name, tc := range map[string]struct {
		reason       string
		series       forecast.Series
		end          float64 // median at the end
		near         float64
		least, width float64 // half of the interval at the end
	}{
		"Constant": {
			reason: "What never changed is not expected to.",
			series: hourly(56, func(int) float64 { return 110 }), end: 110,
		},
		"Growth": {
			reason: "A straight line goes on.",
			series: hourly(56, func(hour int) float64 { return float64(hour) }), end: 84*24 - 1, near: 1, width: 1,
		},
		"Week": {
			reason: "The last day of the forecast is a Sunday, which has been low.",
			series: hourly(56, weekend), end: 20, near: 0.5, width: 5,
		},
		"NoisyGrowth": {
			reason: "A level over a week averages the noise, and does not lag behind the growth.",
			series: hourly(56, func(hour int) float64 { return 20 + float64(hour)/6 + 20*(noise(hour)-0.5) }),
			end:    356, near: 1.5, least: 8, width: 14,
		},
		"GrowthAndWeek": {
			reason: "Growth within a week is no part of its season.",
			series: hourly(56, func(hour int) float64 { return weekend(hour) + float64(hour)/4 }),
			end:    20 + float64(84*24-1)/4, near: 0.5, width: 3,
		},
		"LevelShift": {
			reason: "A deploy that changes the level is a new level, not a slope.",
			series: hourly(56, func(hour int) float64 {
				if hour < 24*35 {
					return 30 + noise(hour)
				}
				return 50 + noise(hour)
			}), end: 50.5, near: 2, least: 10, width: 25,
		},
		"Outliers": {
			reason: "A few wild hours move neither the median nor the interval.",
			series: hourly(56, func(hour int) float64 {
				if hour%97 == 0 {
					return 5000
				}
				return 30 + noise(hour)
			}), end: 30.5, near: 0.5, width: 2,
		},
		"Gaps": {
			reason: "Half of all hours are missing, and the line through the rest goes on.",
			series: hourly(56, func(hour int) float64 {
				if hour > 0 && noise(hour) < 0.5 {
					return math.NaN()
				}
				return 20 + float64(hour)/24
			}), end: 20 + 84, near: 1, width: 1,
		},
		"Cleanup": {
			reason: "A volume that is cleaned up each time it is nearly full comes back down, and may be anywhere between.",
			series: hourly(56, func(hour int) float64 { return 20 + float64(hour%(24*9))/5 }),
			end:    41, near: 15, least: 10, width: 50,
		},
		"Falling": {
			reason: "Use is never negative, whatever the slope says.",
			series: hourly(56, func(hour int) float64 { return max(0, 2000-1.4*float64(hour)) }), end: 0, near: 1, width: 60,
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := mustOf(t, tc.series, forecast.Options{})
			require.Equal(t, forecast.DefaultHorizon, r.Until().Sub(tc.series.End()), tc.reason)
			last := lastOf(r)
			require.InDelta(t, tc.end, last.Median, tc.near+1e-9, tc.reason)
			half := max(last.Upper-last.Median, last.Median-last.Lower)
			require.GreaterOrEqual(t, half, tc.least, tc.reason)
			require.LessOrEqual(t, half, tc.width+1e-9, tc.reason)
		})
	}
}

// What is farther away is never surer.
func TestIntervalWidens(t *testing.T) {
	for _, f := range families() {
		history, _ := f.drawn(1, 56, 0)
		r := mustOf(t, history, forecast.Options{})
		for i := 1; i < len(r.Points); i++ {
			before, after := r.Points[i-1], r.Points[i]
			require.GreaterOrEqual(t, after.Upper-after.Median, before.Upper-before.Median-1e-9, "%s, lead %d", f.name, i)
			require.GreaterOrEqual(t, after.UpperHalf-after.Median, before.UpperHalf-before.Median-1e-9, "%s, lead %d", f.name, i)
		}
		first, last := r.Points[0], lastOf(r)
		if f.name == "random walk" || f.name == "requests in steps" {
			require.Greater(t, last.Upper-last.Median, 5*(first.Upper-first.Median), f.name)
		}
	}
}

func TestSeasons(t *testing.T) {
	swing := func(hour int) float64 {
		low := 1.0
		if hour/24%7 >= 5 {
			low = 0.4
		}
		return 50 - low*20*math.Cos(2*math.Pi*float64(hour)/24)
	}
	slow := hourly(56, swing)
	slow.Step = 7 * time.Hour
	for name, tc := range map[string]struct {
		reason string
		series forecast.Series
		want   []forecast.Season
	}{
		"Both": {
			reason: "Eight weeks show that days and weeks repeat.",
			series: hourly(56, swing),
			want:   []forecast.Season{{Name: "daily", Used: true}, {Name: "weekly", Used: true}},
		},
		"TenDays": {
			reason: "Ten days show no week twice.",
			series: hourly(10, swing),
			want: []forecast.Season{
				{Name: "daily", Used: true},
				{Name: "weekly", Reason: "10 days of history, and 14 days are needed"},
			},
		},
		"OneDay": {
			reason: "30 hours show no day twice.",
			series: forecast.Series{Start: monday, Step: time.Hour, Values: hourly(2, swing).Values[:30]},
			want: []forecast.Season{
				{Name: "daily", Reason: "30 h of history, and 2 days are needed"},
				{Name: "weekly", Reason: "30 h of history, and 14 days are needed"},
			},
		},
		"Constant": {
			reason: "What is constant has no season, though it would do no harm.",
			series: hourly(56, func(int) float64 { return 5 }),
			want: []forecast.Season{
				{Name: "daily", Reason: "the back-tests are no better with it"},
				{Name: "weekly", Reason: "the back-tests are no better with it"},
			},
		},
		"OnlyDaily": {
			reason: "All days are alike, so the week adds nothing.",
			series: hourly(56, func(hour int) float64 { return 50 + 20*math.Sin(2*math.Pi*float64(hour)/24) }),
			want: []forecast.Season{
				{Name: "daily", Used: true},
				{Name: "weekly", Reason: "the back-tests are no better with it"},
			},
		},
		"CoarseStep": {
			reason: "Seven hours do not part a day.",
			series: slow,
			want: []forecast.Season{
				{Name: "daily", Reason: "values of 7 h do not show the hours of a day"},
				{Name: "weekly", Reason: "values of 7 h do not show the hours of a day"},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := mustOf(t, tc.series, forecast.Options{})
			require.Empty(t, cmp.Diff(tc.want, r.Seasons), tc.reason)
		})
	}
}

func TestConfidence(t *testing.T) {
	growth := func(hour int) float64 { return 10 + float64(hour)/24 }
	stale := hourly(56, func(hour int) float64 {
		if hour >= 24*50 {
			return math.NaN()
		}
		return growth(hour)
	})
	gappy := hourly(56, func(hour int) float64 {
		if hour%3 == 0 {
			return math.NaN()
		}
		return growth(hour)
	})
	for name, tc := range map[string]struct {
		reason  string
		series  forecast.Series
		want    forecast.Confidence
		because []string
	}{
		"Enough": {reason: "Eight weeks are enough.", series: hourly(56, growth), want: forecast.EnoughHistory},
		"Nothing": {
			reason: "No value, no word.", series: forecast.Series{Start: monday, Step: time.Hour},
			want: forecast.NoStatement, because: []string{"nothing was measured"},
		},
		"Morning": {
			reason: "A morning says nothing of the days to come.",
			series: forecast.Series{Start: monday, Step: time.Hour, Values: hourly(1, growth).Values[:10]},
			want:   forecast.NoStatement, because: []string{"there are 10 values in 10 h: at least 24 are needed"},
		},
		"Days": {
			reason: "Six days reach three days ahead, not more.", series: hourly(6, growth), want: forecast.LowConfidence,
			because: []string{"6 days of history show no week twice", "with 6 days of history it reaches 3 days ahead, not 28 days"},
		},
		"Stale": {
			reason: "A volume that is gone has no future.", series: stale, want: forecast.NoStatement,
			because: []string{"nothing was measured since 2026-02-24 00:00:00 UTC"},
		},
		"Gaps": {
			reason: "A third is missing.", series: gappy, want: forecast.LowConfidence,
			because: []string{"33 % of the history are gaps"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := mustOf(t, tc.series, forecast.Options{Capacity: 1000})
			require.Equal(t, tc.want, r.Confidence, tc.reason)
			require.Empty(t, cmp.Diff(tc.because, r.Reasons), tc.reason)
			require.Equal(t, tc.want == forecast.NoStatement, len(r.Points) == 0, tc.reason)
			require.Equal(t, tc.want == forecast.NoStatement, r.Exhaustion == nil, tc.reason)
		})
	}
}

func TestOfIsDeterministic(t *testing.T) {
	for _, f := range families() {
		history, _ := f.drawn(2, 20, 0)
		first := mustOf(t, history, forecast.Options{Capacity: 100})
		require.Empty(t, cmp.Diff(first, mustOf(t, history, forecast.Options{Capacity: 100}), cmpopts.EquateNaNs()))
	}
}

// What a random walk does in four weeks, eight weeks have hardly seen: the interval goes on as it grew before.
func TestIntervalOfFewBackTests(t *testing.T) {
	var week, month float64
	for seed := range 8 {
		history, _ := families()[2].drawn(seed, 56, 0)
		r := mustOf(t, history, forecast.Options{})
		week += r.Points[5*24].Upper - r.Points[5*24].Median
		month += lastOf(r).Upper - lastOf(r).Median
	}
	require.Greater(t, month/week, 2.15, "five times as far, and a root of that")
	require.Less(t, month/week, 5.0)
}

// What is missing at the end is forecast too, and an hour that has only begun is not the last of the history.
func TestOfUnevenEnds(t *testing.T) {
	s := hourly(56, func(hour int) float64 {
		if hour >= 56*24-5 {
			return math.NaN()
		}
		return 1
	})
	r := mustOf(t, s, forecast.Options{})
	require.Equal(t, s.End().Add(-5*time.Hour), r.Points[0].Time)
	require.Equal(t, s.End().Add(forecast.DefaultHorizon), r.Until())

	minutes := forecast.Series{Start: monday.Add(20 * time.Minute), Step: 5 * time.Minute, Values: make([]float64, 3*24*12)}
	for i := range minutes.Values {
		minutes.Values[i] = 1
	}
	minutes.Values[len(minutes.Values)-1] = 100
	r = mustOf(t, minutes, forecast.Options{})
	require.InDelta(t, 1, *r.Now, 0, "a third of an hour is no hour")
	require.Equal(t, monday.Add(72*time.Hour), r.Points[0].Time)
}

func TestOfLeavesItsInputAlone(t *testing.T) {
	history, _ := families()[7].drawn(2, 20, 0)
	before := append([]float64(nil), history.Values...)
	mustOf(t, history, forecast.Options{})
	require.Empty(t, cmp.Diff(before, history.Values, cmpopts.EquateNaNs()))
}

// Eight weeks of a value every five minutes.
func BenchmarkOf(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	s := forecast.Series{Start: monday, Step: 5 * time.Minute, Values: make([]float64, 56*24*12)}
	for i := range s.Values {
		s.Values[i] = 50 + 4*dayAndWeek(i/3) + r.NormFloat64()
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := forecast.Of(s, forecast.Options{Capacity: 100}); err != nil {
			b.Fatal(err)
		}
	}
}
