package monitoring

import (
	"fmt"
	"strings"
	"time"
)

// native histogram whose counter is a curve: a part of it in each bucket of schema 0, of which that at offset n is up to 2^n.
type native struct {
	*curve

	offset int
	parts  []float64
}

// text of a counter, "a+bxn _xn", with histograms for its numbers.
func (n native) text(until time.Duration) string {
	var all []string
	for segment := range strings.FieldsSeq(n.curve.text(until)) {
		if strings.HasPrefix(segment, "_") || segment == "stale" {
			all = append(all, segment)
			continue
		}
		values, times, _ := strings.Cut(segment, "x")
		first, step, rises := strings.Cut(values, "+")
		if !rises {
			step = "0"
		}
		all = append(all, fmt.Sprintf("%s+%sx%s", n.histogram(first), n.histogram(step), times))
	}
	return strings.Join(all, " ")
}

func (n native) histogram(count string) string {
	var whole float64
	_, _ = fmt.Sscan(count, &whole)
	buckets := make([]string, len(n.parts))
	for i, part := range n.parts {
		buckets[i] = number(part * whole)
	}
	return fmt.Sprintf(
		"{{schema:0 count:%s sum:%s offset:%d buckets:[%s]}}",
		count,
		count,
		n.offset,
		strings.Join(buckets, " "),
	)
}
