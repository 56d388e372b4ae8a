package forecast

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Markdown writes the report as a table, for the summary of a CI job or a document.
func (r *Report) Markdown(w io.Writer) error {
	var text strings.Builder
	fmt.Fprintf(&text, "Forecast at %s UTC.\n\n", r.At.UTC().Format(time.DateTime))
	text.WriteString("| what | now | capacity | earliest | likely | latest | seasons | history | note |\n" +
		"|---|---:|---:|---|---|---|---|---|---|\n")
	for i := range r.Results {
		r.Results[i].row(&text)
	}
	for _, f := range r.Failures {
		fmt.Fprintf(&text, "| %s | | | | | | | | failed: %s |\n", cell(f.Name), cell(f.Error))
	}
	text.WriteString("\n" + r.legend())
	_, err := io.WriteString(w, text.String())
	return err
}

// legend says what the columns mean, which depends on the level.
func (r *Report) legend() string {
	level := DefaultLevel
	if len(r.Results) > 0 {
		level = r.Results[0].Level
	}
	return fmt.Sprintf("It runs out before the earliest time in about %.3g %% of cases, before the likely one in half of them, "+
		"and before the latest in about %.3g %%, if the future is like the history.\n", 50*(1-level), 50*(1+level))
}

func (r *Result) row(text *strings.Builder) {
	now, capacity := "–", "–"
	if r.Now != nil {
		now = r.Unit.format(*r.Now)
	}
	if r.Capacity != nil {
		capacity = r.Unit.format(*r.Capacity)
		if r.Headroom > 0 {
			capacity += fmt.Sprintf(", to %.3g %%", 100*(1-r.Headroom))
		}
		if r.Now != nil && *r.Capacity > 0 {
			now += fmt.Sprintf(" (%.0f %%)", 100*min(*r.Now / *r.Capacity, 99.99))
		}
	}
	earliest, likely, latest := r.times()
	history := span(time.Duration(len(r.History.Values)) * r.History.Step)
	notes := make([]string, 0, len(r.Reasons)+len(r.Warnings))
	notes = append(notes, r.Reasons...)
	for _, warning := range r.Warnings {
		notes = append(notes, "may be a part: "+warning)
	}
	fmt.Fprintf(text, "| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", cell(r.Title()), cell(now), cell(capacity), earliest,
		likely, latest, r.seasonNames(), history, cell(strings.Join(notes, "; ")))
}

// times of exhaustion as days; what is beyond the forecast is after its end.
func (r *Result) times() (earliest, likely, latest string) {
	e := r.Exhaustion
	switch {
	case e == nil:
		return "–", "–", "–"
	case e.Already:
		return "now", "now", "now"
	}
	say := func(at *time.Time) string {
		if at == nil {
			return "after " + e.Until.UTC().Format(time.DateOnly)
		}
		return at.UTC().Format(time.DateOnly)
	}
	return say(e.Earliest), say(e.Likely), say(e.Latest)
}

func (r *Result) seasonNames() string {
	var names []string
	for _, s := range r.Seasons {
		if s.Used {
			names = append(names, s.Name)
		}
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// cell keeps a text on one line and inside its cell, and what looks like HTML from being it.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "\r", " ", "<", "&lt;", ">", "&gt;", "`", "'").Replace(text)
}
