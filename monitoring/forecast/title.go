package forecast

import (
	"maps"
	"slices"
	"strings"
)

// Title is the name of the resource, and the values of the labels that tell its series apart, in the order of their names.
func (r *Result) Title() string {
	values := make([]string, 0, len(r.Labels))
	for _, key := range slices.Sorted(maps.Keys(r.Labels)) {
		values = append(values, r.Labels[key])
	}
	return strings.TrimSpace(r.Name + " " + strings.Join(values, "/"))
}

// sentence on what is to be expected.
func (r *Result) sentence() string {
	switch {
	case r.Exhaustion != nil:
		return r.Exhaustion.String()
	case len(r.Points) == 0:
		return "no forecast: " + strings.Join(r.Reasons, "; ")
	default:
		last := r.Points[len(r.Points)-1]
		return "capacity unknown; in the end about " + r.Unit.format(last.Median) + ", from " +
			r.Unit.format(last.Lower) + " to " + r.Unit.format(last.Upper)
	}
}
