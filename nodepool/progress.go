package nodepool

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/caissonhq/caisson"
)

// Phase of a rotation.
type Phase string

// The phases of a rotation, in their order.
const (
	// PhaseCreate makes the new pool.
	PhaseCreate Phase = "create"
	// PhaseReady waits until the new nodes are ready and their DaemonSets run.
	PhaseReady Phase = "ready"
	// PhaseDrain evicts the pods of the old nodes.
	PhaseDrain Phase = "drain"
	// PhaseDelete deletes the old pool and waits until its nodes are gone.
	PhaseDelete Phase = "delete"
)

// Progress of a rotation.
type Progress struct {
	Pool  string `json:"pool"`
	Phase Phase  `json:"phase"`
	// Undo says that the rotation is being rolled back: the new pool is drained and deleted.
	Undo bool `json:"undo,omitempty"`
	// Ready and Nodes of the pool that stays.
	Ready int `json:"ready"`
	Nodes int `json:"nodes"`
	// Drained and Draining nodes of the pool that goes, and the pods that are still on them.
	Drained  int `json:"drained"`
	Draining int `json:"draining"`
	Pods     int `json:"pods"`
	// Waiting for, the longest first.
	Waiting []Waiting `json:"waiting,omitempty"`
}

// Waiting is one thing that a rotation waits for.
type Waiting struct {
	Ref    caisson.Ref `json:"ref"`
	Reason string      `json:"reason"`
	// Since when this process has seen it.
	Since time.Time `json:"since"`
}

func (w Waiting) String() string {
	return fmt.Sprintf("%s %s, since %s", w.Ref, w.Reason, w.Since.UTC().Format(time.TimeOnly))
}

// String is a line that says how far it is: "drain: 1 of 3 nodes drained, 12 pods left, waiting for Pod shop/web-1 …".
func (p Progress) String() string {
	var text string
	switch p.Phase {
	case PhaseCreate:
		text = "the new pool is being created"
	case PhaseReady:
		text = fmt.Sprintf("%d of %d nodes ready", p.Ready, p.Nodes)
	case PhaseDrain:
		text = fmt.Sprintf("%d of %d nodes drained, %d pods left", p.Drained, p.Drained+p.Draining, p.Pods)
	case PhaseDelete:
		text = fmt.Sprintf("%d nodes are going", p.Drained+p.Draining)
	}
	if len(p.Waiting) > 0 {
		text += ", waiting for " + p.Waiting[0].String()
	}
	if p.Undo {
		text += " (rolling back)"
	}
	return fmt.Sprintf("%s: %s", p.Phase, text)
}

// StallError says that there was no progress for long, and what is waited for. Nothing is lost: called again it goes on, and
// Undo rolls a rotation back.
type StallError struct {
	For      time.Duration
	Progress Progress
}

func (e *StallError) Error() string {
	lines := make([]string, 0, len(e.Progress.Waiting)+1)
	lines = append(lines, fmt.Sprintf("no progress for %s (%s): mend what it waits for and call again; "+
		"a rotation can be rolled back with Undo",
		e.For, e.Progress))
	for _, w := range e.Progress.Waiting {
		lines = append(lines, w.String())
	}
	return strings.Join(lines, "\n")
}

// watch remembers since when something is waited for, and when there was progress last.
type watch struct {
	since map[string]time.Time
	mark  string
	moved time.Time
}

// see what is waited for now, with the times since when.
func (w *watch) see(now time.Time, p *Progress) {
	since := map[string]time.Time{}
	for i := range p.Waiting {
		key := p.Waiting[i].Ref.String() + p.Waiting[i].Reason
		began, known := w.since[key]
		if !known {
			began = now
		}
		since[key], p.Waiting[i].Since = began, began
	}
	w.since = since
	slices.SortStableFunc(p.Waiting, func(a, b Waiting) int {
		return cmp.Or(a.Since.Compare(b.Since), a.Ref.Compare(b.Ref))
	})
	// Whatever is counted has to move: reasons may change back and forth for ever.
	if mark := fmt.Sprint(p.Phase, p.Ready, p.Nodes, p.Drained, p.Draining, p.Pods); mark != w.mark {
		w.mark, w.moved = mark, now
	}
}
