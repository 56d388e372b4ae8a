package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/caissonhq/caisson/internal/cluster"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	run := parentMain
	if len(os.Args) == 3 && os.Args[1] == childCommand {
		run = func(ctx context.Context) error { return childMain(ctx, os.Args[2]) }
	}
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func parentMain(ctx context.Context) (err error) {
	settings, err := parseFlags()
	if err != nil {
		return err
	}
	start := time.Now()
	progress := func(format string, args ...any) {
		fmt.Fprintf(os.Stderr, "%6.0fs  %s\n", time.Since(start).Seconds(), fmt.Sprintf(format, args...))
	}
	running, err := cluster.Start(ctx, cluster.Options{
		AutoscalerPeriod: 24 * time.Hour,
		Progress:         func(line string) { progress("%s", line) },
	})
	if err != nil {
		return err
	}
	defer func() {
		if stopped := running.Stop(); err == nil {
			err = stopped
		}
	}()
	c, err := newClient(running.Config)
	if err != nil {
		return err
	}
	var head bytes.Buffer
	command := strings.Join(append([]string{"go", "run", "."}, os.Args[1:]...), " ")
	if err := writeHead(&head, running.Config, command, settings.strategies); err != nil {
		return err
	}
	r := &runner{runSettings: settings, cluster: running, client: c, progress: progress, results: map[cell]result{}}
	if err := r.run(ctx); err != nil {
		return err
	}
	_, _ = head.WriteTo(os.Stdout)
	r.write(os.Stdout)
	progress("done")
	return nil
}

func parseFlags() (runSettings, error) {
	var s runSettings
	var strategyNames, passNames []string
	for _, one := range strategies() {
		strategyNames = append(strategyNames, one.name)
	}
	for _, one := range passes() {
		passNames = append(passNames, one.name)
	}
	counts := flag.String("n", "1000", "numbers of objects, separated by commas, rounded down to a multiple of 9")
	latencies := flag.String("latency", "0,20ms", "added to each request, separated by commas")
	matrix := flag.Bool("matrix", false, "the same as -n 100,1000,10000 -latency 0,5ms,20ms; takes many hours")
	chosenStrategies := flag.String("strategies", strings.Join(strategyNames, ","), "what to measure")
	chosenPasses := flag.String("passes", strings.Join(passNames, ","), "what to have it do")
	flag.IntVar(&s.repetitions, "repetitions", 3, "of which the median is shown")
	flag.DurationVar(&s.budget, "budget", time.Minute, "a pass of a strategy is not repeated any more once it has taken that long")
	flag.IntVar(&s.foreign, "foreign", 20000, "objects of others for the pass crowded")
	flag.StringVar(&s.cpuProfile, "cpuprofile", "", "file for the CPU profile of the last child; choose one strategy and one pass")
	flag.StringVar(&s.memProfile, "memprofile", "", "file for its allocations; those before the measured calls go to FILE.base")
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
