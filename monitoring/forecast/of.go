package forecast

import (
	"fmt"
	"math"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

const (
	// fewest values that a forecast is made from: a day of hours.
	fewest = 24
	// short is the history below which no weekly season can be seen.
	short = periods * week
	// stale is how long nothing may have been measured at the end.
	stale = day
)

// Of forecasts one series. It talks to nothing, and gives the same for the same input. Too little history is no error: the
// Result then says so. The error is a list of field errors, with paths like "series.values[3]" and "options.level".
func Of(s Series, o Options) (*Result, error) {
	o = o.withDefaults()
	errs := append(s.validate(field.NewPath("series")), o.validate(field.NewPath("options"))...)
	if len(errs) > 0 {
		return nil, errs.ToAggregate()
	}
	g := gridOf(s).trimmed()
	r := &Result{Level: o.Level, Headroom: o.Headroom, Capacities: o.Capacities, History: g.series()}
	if capacity := o.capacity(); !math.IsNaN(capacity) {
		r.Capacity = &capacity
	}
	if n := len(g.values); n > 0 {
		r.Now = &g.values[n-1]
	}
	r.judge(g, s.End())
	if r.Confidence == NoStatement {
		r.Seasons = unused(g, "there is no forecast")
		return r, nil
	}
	// What is missing at the end is forecast too.
	missing := max(0, int(s.End().Sub(g.time(len(g.values)))/g.step))
	horizon := g.steps(o.Horizon)
	if reach := (len(g.values) + missing + 1) / 2; reach < horizon {
		horizon = reach
		r.Reasons = append(r.Reasons, fmt.Sprintf("with %s of history it reaches %s ahead, not %s", span(g.span()),
			span(time.Duration(reach)*g.step), span(o.Horizon)))
	}
	r.predict(g, missing+horizon)
	r.Exhaustion = r.exhaustion()
	return r, nil
}

// judge how much there is to learn from.
func (r *Result) judge(g grid, end time.Time) {
	r.Confidence = EnoughHistory
	known := len(g.values) - g.gaps()
	switch {
	case known == 0:
		r.none("nothing was measured")
		return
	case known < fewest:
		r.none(fmt.Sprintf("there are %d values in %s: at least %d are needed", known, span(g.span()), fewest))
		return
	}
	if last := g.time(len(g.values)); end.Sub(last) >= stale && end.Sub(last) >= 2*g.step {
		r.none("nothing was measured since " + last.Format(time.DateTime) + " UTC")
		return
	}
	if g.span() < short {
		r.doubt(span(g.span()) + " of history show no week twice")
	}
	if gaps := g.gaps(); 4*gaps > len(g.values) {
		r.doubt(fmt.Sprintf("%d %% of the history are gaps", 100*gaps/len(g.values)))
	}
}

func (r *Result) none(reason string) {
	r.Confidence, r.Reasons = NoStatement, append(r.Reasons, reason)
}

func (r *Result) doubt(reason string) {
	if r.Confidence == EnoughHistory {
		r.Confidence = LowConfidence
	}
	r.Reasons = append(r.Reasons, reason)
}

// predict the points.
func (r *Result) predict(g grid, horizon int) {
	b := newBacktest(g, horizon)
	fits := fitAll(g, len(g.values))
	widths := b.spreads(r.Level, innerLevel)
	for lead := 1; lead <= horizon; lead++ {
		median := b.median(fits, lead)
		outer := b.width(widths[0], lead)
		inner := min(outer, b.width(widths[1], lead))
		r.Points = append(r.Points, Point{
			Time: g.time(len(g.values) + lead - 1), Median: median,
			Lower: max(0, median-outer), Upper: median + outer,
			LowerHalf: max(0, median-inner), UpperHalf: median + inner,
		})
	}
	r.Seasons = b.seasons()
}

// seasons that the chosen methods follow. The others have a reason.
func (b *backtest) seasons() []Season {
	all := unused(b.grid, "the back-tests are no better with it")
	for i, used := range []bool{b.held != seasonless, b.held.period() == week} {
		if used {
			all[i].Used, all[i].Reason = true, ""
		}
	}
	return all
}

// unused seasons, because history is too short or too coarse, or else for another reason.
func unused(g grid, otherwise string) []Season {
	all := []Season{{Name: "daily", Reason: otherwise}, {Name: "weekly", Reason: otherwise}}
	for i, s := range []season{daily, weekly} {
		switch {
		case !divided(g.step):
			all[i].Reason = fmt.Sprintf("values of %s do not show the hours of a day", span(g.step))
		case !s.fits(g.step, len(g.values)):
			all[i].Reason = fmt.Sprintf("%s of history, and %s are needed", span(g.span()), span(periods*s.period()))
		}
	}
	return all
}

// span of time as people say it: days, or hours below two days.
func span(d time.Duration) string {
	if d < 2*day {
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d/day))
}
