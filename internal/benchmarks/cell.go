package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

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

func (r *runner) cell(ctx context.Context, s strategy, p *place, one pass, latency time.Duration) {
	key := cell{p.count, latency, one.name, s.name}
	before, after := one.states(p.now.Revision)
	if after.Pruned && !s.prunes && !s.reads {
		r.results[key] = result{notes: []string{"does not prune"}}
		return
	}
	got := r.repeat(ctx, s, p, one, latency)
	if got.err != nil {
		p.unknown = true
	} else {
		if writes := median(got.samples).Writes; writes > 0 && before == after {
			got.note(fmt.Sprintf("%d of the requests are writes, though nothing is to be changed", writes))
		}
		if len(got.samples) < r.repetitions {
			got.note(fmt.Sprintf("measured %d× only: it takes long", len(got.samples)))
		}
	}
	r.results[key] = got
	r.tell(key, got)
}

func (r *result) note(text string) {
	if !slices.Contains(r.notes, text) {
		r.notes = append(r.notes, text)
	}
}

// repeat a pass, each time from the same state.
func (r *runner) repeat(ctx context.Context, s strategy, p *place, one pass, latency time.Duration) result {
	var got result
	var took time.Duration
	for len(got.samples) < r.repetitions && took <= r.budget {
		if one.warm && len(got.samples) > 0 {
			break
		}
		samples, notes, err := r.once(ctx, s, p, one, latency)
		if err != nil {
			return result{err: err}
		}
		for _, one := range samples {
			took += one.Wall
		}
		got.samples = append(got.samples, samples...)
		for _, note := range notes {
			got.note(note)
		}
	}
	return got
}

// once measures a pass in one child, and looks at what that left.
func (r *runner) once(
	ctx context.Context, s strategy, p *place, one pass, latency time.Duration,
) ([]sample, []string, error) {
	o := order{
		Kubeconfig: r.cluster.Kubeconfig, Strategy: s.name, Namespace: p.namespace, Count: p.count, Latency: latency,
		Warm: one.warm, Repetitions: 1, Budget: r.budget, CPUProfile: r.cpuProfile, MemProfile: r.memProfile,
	}
	if one.warm {
		o.Repetitions = r.repetitions
	}
	o.Before, o.After = one.states(p.now.Revision)
	if s.reads { // it finds everything there, and leaves it
		o.Before, o.After = unchanged(p.now.Revision)
	}
	if err := p.become(ctx, o.Before, r.cluster.Kubeconfig); err != nil {
		return nil, nil, err
	}
	if err := p.settle(ctx); err != nil {
		return nil, nil, err
	}
	was, err := p.load(ctx)
	if err != nil {
		return nil, nil, err
	}
	samples, err := o.run(ctx)
	if err != nil {
		return nil, nil, err
	}
	p.now = o.After
	is, err := p.load(ctx)
	if err != nil {
		return nil, nil, err
	}
	notes, err := p.judge(was, is, o.Before, o.After)
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
