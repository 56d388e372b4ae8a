package forecast_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/monitoring/forecast"
)

const quarter = 15 * time.Minute

// drawn gives a series of a family, and what came after it.
func (f family) drawn(seed, days, after int) (forecast.Series, []float64) {
	values := f.make(rand.New(rand.NewPCG(uint64(seed), uint64(len(f.name)))), (days+after)*perDay)
	return forecast.Series{Start: monday, Step: quarter, Values: values[:days*perDay]}, values[days*perDay:]
}

// seeds of each family.
const seeds = 24

// The tables of docs/forecast.md: go test -run TestBacktest -v.
func TestBacktestGenerated(t *testing.T) {
	for _, length := range []struct {
		days, ahead     int
		atMost          float64 // error, as a share of the best predict_linear's
		least, greatest float64 // coverage
	}{
		{days: 56, ahead: 28, atMost: 0.33, least: 0.88, greatest: 0.96},
		{days: 14, ahead: 7, atMost: 0.6, least: 0.85, greatest: 0.95},
		{days: 4, ahead: 2, atMost: 0.75, least: 0.83, greatest: 0.95},
	} {
		if testing.Short() && length.days > 14 {
			continue
		}
		scores := make([]*score, 0, len(families()))
		for _, f := range families() {
			s := newScore(f.name)
			for seed := range seeds {
				history, after := f.drawn(seed, length.days, length.ahead)
				s.add(t, history, after, time.Duration(length.ahead)*24*time.Hour)
			}
			scores = append(scores, s)
		}
		t.Logf("%d days of history, %d days ahead:\n\n%s", length.days, length.ahead, table(scores))
		sum := total(scores)
		require.Less(t, sum.mae(), length.atMost*sum.bestLinear(), "%d days", length.days)
		require.Greater(t, sum.coverage(), length.least, "%d days", length.days)
		require.Less(t, sum.coverage(), length.greatest, "%d days", length.days)
		require.InDelta(t, 0.55, sum.heldHalf/sum.points, 0.1, "%d days", length.days)
		for _, s := range scores {
			require.Greater(t, s.coverage(), 0.55, "%s, %d days", s.name, length.days)
			require.Less(t, s.mae(), 1.35*s.bestLinear(), "%s, %d days", s.name, length.days)
			if s.name == "linear growth" && length.days == 56 {
				require.Less(t, s.mae(), 0.9*s.linearMAE(2), "what least squares is made for, with a longer view")
			}
		}
	}
}

// exhaustions counts where the hour at which a capacity was reached lay.
type exhaustions struct{ before, within, after, reached, tested float64 }

// add what a forecast says of capacities that are chosen by the history alone.
func (e *exhaustions) add(t *testing.T, history forecast.Series, after []float64) {
	t.Helper()
	highest := 0.0
	for _, v := range history.Values {
		if v > highest {
			highest = v
		}
	}
	for _, above := range []float64{1.05, 1.15, 1.3} {
		r, err := forecast.Of(history, forecast.Options{Capacity: above * highest})
		require.NoError(t, err)
		var truth *time.Time
		for _, p := range r.Points {
			if meanOf(history, after, p.Time, r.History.Step) >= above*highest {
				truth = &p.Time
				e.reached++
				break
			}
		}
		// A time that is nil is after all others.
		earlier := func(a, b *time.Time) bool { return a != nil && (b == nil || a.Before(*b)) }
		e.tested++
		switch x := r.Exhaustion; {
		case earlier(truth, x.Earliest):
			e.before++
		case earlier(x.Latest, truth):
			e.after++
		default:
			e.within++
		}
	}
}

// A capacity 5, 15 and 30 % above the highest value so far: is it reached between the earliest and the latest time?
func TestBacktestExhaustion(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	var text strings.Builder
	var all exhaustions
	text.WriteString("| series | reached | before the earliest | within | after the latest |\n|---|---:|---:|---:|---:|\n")
	row := func(name string, e exhaustions) {
		fmt.Fprintf(&text, "| %s | %.0f of %.0f | %.0f %% | %.0f %% | %.0f %% |\n", name, e.reached, e.tested,
			100*e.before/e.tested, 100*e.within/e.tested, 100*e.after/e.tested)
	}
	for _, f := range families() {
		var e exhaustions
		for seed := range seeds / 2 {
			history, after := f.drawn(seed, 56, 28)
			e.add(t, history, after)
		}
		row(f.name, e)
		all.before, all.within, all.after = all.before+e.before, all.within+e.within, all.after+e.after
		all.reached, all.tested = all.reached+e.reached, all.tested+e.tested
	}
	row("all", all)
	t.Log("\n\n" + text.String())
	require.Less(t, all.before/all.tested, 0.10)
	require.Less(t, all.after/all.tested, 0.05)
}
