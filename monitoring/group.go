package monitoring

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// defaultInterval between two evaluations of a group: kube-prometheus' own.
const defaultInterval = 30 * time.Second

// groupName of an alert: node-cpu-high of NodeCPUHigh.
func groupName(alert string) string {
	var name strings.Builder
	runes := []rune(alert)
	for i, r := range runes {
		begins := i > 0 && unicode.IsUpper(r) &&
			(unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]))
		if begins {
			name.WriteByte('-')
		}
		name.WriteRune(unicode.ToLower(r))
	}
	return name.String()
}

// recordName of what an alert computes, after Prometheus' custom: the labels it has, what it is, and how it was computed. The
// alert's name is in it, so that two alerts of a kind do not write to the same series.
func recordName(labels, alert, operation string) string {
	return labels + ":" + strings.ReplaceAll(groupName(alert), "-", "_") + ":" + operation
}

// evaluations that a time takes, as a time: what must last for 100 s is seen to have lasted after 120.
func evaluations(d time.Duration) time.Duration {
	return (d + defaultInterval - 1).Truncate(defaultInterval)
}

func (g Group) withDefaults() Group {
	g.Interval.Duration = cmp.Or(g.Interval.Duration, defaultInterval)
	g.Alerts = slices.Clone(g.Alerts)
	for i := range g.Alerts {
		g.Alerts[i].Severity = cmp.Or(g.Alerts[i].Severity, SeverityWarning)
	}
	return g
}
