package apply

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

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

func (o WaitObserver) wait(to *waitOptions) { to.observers = append(to.observers, o.observe) }

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

// pollInterval of Wait.
const pollInterval = 300 * time.Millisecond

// Wait returns when every object of the report is ready: Deployments, StatefulSets and DaemonSets have all replicas
// available in their newest revision, Jobs are complete, and everything else exists. It gives up when the context ends,
// or when something has failed for good, with a *NotReadyError that says why in the cluster's own words.
func Wait(ctx context.Context, c client.Client, report *caisson.Report, opts ...WaitOption) error {
	o := &waitOptions{}
	for _, option := range opts {
		option.wait(o)
	}
	var refs []caisson.Ref
	for _, change := range report.Changes {
		switch change.Action {
		case caisson.Created, caisson.Updated, caisson.Unchanged, caisson.Adopted:
			refs = append(refs, change.Ref)
		case caisson.Pruned, caisson.Skipped, caisson.Failed:
		}
	}
	var last string
	for {
		states := make([]readiness, len(refs))
		err := parallel(len(refs), func(i int) error {
			var err error
			states[i], err = ready(ctx, c, refs[i])
			return err
		})
		if err != nil && ctx.Err() == nil {
			return err
		}
		now := waiting(refs, states)
		if text := fmt.Sprint(now); err == nil && text != last {
			last = text
			for _, observe := range o.observers {
				observe(now)
			}
		}
		switch {
		case ctx.Err() != nil:
			return &NotReadyError{Unready: now.For, Err: ctx.Err()}
		case len(now.For) == 0:
			return nil
		case slices.ContainsFunc(states, func(s readiness) bool { return s.hopeless }):
			return &NotReadyError{Unready: now.For}
		}
		if err := pause(ctx, pollInterval); err != nil {
			return &NotReadyError{Unready: now.For, Err: err}
		}
	}
}

func waiting(refs []caisson.Ref, states []readiness) Waiting {
	now := Waiting{Total: len(refs)}
	for i, state := range states {
		if state.reason == "" {
			now.Ready++
		} else {
			now.For = append(now.For, Unready{refs[i], state.reason})
		}
	}
	return now
}
