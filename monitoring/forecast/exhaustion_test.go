package forecast_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/monitoring/forecast"
)

func TestExhaustion(t *testing.T) {
	// A unit a day, from 20: 76 now, and after four weeks 104. The noise makes the interval wider than an hour.
	growth := hourly(56, func(hour int) float64 { return 20 + float64(hour)/24 + math.Sin(float64(hour*hour)) })
	grown := func(from float64, at int) *forecast.Series {
		s := hourly(56, func(hour int) float64 {
			if hour < 24*at {
				return from
			}
			return 200
		})
		return &s
	}
	for name, tc := range map[string]struct {
		reason  string
		options forecast.Options
		limit   float64
		already bool
		day     float64 // of Likely, after the end of the history; 0: not reached
		text    string
	}{
		"Reached": {
			reason: "It grows by one a day, and 14 are left.", options: forecast.Options{Capacity: 90}, limit: 90, day: 14,
			text: "likely about 2026-03-1",
		},
		"Headroom": {
			reason: "At 85 % of 100 are 9 left.", options: forecast.Options{Capacity: 100, Headroom: 0.15}, limit: 85, day: 9,
			text: "(about 90 % of cases)",
		},
		"Full": {
			reason: "It is over already.", options: forecast.Options{Capacity: 70}, limit: 70, already: true, text: "runs out now",
		},
		"Far": {
			reason: "Nothing is said of what is beyond the horizon.", options: forecast.Options{Capacity: 500}, limit: 500,
			text: "not expected before 2026-03-30 (less than 1 case in 20)",
		},
		"Grown": {
			reason: "The pool grew last week: it is what it is now.", options: forecast.Options{Capacities: grown(80, 50)}, limit: 200,
			text: "not expected",
		},
		"Level": {
			reason: "A narrower interval says another chance.", options: forecast.Options{Capacity: 500, Level: 0.8}, limit: 500,
			text: "not expected before 2026-03-30 (less than 1 case in 10)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := mustOf(t, growth, tc.options)
			e := r.Exhaustion
			require.InDelta(t, tc.limit, e.Limit, 1e-9, tc.reason)
			require.Equal(t, tc.already, e.Already, tc.reason)
			require.Contains(t, e.String(), tc.text, tc.reason)
			switch {
			case tc.already:
				require.Equal(t, growth.End().Add(-time.Hour), *e.Earliest, tc.reason)
				require.Equal(t, e.Earliest, e.Latest, tc.reason)
			case tc.day > 0:
				require.InDelta(t, tc.day, e.Likely.Sub(growth.End()).Hours()/24, 1, tc.reason)
				require.True(t, e.Earliest.Before(*e.Likely) && e.Likely.Before(*e.Latest), tc.reason)
				require.Less(t, e.Latest.Sub(*e.Earliest), 5*24*time.Hour, tc.reason)
			default:
				require.Nil(t, e.Earliest, tc.reason)
				require.Nil(t, e.Latest, tc.reason)
				require.Equal(t, growth.End().Add(forecast.DefaultHorizon), e.Until, tc.reason)
			}
		})
	}
}

// The day's peak reaches the capacity weeks before its mean does.
func TestExhaustionAtThePeakOfTheDay(t *testing.T) {
	r := mustOf(t, hourly(56, func(hour int) float64 {
		return 20 + float64(hour)/240 + 10*math.Sin(2*math.Pi*float64(hour)/24) + math.Sin(float64(hour*hour))/4
	}), forecast.Options{Capacity: 37})
	require.InDelta(t, 14, r.Exhaustion.Likely.Sub(r.History.End()).Hours()/24, 2.5, "25.6 and 10 at the peak, and 0.1 a day")
	require.Equal(t, 6, r.Exhaustion.Likely.Hour(), "at the hour of the peak")
}

func TestExhaustionSaysHowSureItIs(t *testing.T) {
	at := func(day int) *time.Time {
		when := monday.AddDate(0, 0, day)
		return &when
	}
	for name, tc := range map[string]struct {
		e    forecast.Exhaustion
		want string
	}{
		"All": {
			forecast.Exhaustion{Earliest: at(1), Likely: at(3), Latest: at(9)},
			"likely about 2026-01-08, between 2026-01-06 and 2026-01-14 (about 90 % of cases)",
		},
		"NoLatest": {
			forecast.Exhaustion{Earliest: at(1), Likely: at(3)},
			"likely about 2026-01-08, possible from 2026-01-06 (1 case in 20 by then), or after 2026-02-02",
		},
		"OnlyEarliest": {
			forecast.Exhaustion{Earliest: at(1)},
			"possible from 2026-01-06 (1 case in 20 by then), more likely not before 2026-02-02",
		},
		"None": {forecast.Exhaustion{}, "not expected before 2026-02-02 (less than 1 case in 20)"},
	} {
		t.Run(name, func(t *testing.T) {
			tc.e.Until, tc.e.Level = monday.AddDate(0, 0, 28), 0.9
			require.Equal(t, tc.want, tc.e.String())
		})
	}
}
