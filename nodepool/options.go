package nodepool

import (
	"time"

	"github.com/caissonhq/caisson"
)

// PlanOption is an option of Plan.
type PlanOption interface{ plan(*options) }

// Option is an option of Reconcile.
type Option interface{ reconcile(*options) }

// Mode is an option of Plan and Reconcile, so that a plan reads as the run it is made for.
type Mode int

const (
	// Adopt takes over pools that exist under the name of a pool of the spec and are not Caisson's.
	Adopt Mode = iota + 1
	// Prune removes Caisson's pools that are not in the spec, when all else has succeeded. Their pods are evicted within their
	// budgets first, under the pool's Lease like those of a rotation, and if something is in the way an *ObstacleError says so
	// before. It takes as long as the pods take: Despite, Pace and ObserveRotation are options of Reconcile for its sake.
	Prune
)

func (m Mode) plan(o *options)      { o.modes[m] = true }
func (m Mode) reconcile(o *options) { o.modes[m] = true }

// Observe has a function called with each change as it is made.
func Observe(observer func(caisson.Change)) Observer { return Observer{observer} }

// Observer is what Observe gives: an option of Reconcile.
type Observer struct{ observe func(caisson.Change) }

func (o Observer) reconcile(to *options) {
	if o.observe != nil {
		to.observers = append(to.observers, o.observe)
	}
}

type options struct {
	modes     map[Mode]bool
	observers []func(caisson.Change)
	move      *rotateOptions // how Prune moves pods
}

// requestTimeout is for one request to DigitalOcean with its repetitions: godo's own wait up to 4 times 30 s.
const requestTimeout = 3 * time.Minute

func newOptions() *options { return &options{modes: map[Mode]bool{}, move: newRotateOptions(nil)} }
