package forecast

import (
	"fmt"
	"math"
	"time"
)

// Exhaustion is when use reaches the limit. A time is nil where that is beyond the end of the forecast.
type Exhaustion struct {
	// Limit is the capacity without its headroom.
	Limit float64 `json:"limit"`
	// Already is true where the last mean of an hour was at the limit; the times are then those of that hour.
	Already bool `json:"already,omitempty"`
	// Earliest is when the upper bound of the interval reaches the limit: with a level of 0.9, use is there by then in
	// about one case in twenty.
	Earliest *time.Time `json:"earliest,omitempty"`
	// Likely is when the median reaches the limit: as likely before as after.
	Likely *time.Time `json:"likely,omitempty"`
	// Latest is when the lower bound reaches the limit: with a level of 0.9, use is there by then in about nineteen
	// cases of twenty.
	Latest *time.Time `json:"latest,omitempty"`
	// Until is the end of the forecast. Of later times nothing is said.
	Until time.Time `json:"until"`
	// Level of the interval.
	Level float64 `json:"level"`
}

func (r *Result) exhaustion() *Exhaustion {
	if r.Capacity == nil {
		return nil
	}
	limit := *r.Capacity * (1 - r.Headroom)
	e := &Exhaustion{Limit: limit, Until: r.Until(), Level: r.Level}
	if *r.Now >= limit {
		now := r.Points[0].Time.Add(-r.History.Step)
		e.Already, e.Earliest, e.Likely, e.Latest = true, &now, &now, &now
		return e
	}
	first := func(bound func(Point) float64) *time.Time {
		for _, p := range r.Points {
			if bound(p) >= limit {
				return &p.Time
			}
		}
		return nil
	}
	e.Earliest = first(func(p Point) float64 { return p.Upper })
	e.Likely = first(func(p Point) float64 { return p.Median })
	e.Latest = first(func(p Point) float64 { return p.Lower })
	return e
}

// String says it in a sentence, with the days and with how sure that is.
func (e *Exhaustion) String() string {
	date := func(at *time.Time) string { return at.UTC().Format(time.DateOnly) }
	odds := fmt.Sprintf("1 case in %d", int(math.Round(2/(1-e.Level))))
	switch {
	case e.Already:
		return "runs out now"
	case e.Earliest == nil:
		return fmt.Sprintf("not expected before %s (less than %s)", date(&e.Until), odds)
	case e.Likely == nil:
		return fmt.Sprintf("possible from %s (%s by then), more likely not before %s", date(e.Earliest), odds, date(&e.Until))
	case e.Latest == nil:
		return fmt.Sprintf("likely about %s, possible from %s (%s by then), or after %s", date(e.Likely), date(e.Earliest), odds,
			date(&e.Until))
	default:
		return fmt.Sprintf("likely about %s, between %s and %s (about %.0f %% of cases)", date(e.Likely), date(e.Earliest),
			date(e.Latest), 100*e.Level)
	}
}
