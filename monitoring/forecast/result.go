package forecast

import "time"

// Confidence is how much history there was to learn from. It says nothing of how wide the interval is.
type Confidence string

const (
	// NoStatement is for a history too short for any forecast: there are no points.
	NoStatement Confidence = "none"
	// LowConfidence is for a forecast whose back-tests are few. Reasons says why.
	LowConfidence Confidence = "low"
	// EnoughHistory is for a forecast that was tested on what it has to do.
	EnoughHistory Confidence = "enough history"
)

// Result is what is known of one series, and what is to be expected.
type Result struct {
	// Name of the resource, and the labels that tell its series apart. Empty from Of.
	Name   string            `json:"name,omitempty"`
	Labels map[string]string `json:"labels,omitempty"`
	// Unit of all values.
	Unit Unit `json:"unit,omitempty"`
	// Confidence, and what speaks against more of it.
	Confidence Confidence `json:"confidence"`
	Reasons    []string   `json:"reasons,omitempty"`
	// Warnings of Prometheus: what it answered may be a part.
	Warnings []string `json:"warnings,omitempty"`
	// Now is the last mean of an hour. Nil: nothing was measured.
	Now *float64 `json:"now,omitempty"`
	// Capacity from now on, nil if it is not known, and the share of it that must stay free.
	Capacity *float64 `json:"capacity,omitempty"`
	Headroom float64  `json:"headroom,omitempty"`
	// Exhaustion of the capacity. Nil without a capacity or without points.
	Exhaustion *Exhaustion `json:"exhaustion,omitempty"`
	// Seasons that were looked for: daily and weekly.
	Seasons []Season `json:"seasons"`
	// Level is the share of outcomes between Lower and Upper of each point.
	Level float64 `json:"level"`
	// Points of the forecast, one for each step of History. None where there is no statement.
	Points []Point `json:"points,omitempty"`
	// History as the forecast saw it: means of an hour, or the values themselves where the step is longer.
	History Series `json:"history"`
	// Capacities as they changed, where that is known.
	Capacities *Series `json:"capacities,omitempty"`
}

// Season is what repeats each day or each week.
type Season struct {
	// Name is daily or weekly.
	Name string `json:"name"`
	// Used says whether the forecast follows it.
	Used bool `json:"used"`
	// Reason why it is not used.
	Reason string `json:"reason,omitempty"`
}

// Point of a forecast, for the step that begins at Time. Lower <= LowerHalf <= Median <= UpperHalf <= Upper; none is negative.
type Point struct {
	Time time.Time `json:"time"`
	// Median: as often above as below.
	Median float64 `json:"median"`
	// Lower and Upper hold the Result's Level of outcomes.
	Lower float64 `json:"lower"`
	Upper float64 `json:"upper"`
	// LowerHalf and UpperHalf hold half of the outcomes.
	LowerHalf float64 `json:"lowerHalf"`
	UpperHalf float64 `json:"upperHalf"`
}

// Until is the end of the forecast, or of the history where there is no forecast.
func (r *Result) Until() time.Time {
	if n := len(r.Points); n > 0 {
		return r.Points[n-1].Time.Add(r.History.Step)
	}
	return r.History.End()
}
