package nodepool

import (
	"context"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// WaitOption is an option of Wait: ObserveWait, and Pace for how often it looks.
type WaitOption interface{ wait(*waitOptions) }

type waitOptions struct {
	observers []func([]Waiting)
	pace      Pace
}

// ObserveWait has a function called with each look at what Wait is waiting for.
func ObserveWait(observer func([]Waiting)) WaitObserver { return WaitObserver{observer} }

// WaitObserver is what ObserveWait gives.
type WaitObserver struct{ observe func([]Waiting) }

func (o WaitObserver) wait(to *waitOptions) {
	if o.observe != nil {
		to.observers = append(to.observers, o.observe)
	}
}

func (p Pace) wait(o *waitOptions) { o.pace = p.withDefaults() }

// NotReadyError says what did not become ready in time, or cannot become ready any more.
type NotReadyError struct {
	Waiting []Waiting
	// Err is the context's error, or nil if waiting longer would not help.
	Err error
}

func (e *NotReadyError) Error() string {
	lines := make([]string, 1, 1+len(e.Waiting))
	lines[0] = "will not become ready:"
	if e.Err != nil {
		lines[0] = e.Err.Error() + ", while waiting for"
	}
	for _, w := range e.Waiting {
		lines = append(lines, w.String())
	}
	return strings.Join(lines, "\n  ")
}

func (e *NotReadyError) Unwrap() error { return e.Err }

// Wait returns when the cluster is running and every pool of the spec has all its nodes, and they are ready: in Kubernetes, or,
// without Client.Kube, as DigitalOcean sees them. How many those are DigitalOcean says, since an autoscaler may have other
// plans than the spec. It gives up when the context ends, or when the cluster has failed, with a *NotReadyError.
func Wait(ctx context.Context, c Client, spec Cluster, opts ...WaitOption) error {
	o := &waitOptions{pace: Pace{}.withDefaults()}
	for _, opt := range opts {
		opt.wait(o)
	}
	p := newPlanner(c, spec, newOptions())
	if err := p.spec.Validate(); err != nil {
		return err
	}
	var seen watch
	for {
		waiting, err := p.unready(ctx)
		switch {
		case err != nil && permanent(err):
			return err
		case err != nil:
			waiting = []Waiting{{Ref: p.spec.ref(), Reason: err.Error()}}
		case len(waiting) == 0:
			return nil
		case p.live != nil && p.live.Status.State == stateError:
			return &NotReadyError{Waiting: waiting}
		}
		now := Progress{Waiting: waiting}
		seen.see(time.Now(), &now)
		for _, observe := range o.observers {
			observe(now.Waiting)
		}
		if !sleep(ctx, o.pace.Look) {
			return &NotReadyError{Waiting: now.Waiting, Err: ctx.Err()}
		}
	}
}

// unready is what has to be waited for.
func (p *planner) unready(ctx context.Context) ([]Waiting, error) {
	if err := p.read(ctx); err != nil {
		return nil, err
	}
	if p.live == nil {
		return []Waiting{{Ref: p.spec.ref(), Reason: "does not exist"}}, nil
	}
	var waiting []Waiting
	if status := p.live.Status; status.State != stateRunning {
		reason := strings.TrimSpace(fmt.Sprintf("is %s %s", status.State, status.Message))
		waiting = append(waiting, Waiting{Ref: p.spec.ref(), Reason: reason})
	}
	for _, pool := range p.spec.Pools {
		live := p.named(pool.Name)
		if len(live) == 0 {
			waiting = append(waiting, Waiting{Ref: poolRef(pool.Name), Reason: "does not exist"})
		}
		for i := range live {
			more, err := p.unreadyNodes(ctx, &live[i])
			if err != nil {
				return nil, err
			}
			waiting = append(waiting, more...)
		}
	}
	return waiting, nil
}

func (p *planner) unreadyNodes(ctx context.Context, live *wirePool) ([]Waiting, error) {
	if p.Kube == nil {
		running := 0
		for _, node := range live.Nodes {
			if node.Status.State == stateRunning {
				running++
			}
		}
		return missing(live, running, "running"), nil
	}
	nodes, err := p.nodes(ctx, live.ID)
	return unreadyNodes(live, nodes), err
}

// unreadyNodes of a pool that have joined, and those that have not.
func unreadyNodes(live *wirePool, nodes []corev1.Node) []Waiting {
	var waiting []Waiting
	for i := range nodes {
		if why := notReady(&nodes[i]); why != "" {
			waiting = append(waiting, Waiting{Ref: nodeRef(&nodes[i]), Reason: why})
		}
	}
	return append(waiting, missing(live, len(nodes), "joined")...)
}

// missing nodes of a pool.
func missing(live *wirePool, have int, how string) []Waiting {
	if live.Count <= have {
		return nil
	}
	name, _ := identity(live.Tags)
	reason := fmt.Sprintf("has %d of %d nodes %s: DigitalOcean says %s", have, live.Count, how, states(live))
	return []Waiting{{Ref: poolRef(name), Reason: reason}}
}
