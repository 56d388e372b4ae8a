package main

import (
	"context"
	"fmt"
	"slices"
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

// cell is one row of one table.
type cell struct {
	count    int
	latency  time.Duration
	pass     string
	strategy string
}

// result of a cell: samples, or why there are none.
type result struct {
	samples []sample
	notes   []string
	err     error
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

func (r *runner) cell(ctx context.Context, s strategy, p *place, one pass, latency time.Duration) {
	key := cell{p.count, latency, one.name, s.name}
	before, after := one.states(p.now.Revision)
	if after.Pruned && !s.prunes && !s.reads {
		r.results[key] = result{notes: []string{"does not prune"}}
		return
	}
	if s.reads { // it finds everything there, and leaves it
		before, after = unchanged(0)
	}
	var got result
	for start := time.Now(); len(got.samples) < r.repetitions; {
		if len(got.samples) > 0 && (one.warm || time.Since(start) > r.budget) {
			break
		}
		samples, notes, err := r.once(ctx, s, p, one, before, after, latency)
		if err != nil {
			got.err = err
			p.now = state{Empty: true, Revision: -1} // unknown: the next pass clears it
			break
		}
		got.samples = append(got.samples, samples...)
		for _, note := range notes {
			if !slices.Contains(got.notes, note) {
				got.notes = append(got.notes, note)
			}
		}
		if before != after && !after.Pruned && !before.Empty {
			before, after = one.states(p.now.Revision)
		}
	}
	if got.err == nil && len(got.samples) < r.repetitions {
		got.notes = append(got.notes, fmt.Sprintf("measured %s", times(len(got.samples))))
	}
	r.results[key] = got
	r.tell(key, got)
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// once measures a pass in one child, and looks at what that left.
func (r *runner) once(
	ctx context.Context, s strategy, p *place, one pass, before, after state, latency time.Duration,
) ([]sample, []string, error) {
	if p.now.Revision < 0 {
		if err := p.clear(ctx); err != nil {
			return nil, nil, err
		}
	}
	if err := p.become(ctx, before, r.cluster.Kubeconfig); err != nil {
		return nil, nil, err
	}
	if err := p.settle(ctx); err != nil {
		return nil, nil, err
	}
	was, err := p.load(ctx)
	if err != nil {
		return nil, nil, err
	}
	o := order{
		Kubeconfig: r.cluster.Kubeconfig, Strategy: s.name, Namespace: p.namespace, Count: p.count, Latency: latency,
		Before: before, After: after, Warm: one.warm, Repetitions: 1, Budget: r.budget,
		CPUProfile: r.cpuProfile, MemProfile: r.memProfile,
	}
	if one.warm {
		o.Repetitions = r.repetitions
	}
	samples, err := o.run(ctx)
	if err != nil {
		return nil, nil, err
	}
	p.now = after
	is, err := p.load(ctx)
	if err != nil {
		return nil, nil, err
	}
	notes, err := p.judge(was, is, before, after)
	return samples, notes, err
}

func (r *runner) tell(key cell, got result) {
	what := fmt.Sprintf("%d objects, %s, %s, %s:", key.count, key.latency, key.pass, key.strategy)
	if got.err != nil {
		r.progress("%s failed: %v", what, got.err)
		return
	}
	m := median(got.samples)
	r.progress("%s %d requests, %s, wall %s ms, CPU %s ms, peak %s MiB; %d allocations of %s %v", what, m.Requests,
		size(m.Bytes), milliseconds(m.Wall), milliseconds(m.CPU), mebibytes(m.Peak), m.Allocations, size(m.Allocated), got.notes)
}
