package monitoring

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

var (
	alertName  = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*$`)
	labelName  = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)
	metricName = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*$`)
)

// check what the specs have in common.
type check struct{ errs field.ErrorList }

func (c *check) invalid(path string, value any, message string) {
	c.errs = append(c.errs, field.Invalid(field.NewPath(path), value, message))
}

func (c *check) name(name string) {
	if !alertName.MatchString(name) {
		c.invalid("name", name, `must be in camel case, like "NodeCPUHigh": it names the alert and the page of its runbook`)
	}
}

func (c *check) severity(severity Severity) {
	if !slices.Contains(Severities(), severity) {
		c.errs = append(c.errs, field.NotSupported(field.NewPath("severity"), severity, Severities()))
	}
}

// between two durations. Prometheus knows none shorter than a millisecond; rules have no use for less than a second.
func (c *check) between(path string, d, least, most time.Duration) {
	if d < least || d > most {
		c.invalid(path, d.String(), fmt.Sprintf("must be between %s and %s", duration(least), duration(most)))
	} else if d%time.Second != 0 {
		c.invalid(path, d.String(), "must be whole seconds")
	}
}

// share of a whole, more than none and less than all.
func (c *check) share(path string, value float64) {
	switch {
	case value > 1 && value <= 100:
		c.invalid(
			path,
			value,
			fmt.Sprintf("must be a share between 0 and 1: for %s %% write %s", number(value), number(value/100)),
		)
	case !(value > 0 && value < 1): // true for NaN too
		c.invalid(path, value, "must be a share between 0 and 1, like 0.9 for 90 %")
	}
}

// match are labels, of which some are the rule's own.
func (c *check) match(match map[string]string, own ...string) {
	path := field.NewPath("match")
	for _, name := range sortedKeys(match) {
		switch {
		case !labelName.MatchString(name) || name == "__name__":
			c.errs = append(
				c.errs,
				field.Invalid(path.Key(name), name, "is no name of a label: write letters, digits and underscores"),
			)
		case slices.Contains(own, name):
			c.errs = append(
				c.errs,
				field.Invalid(path.Key(name), match[name], "the rule has a matcher for "+name+" of its own"),
			)
		case match[name] == "":
			c.errs = append(c.errs, field.Required(path.Key(name), "write the label's value"))
		}
	}
}

func (p PodRestarts) validate() field.ErrorList {
	c := &check{}
	c.name(p.Name)
	c.severity(p.Severity)
	c.between("within", p.Within.Duration, 5*time.Minute, 24*time.Hour)
	// The kubelet pauses between two restarts, from 10 s to 5 minutes; and what is counted is exact up to 100.
	if most := min(100, int32(p.Within.Minutes())); p.MoreThan < 1 || p.MoreThan > most && len(c.errs) == 0 {
		c.invalid("moreThan", p.MoreThan, fmt.Sprintf("must be between 1 and %d, one for each minute of within", most))
	}
	c.match(p.Match, "job", "pod", "container", "node")
	return c.errs
}
