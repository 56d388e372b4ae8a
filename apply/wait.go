package apply

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// WaitOption is an option of Wait.
type WaitOption interface{ wait(*waitOptions) }

type waitOptions struct{ observers []func(Waiting) }

// Waiting is what Wait is waiting for.
type Waiting struct {
	// Ready and Total objects.
	Ready, Total int
	// For says what is not ready yet, and why, in the order of the report.
	For []Unready
}

// Unready is an object that is not ready, and the reason as far as the cluster tells it.
type Unready struct {
	Ref    caisson.Ref
	Reason string
}

func (u Unready) String() string { return u.Ref.String() + ": " + u.Reason }

// ObserveWait has a function called whenever what Wait is waiting for has changed.
func ObserveWait(observer func(Waiting)) WaitObserver { return WaitObserver{observer} }

// WaitObserver is what ObserveWait gives.
type WaitObserver struct{ observe func(Waiting) }

func (o WaitObserver) wait(to *waitOptions) {
	if o.observe != nil {
		to.observers = append(to.observers, o.observe)
	}
}

// NotReadyError says what did not become ready in time, or cannot become ready any more.
type NotReadyError struct {
	Unready []Unready
	// Err is the context's error, or nil if waiting longer would not help.
	Err error
}

func (e *NotReadyError) Error() string {
	var text strings.Builder
	if e.Err != nil {
		fmt.Fprintf(&text, "%v, while waiting for", e.Err)
	} else {
		text.WriteString("will not become ready:")
	}
	for _, unready := range e.Unready {
		fmt.Fprintf(&text, "\n  %s", unready)
	}
	return text.String()
}

func (e *NotReadyError) Unwrap() error { return e.Err }

const (
	// pollInterval of Wait.
	pollInterval = 300 * time.Millisecond
	// hopelessAfter is how long Wait doubts a failure that was there when it began: it may be that of an earlier
	// revision, or what caused it may just have been mended.
	hopelessAfter = 30 * time.Second
)

// Wait returns when every object of the report is ready: Deployments, StatefulSets and DaemonSets have all replicas
// available in their newest revision, Jobs are complete, and everything else exists. It gives up when the context ends,
// or when something has failed for good, with a *NotReadyError that says why in the cluster's own words. What the report
// says has failed was never applied, and is not waited for.
func Wait(ctx context.Context, c client.Client, report *caisson.Report, opts ...WaitOption) error {
	o := &waitOptions{}
	for _, option := range opts {
		option.wait(o)
	}
	w := &waiter{client: c, start: time.Now()}
	if report != nil {
		if err := report.Err(); err != nil {
			return fmt.Errorf("not applied: %w", err)
		}
		w.add(report)
	}
	var last string
	for {
		err := w.poll(ctx)
		now := w.waiting()
		if text := fmt.Sprint(now); text != last {
			last = text
			for _, observe := range o.observers {
				observe(now)
			}
		}
		switch hopeless := w.hopeless(); {
		case fatal(err):
			return err
		case err == nil && len(now.For) == 0:
			return nil
		case len(hopeless) > 0:
			return &NotReadyError{Unready: hopeless}
		}
		if err := pause(ctx, pollInterval); err != nil {
			return &NotReadyError{Unready: w.waiting().For, Err: err}
		}
	}
}

// fatal errors stay: the program may not read what it waits for.
func fatal(err error) bool {
	return apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err) || meta.IsNoMatchError(err)
}

// waiter knows how far each object is, as it was last seen.
type waiter struct {
	client client.Client
	start  time.Time
	refs   []caisson.Ref
	states []readiness
}

// add what a report says is there. What is skipped in a run without failure is what the set no longer holds.
func (w *waiter) add(report *caisson.Report) {
	for _, change := range report.Changes {
		if !slices.Contains([]caisson.Action{caisson.Pruned, caisson.Skipped, caisson.Failed}, change.Action) {
			w.refs = append(w.refs, change.Ref)
			w.states = append(w.states, readiness{reason: "has not been looked at yet"})
		}
	}
}

// poll what is not ready. States of what cannot be read stay as they were.
func (w *waiter) poll(ctx context.Context) error {
	return parallel(len(w.refs), func(i int) error {
		if w.states[i].reason == "" {
			return nil
		}
		state, err := ready(ctx, w.client, w.refs[i])
		if err == nil {
			w.states[i] = state
		}
		return err
	})
}

func (w *waiter) waiting() Waiting {
	now := Waiting{Total: len(w.refs)}
	for i, state := range w.states {
		if state.reason == "" {
			now.Ready++
		} else {
			now.For = append(now.For, Unready{w.refs[i], state.reason})
		}
	}
	return now
}

func (w *waiter) hopeless() []Unready {
	var all []Unready
	for i, state := range w.states {
		if state.hopeless && (state.since.After(w.start) || time.Since(w.start) > hopelessAfter) {
			all = append(all, Unready{w.refs[i], state.reason})
		}
	}
	return all
}
