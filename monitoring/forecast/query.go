package forecast

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
)

// window of times at which a query is evaluated: from begin, every step, count times.
type window struct {
	begin time.Time
	step  time.Duration
	count int
}

// windowOf a spec that has its defaults. It ends on a whole step, so that runs that follow one another see the same values.
func windowOf(s Spec, now time.Time) window {
	if !s.At.IsZero() {
		now = s.At.Time
	}
	step := s.Step.Duration
	count := int(s.History.Duration / step)
	end := now.UTC().Truncate(step)
	return window{begin: end.Add(-time.Duration(count-1) * step), step: step, count: count}
}

// answer is one series that a query has given.
type answer struct {
	labels map[string]string
	series Series
}

// ask for a query in as few requests as Prometheus allows. What it has nothing for is a gap.
func ask(ctx context.Context, api v1.API, query string, w window) ([]answer, []string, error) {
	found := map[string]*answer{}
	var warnings []string
	for from := 0; from < w.count; from += maxPoints {
		to := min(from+maxPoints, w.count) - 1
		r := v1.Range{Start: w.time(from), End: w.time(to), Step: w.step}
		value, told, err := api.QueryRange(ctx, query, r)
		for _, warning := range told {
			if !slices.Contains(warnings, warning) {
				warnings = append(warnings, warning)
			}
		}
		if err != nil {
			return nil, warnings, fmt.Errorf("from %s to %s: %w", r.Start.Format(time.RFC3339), r.End.Format(time.RFC3339), err)
		}
		if err := w.collect(value, found); err != nil {
			return nil, warnings, err
		}
	}
	var all []answer
	for _, key := range slices.Sorted(maps.Keys(found)) {
		all = append(all, *found[key])
	}
	return all, warnings, nil
}

func (w window) time(i int) time.Time { return w.begin.Add(time.Duration(i) * w.step) }

// stream is a series as Prometheus writes it. Its values are pairs of a time in seconds and a number in quotes.
type stream struct {
	Metric map[string]string `json:"metric"`
	Values [][2]any          `json:"values"`
}

// collect the series of one answer. It goes by JSON, since the Go type of a matrix is that of another module, which would be
// one more direct requirement.
func (w window) collect(value any, found map[string]*answer) error {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	var streams []stream
	if err := json.Unmarshal(data, &streams); err != nil {
		return fmt.Errorf("the answer is no matrix: %w", err)
	}
	for _, s := range streams {
		delete(s.Metric, "__name__")
		key := labelKey(s.Metric)
		if found[key] == nil {
			found[key] = &answer{labels: s.Metric, series: Series{Start: w.begin, Step: w.step, Values: blank(w.count)}}
		}
		for _, pair := range s.Values {
			w.put(found[key].series.Values, pair)
		}
	}
	return nil
}

// put a value in its place. What is no number, like the infinity of a division by zero, stays a gap.
func (w window) put(values []float64, pair [2]any) {
	at, isNumber := pair[0].(float64)
	text, isText := pair[1].(string)
	v, err := strconv.ParseFloat(text, 64)
	if !isNumber || !isText || err != nil || math.IsInf(v, 0) {
		return
	}
	offset := time.Duration(math.Round(at*1e3))*time.Millisecond - time.Duration(w.begin.UnixMilli())*time.Millisecond
	if i := int((offset + w.step/2) / w.step); offset >= 0 && i < len(values) {
		values[i] = v
	}
}

func blank(n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = math.NaN()
	}
	return values
}

// labelKey is the same for the same labels.
func labelKey(labels map[string]string) string {
	var key strings.Builder
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		key.WriteString(strconv.Quote(name) + strconv.Quote(labels[name]))
	}
	return key.String()
}
