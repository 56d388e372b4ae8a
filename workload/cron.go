package workload

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// cronField of a schedule, with its bounds and the names of its values from the first on.
type cronField struct {
	name        string
	least, most int
	names       []string
}

// cronFields as Kubernetes reads them: Sunday is 0, and never 7.
var cronFields = []cronField{
	{name: "minute", most: 59},
	{name: "hour", most: 23},
	{name: "day of the month", least: 1, most: 31},
	{name: "month", least: 1, most: 12, names: []string{
		"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
	}},
	{name: "day of the week", most: 6, names: []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}},
}

var cronMacros = []string{"@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"}

const cronHint = `write minute, hour, day of the month, month and day of the week, like "30 3 * * *"`

// validateCron by the rules of github.com/robfig/cron, which Kubernetes reads schedules with, but for @every: it counts
// from when the controller last looked, which nobody can foresee.
func validateCron(path *field.Path, schedule string) field.ErrorList {
	bad := func(message string) field.ErrorList { return field.ErrorList{field.Invalid(path, schedule, message)} }
	parts := strings.Fields(schedule)
	switch {
	case len(parts) == 0:
		return field.ErrorList{field.Required(path, cronHint)}
	case strings.Contains(schedule, "TZ="):
		return bad("the time zone has a field of its own: write timeZone")
	case strings.HasPrefix(schedule, "@every"):
		return bad(`write the minutes or hours instead, like "*/15 * * * *"`)
	case strings.HasPrefix(schedule, "@"):
		if !slices.Contains(cronMacros, schedule) {
			return field.ErrorList{field.NotSupported(path, schedule, cronMacros)}
		}
		return nil
	case len(parts) != len(cronFields):
		return bad(fmt.Sprintf("has %d fields: %s", len(parts), cronHint))
	}
	values := make([][]int, len(parts))
	for i, part := range parts {
		var err error
		if values[i], err = cronFields[i].parse(part); err != nil {
			return bad(fmt.Sprintf("%s: %v", cronFields[i].name, err))
		}
	}
	if neverDue(parts, values) {
		return bad("no month that is named has such a day: it would never run")
	}
	return nil
}

// parse a list of ranges with steps, and give what it stands for.
func (f cronField) parse(text string) ([]int, error) {
	var all []int
	for one := range strings.SplitSeq(text, ",") {
		bounds, stepText, stepped := strings.Cut(one, "/")
		step := 1
		if stepped {
			var err error
			if step, err = strconv.Atoi(stepText); err != nil || step < 1 || stepText[0] == '+' {
				return nil, fmt.Errorf("%q is no step: write a whole number after the /", stepText)
			}
		}
		from, to, err := f.bounds(bounds, stepped)
		if err != nil {
			return nil, err
		}
		for value := from; value <= to; value += step {
			all = append(all, value)
		}
	}
	return all, nil
}

// bounds of one range. A number with a step after it begins a range to the end.
func (f cronField) bounds(text string, stepped bool) (from, to int, err error) {
	if text == "*" || text == "?" {
		return f.least, f.most, nil
	}
	first, last, ranged := strings.Cut(text, "-")
	if from, err = f.value(first); err != nil {
		return 0, 0, err
	}
	switch {
	case ranged:
		if to, err = f.value(last); err != nil {
			return 0, 0, err
		}
	case stepped:
		to = f.most
	default:
		to = from
	}
	if from > to {
		return 0, 0, fmt.Errorf("%q ends before it begins: write two ranges with a comma between", text)
	}
	return from, to, nil
}

func (f cronField) value(text string) (int, error) {
	if i := slices.Index(f.names, strings.ToLower(text)); i >= 0 {
		return f.least + i, nil
	}
	value, err := strconv.ParseUint(text, 10, 16)
	if err != nil || int(value) < f.least || int(value) > f.most {
		return 0, fmt.Errorf("%q is not between %d and %d", text, f.least, f.most)
	}
	return int(value), nil
}

// neverDue tells that no month has one of the days. With a day of the week too, either of them is enough.
func neverDue(parts []string, values [][]int) bool {
	const day, month, week = 2, 3, 4
	if parts[week] != "*" && parts[week] != "?" {
		return false
	}
	days := []int{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	first := slices.Min(values[day])
	return !slices.ContainsFunc(values[month], func(m int) bool { return days[m-1] >= first })
}
