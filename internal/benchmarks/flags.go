package main

import (
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

func parseFlags() (runSettings, error) {
	var s runSettings
	strategyNames := namesOf(strategies(), func(one strategy) string { return one.name })
	passNames := namesOf(passes(), func(one pass) string { return one.name })
	counts := flag.String("n", "1000", "numbers of objects, separated by commas, rounded down to a multiple of 9")
	latencies := flag.String("latency", "0,20ms", "added to each request, separated by commas")
	matrix := flag.Bool("matrix", false, "the same as -n 100,1000,10000 -latency 0,5ms,20ms; takes many hours")
	chosenStrategies := flag.String("strategies", strings.Join(strategyNames, ","), "what to measure")
	chosenPasses := flag.String("passes", strings.Join(passNames, ","), "what to have it do")
	flag.IntVar(&s.repetitions, "repetitions", 3, "of which the median is shown")
	flag.DurationVar(&s.budget, "budget", time.Minute, "a pass of a strategy that took that long is not repeated any more")
	flag.IntVar(&s.foreign, "foreign", 20000, "objects of others for the pass crowded")
	flag.StringVar(&s.cpuProfile, "cpuprofile", "", "file for the CPU profile of the last measured process: choose one pass")
	flag.StringVar(&s.memProfile, "memprofile", "", "file for its allocations; those before the measured calls are in FILE.base")
	flag.Parse()
	if *matrix {
		*counts, *latencies = "100,1000,10000", "0,5ms,20ms"
	}
	for text := range strings.SplitSeq(*counts, ",") {
		count, err := strconv.Atoi(text)
		if err != nil || rounded(count) == 0 {
			return s, fmt.Errorf("-n %s: write numbers from %d", text, kindsOfLoad)
		}
		s.counts = append(s.counts, rounded(count))
	}
	for text := range strings.SplitSeq(*latencies, ",") {
		latency, err := time.ParseDuration(text)
		if err != nil || latency < 0 {
			return s, fmt.Errorf("-latency %s: write durations, as 20ms", text)
		}
		s.latencies = append(s.latencies, latency)
	}
	var err error
	if s.strategies, err = choose("-strategies", *chosenStrategies, strategies(), strategyNames); err != nil {
		return s, err
	}
	s.passes, err = choose("-passes", *chosenPasses, passes(), passNames)
	return s, err
}

// choose keeps the order of all: floors come first, and creating before changing.
func choose[T any](flagName, text string, all []T, names []string) ([]T, error) {
	chosen := map[string]bool{}
	for name := range strings.SplitSeq(text, ",") {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("%s %s: write some of %s", flagName, name, strings.Join(names, ","))
		}
		chosen[name] = true
	}
	var some []T
	for i, name := range names {
		if chosen[name] {
			some = append(some, all[i])
		}
	}
	return some, nil
}

func namesOf[T any](all []T, name func(T) string) []string {
	names := make([]string, len(all))
	for i, one := range all {
		names[i] = name(one)
	}
	return names
}
