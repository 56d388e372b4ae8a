package main

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// median of each number on its own.
func median(samples []sample) sample {
	return sample{
		Requests:    middle(samples, func(s sample) int64 { return s.Requests }),
		Writes:      middle(samples, func(s sample) int64 { return s.Writes }),
		Bytes:       middle(samples, func(s sample) int64 { return s.Bytes }),
		Wall:        middle(samples, func(s sample) time.Duration { return s.Wall }),
		CPU:         middle(samples, func(s sample) time.Duration { return s.CPU }),
		Peak:        middle(samples, func(s sample) int64 { return s.Peak }),
		Allocations: middle(samples, func(s sample) uint64 { return s.Allocations }),
		Allocated:   middle(samples, func(s sample) uint64 { return s.Allocated }),
	}
}

// middle of an even number of values is the lower of the two in the middle.
func middle[T cmp.Ordered](samples []sample, of func(sample) T) T {
	values := make([]T, len(samples))
	for i, s := range samples {
		values[i] = of(s)
	}
	slices.Sort(values)
	return values[(len(values)-1)/2]
}

// write the tables: one for each number of objects, latency and pass.
func (r *runner) write(to *bytes.Buffer) {
	for _, count := range r.counts {
		for _, latency := range r.latencies {
			for _, one := range r.passes {
				r.writeTable(to, count, latency, one)
			}
		}
	}
}

func (r *runner) writeTable(to *bytes.Buffer, count int, latency time.Duration, one pass) {
	fmt.Fprintf(to, "\n### %s: %d objects, %s\n\n%s", one.title, count, latencyText(latency), one.about)
	if one.crowded {
		fmt.Fprintf(to, " They are %d, created in %s.", r.crowd, r.crowdTook.Round(time.Second))
	}
	fmt.Fprint(to, "\n\n| strategy | requests | bytes | wall, ms | × floor | CPU, ms | peak, MiB |\n")
	fmt.Fprint(to, "|---|--:|--:|--:|--:|--:|--:|\n")
	at := func(strategy string) result { return r.results[cell{count, latency, one.name, strategy}] }
	var notes []string
	for _, s := range r.strategies {
		got := at(s.name)
		if len(got.notes) > 0 {
			notes = append(notes, fmt.Sprintf("- %s: %s.", s.title, strings.Join(got.notes, "; ")))
		}
		switch {
		case got.err != nil:
			notes = append(notes, fmt.Sprintf("- %s failed: %s", s.title, strings.Join(strings.Fields(got.err.Error()), " ")))
			fmt.Fprintf(to, "| %s | failed | | | | | |\n", s.title)
		case len(got.samples) == 0:
			fmt.Fprintf(to, "| %s | - | - | - | - | - | - |\n", s.title)
		default:
			m, ratio := median(got.samples), "-"
			if floor := at(floorUntyped.name); len(floor.samples) > 0 {
				ratio = fmt.Sprintf("%.2f", float64(m.Wall)/float64(median(floor.samples).Wall))
			}
			fmt.Fprintf(to, "| %s | %d | %s | %s | %s | %s | %s |\n", s.title, m.Requests, size(m.Bytes),
				milliseconds(m.Wall), ratio, milliseconds(m.CPU), mebibytes(m.Peak))
		}
	}
	if len(notes) > 0 {
		fmt.Fprintf(to, "\n%s\n", strings.Join(notes, "\n"))
	}
}

func latencyText(latency time.Duration) string {
	if latency == 0 {
		return "no latency added"
	}
	return fmt.Sprintf("%s added to each request", latency)
}

func milliseconds(d time.Duration) string {
	switch {
	case d == unknown:
		return "-"
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%.1f", d.Seconds()*1000)
	default:
		return fmt.Sprintf("%.0f", d.Seconds()*1000)
	}
}

func mebibytes(bytes int64) string {
	if bytes == unknown {
		return "-"
	}
	return fmt.Sprintf("%.1f", float64(bytes)/(1<<20))
}

func size[N int64 | uint64](bytes N) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%.0f KiB", float64(bytes)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
}
