package caisson

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
)

// Report is what a reconciler did, an entry for each object, or in a plan what it would do. It prints as a table
// (Table), as Markdown for the summary of a CI job (Markdown), and as JSON.
type Report struct {
	// Title says what it is about: "shop/shop by deploy-bot".
	Title   string   `json:"title,omitempty"`
	Changes []Change `json:"changes"`
}

// Changed says whether anything is other than it was, or would be. A failure is not a change.
func (r *Report) Changed() bool {
	for _, change := range r.Changes {
		if change.Action.Changes() {
			return true
		}
	}
	return false
}

// Count gives the number of objects with an action.
func (r *Report) Count(action Action) int {
	count := 0
	for _, change := range r.Changes {
		if change.Action == action {
			count++
		}
	}
	return count
}

// Err joins the errors of all that failed, each with the name of its object, and what failed for one reason once. It is
// nil if nothing failed. To handle single failures, look at the Err of each change: errors.As finds the first alone.
func (r *Report) Err() error {
	var failed []error
	also := map[string]int{} // by the text of the error: how many more objects it is about
	for _, change := range r.Changes {
		if change.Action == Failed {
			also[change.failure().Error()]++
		}
	}
	for _, change := range r.Changes {
		if change.Action != Failed || also[change.failure().Error()] == 0 {
			continue
		}
		err, more := change.failure(), ""
		if count := also[err.Error()] - 1; count > 0 {
			more = fmt.Sprintf(" and %d more", count)
		}
		failed = append(failed, fmt.Errorf("%s%s: %w", change.Ref, more, err))
		also[err.Error()] = 0
	}
	return errors.Join(failed...)
}

// errUnknown stands for the error of a change that has none, as one that was read from JSON.
var errUnknown = errors.New("failed, and nothing says why")

func (c Change) failure() error { return cmp.Or(c.Err, errUnknown) }

// Summary counts the actions in one line: "12 created, 3 unchanged".
func (r *Report) Summary() string {
	var counts []string
	for _, action := range Actions() {
		if count := r.Count(action); count > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", count, action))
		}
	}
	if len(counts) == 0 {
		return "no objects"
	}
	return strings.Join(counts, ", ")
}
