package forecast_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/monitoring/forecast"
)

// linearWindows of predict_linear that the median forecast is compared with.
func linearWindows() []time.Duration {
	return []time.Duration{time.Hour, 24 * time.Hour, 7 * 24 * time.Hour}
}

// predictLinear as Prometheus does it: least squares over the values of the window that ends with the last one, and from
// there ahead. NaN where the window has no two values.
func predictLinear(s forecast.Series, window, ahead time.Duration) float64 {
	var n, sx, sy, sxx, sxy float64
	last := len(s.Values) - 1
	for i := last; i >= 0 && time.Duration(last-i)*s.Step < window; i-- {
		if y := s.Values[i]; !math.IsNaN(y) {
			x := -time.Duration(last-i).Seconds() * s.Step.Seconds() * 1e9
			n, sx, sy, sxx, sxy = n+1, sx+x, sy+y, sxx+x*x, sxy+x*y
		}
	}
	if n < 2 {
		return math.NaN()
	}
	slope := (sxy - sx*sy/n) / (sxx - sx*sx/n)
	return sy/n - slope*sx/n + slope*ahead.Seconds()
}

// score of the forecasts of a kind of series. Errors are in units of the mean absolute change from one hour to the same hour
// of the next day, as for the MASE.
type score struct {
	name           string
	points         float64
	error          float64
	linear         []float64
	linearPoints   []float64
	held, heldHalf float64
	firstDay, late [2]float64 // held, of
	width          float64
}

func newScore(name string) *score {
	return &score{name: name, linear: make([]float64, 3), linearPoints: make([]float64, 3)}
}

// add the forecast of the history beside what came after.
func (s *score) add(t *testing.T, history forecast.Series, after []float64, horizon time.Duration) {
	t.Helper()
	r, err := forecast.Of(history, forecast.Options{Horizon: horizon})
	require.NoError(t, err)
	scale := dailyChange(r.History)
	if !(scale > 0) {
		return
	}
	for i, p := range r.Points {
		truth := meanOf(history, after, p.Time, r.History.Step)
		if math.IsNaN(truth) {
			continue
		}
		within := 0.0
		if p.Lower <= truth && truth <= p.Upper {
			within = 1
		}
		if p.LowerHalf <= truth && truth <= p.UpperHalf {
			s.heldHalf++
		}
		s.points++
		s.held += within
		s.error += math.Abs(p.Median-truth) / scale
		s.width += (p.Upper - p.Lower) / 2 / scale
		if p.Time.Before(history.End().Add(24 * time.Hour)) {
			s.firstDay[0], s.firstDay[1] = s.firstDay[0]+within, s.firstDay[1]+1
		}
		if i >= len(r.Points)/2 {
			s.late[0], s.late[1] = s.late[0]+within, s.late[1]+1
		}
		// The middle of the values that the truth is the mean of, from the last that was measured.
		ahead := p.Time.Sub(history.End()) + history.Step + (r.History.Step-history.Step)/2
		for k, window := range linearWindows() {
			if v := predictLinear(history, window, ahead); !math.IsNaN(v) {
				s.linear[k] += math.Abs(max(0, v)-truth) / scale
				s.linearPoints[k]++
			}
		}
	}
}

// meanOf what came after the history in the step that begins at a time.
func meanOf(history forecast.Series, after []float64, at time.Time, step time.Duration) float64 {
	begin := int(at.Sub(history.End()) / history.Step)
	var sum, n float64
	for _, v := range after[max(0, min(begin, len(after))):max(0, min(begin+int(step/history.Step), len(after)))] {
		if !math.IsNaN(v) {
			sum, n = sum+v, n+1
		}
	}
	return sum / n
}

func dailyChange(s forecast.Series) float64 {
	lag := int(24 * time.Hour / s.Step)
	var sum, n float64
	for i := lag; i < len(s.Values); i++ {
		if d := math.Abs(s.Values[i] - s.Values[i-lag]); !math.IsNaN(d) {
			sum, n = sum+d, n+1
		}
	}
	return sum / n
}

func (s *score) mae() float64 { return s.error / s.points }

func (s *score) linearMAE(window int) float64 { return s.linear[window] / s.linearPoints[window] }

func (s *score) bestLinear() float64 {
	best := min(s.linearMAE(1), s.linearMAE(2))
	if s.linearPoints[0] > 0 {
		best = min(best, s.linearMAE(0))
	}
	return best
}

func (s *score) coverage() float64 { return s.held / s.points }

const scoreHead = "| series | forecast | predict_linear 1h | 1d | 7d | in 90 % | first day | second half | in 50 % |\n" +
	"|---|---:|---:|---:|---:|---:|---:|---:|---:|\n"

func (s *score) row() string {
	hour := "–" // an hour of hourly values has no slope
	if s.linearPoints[0] > 0 {
		hour = fmt.Sprintf("%.2f", s.linearMAE(0))
	}
	return fmt.Sprintf("| %s | %.2f | %s | %.2f | %.2f | %.0f %% | %.0f %% | %.0f %% | %.0f %% |\n", s.name, s.mae(),
		hour, s.linearMAE(1), s.linearMAE(2), 100*s.coverage(), 100*s.firstDay[0]/s.firstDay[1],
		100*s.late[0]/s.late[1], 100*s.heldHalf/s.points)
}

// total of scores: geometric means of the errors, which no single series decides, and plain means of the rest.
func total(scores []*score) *score {
	sum := newScore(fmt.Sprintf("all %d", len(scores)))
	sum.points, sum.firstDay[1], sum.late[1] = 1, 1, 1
	n := float64(len(scores))
	for _, s := range scores {
		sum.error += math.Log(s.mae()) / n
		for k := range sum.linear {
			if s.linearPoints[k] > 0 {
				sum.linear[k] += math.Log(s.linearMAE(k))
				sum.linearPoints[k]++
			}
		}
		sum.held += s.coverage() / n
		sum.heldHalf += s.heldHalf / s.points / n
		sum.firstDay[0] += s.firstDay[0] / s.firstDay[1] / n
		sum.late[0] += s.late[0] / s.late[1] / n
	}
	sum.error = math.Exp(sum.error)
	for k := range sum.linear {
		sum.linear[k], sum.linearPoints[k] = math.Exp(sum.linearMAE(k)), 1
	}
	return sum
}

func table(scores []*score) string {
	var text strings.Builder
	text.WriteString(scoreHead)
	for _, s := range append(slices.Clone(scores), total(scores)) {
		text.WriteString(s.row())
	}
	return text.String()
}
