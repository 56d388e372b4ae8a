package main

import (
	"context"
	"fmt"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson/internal/cluster"
)

// settings of a run, from the flags.
type runSettings struct {
	counts      []int
	latencies   []time.Duration
	strategies  []strategy
	passes      []pass
	repetitions int
	budget      time.Duration
	foreign     int
	cpuProfile  string
	memProfile  string
}

type runner struct {
	runSettings

	cluster  *cluster.Cluster
	client   client.Client
	progress func(format string, args ...any)
	results  map[cell]result
	// crowd is how many foreign objects the cluster holds, and how long it took to make them.
	crowd     int
	crowdTook time.Duration
}

// run measures everything. What fails is a result too: the other strategies are still worth their rows.
func (r *runner) run(ctx context.Context) error {
	for _, count := range r.counts {
		var places []*place
		for _, s := range r.strategies {
			p := &place{
				client: r.client, namespace: fmt.Sprintf("bench-%d-%s", count, s.name), strategy: s.name, count: count,
			}
			if s.reads {
				p.strategy = applyStrategy.name
			}
			if err := p.create(ctx); err != nil {
				return err
			}
			places = append(places, p)
		}
		for _, crowded := range []bool{false, true} {
			if err := r.runOn(ctx, places, crowded); err != nil {
				return err
			}
		}
	}
	return nil
}

// runOn runs the passes that need a crowded cluster, or the others.
func (r *runner) runOn(ctx context.Context, places []*place, crowded bool) error {
	var some []pass
	for _, one := range r.passes {
		if one.crowded == crowded {
			some = append(some, one)
		}
	}
	if len(some) == 0 {
		return nil
	}
	if crowded {
		if err := r.fill(ctx, places); err != nil {
			return err
		}
	}
	for i, s := range r.strategies {
		for _, latency := range r.latencies {
			for _, one := range some {
				r.cell(ctx, s, places[i], one, latency)
				if err := ctx.Err(); err != nil {
					return err
				}
			}
		}
		// What is left would be in the way of the next: the controllers look at it from time to time.
		if err := places[i].clear(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (r *runner) fill(ctx context.Context, places []*place) error {
	if r.crowd > 0 {
		return nil
	}
	r.progress("creating %d foreign objects", r.foreign)
	start, namespaces := time.Now(), []string{}
	for _, p := range places {
		namespaces = append(namespaces, p.namespace)
	}
	if err := createForeign(ctx, r.client, r.foreign, namespaces); err != nil {
		return fmt.Errorf("create foreign objects: %w", err)
	}
	r.crowd, r.crowdTook = r.foreign, time.Since(start)
	everywhere := &place{client: r.client}
	if err := everywhere.settle(ctx); err != nil {
		return err
	}
	r.progress("created them in %s, settled after %s", r.crowdTook.Round(time.Second), time.Since(start).Round(time.Second))
	return nil
}
