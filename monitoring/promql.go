package monitoring

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// selector of a metric with matchers as they are, and labels that must be equal.
func selector(metric string, matchers []string, equal map[string]string) string {
	all := slices.Clone(matchers)
	for _, name := range sortedKeys(equal) {
		all = append(all, matcher(name, equal[name]))
	}
	if len(all) == 0 {
		return metric
	}
	return metric + "{" + strings.Join(all, ",") + "}"
}

func matcher(label, value string) string { return label + "=" + strconv.Quote(value) }

// duration as Prometheus writes it: 1h30m.
func duration(d time.Duration) string {
	var text strings.Builder
	for _, unit := range []struct {
		name   string
		length time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond}} {
		if d >= unit.length {
			fmt.Fprintf(&text, "%d%s", int64(d/unit.length), unit.name)
			d %= unit.length
		}
	}
	if text.Len() == 0 {
		return "0s"
	}
	return text.String()
}
