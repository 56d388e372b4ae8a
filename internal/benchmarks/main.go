package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/caissonhq/caisson/internal/cluster"
)

func main() {
	if err := parentOrChild(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func parentOrChild() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if len(os.Args) == 3 && os.Args[1] == childCommand {
		return childMain(ctx, os.Args[2])
	}
	return parentMain(ctx)
}

func parentMain(ctx context.Context) (err error) {
	settings, err := parseFlags()
	if err != nil {
		return err
	}
	start, load := time.Now(), loadAverage()
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
	var out bytes.Buffer
	command := strings.Join(append([]string{"go", "run", "."}, os.Args[1:]...), " ")
	if err := writeHead(&out, running.Config, command, load, settings.strategies); err != nil {
		return err
	}
	r := &runner{runSettings: settings, cluster: running, client: c, progress: progress, results: map[cell]result{}}
	if err := r.run(ctx); err != nil {
		return err
	}
	r.write(&out)
	progress("done")
	_, err = out.WriteTo(os.Stdout)
	return err
}
