package nodepool

import (
	"time"
)

// RotateOption is an option of Rotate, PlanRotation and Undo.
type RotateOption interface{ rotate(*rotateOptions) }

// RotateMode is an option of Rotate and PlanRotation.
type RotateMode int

// Fresh replaces the nodes of a pool whose size is already as the spec says.
const Fresh RotateMode = 1

func (m RotateMode) rotate(o *rotateOptions) { o.fresh = o.fresh || m == Fresh }

// Despite lets a rotation or an upgrade begin although there are obstacles of these kinds.
func Despite(kinds ...ObstacleKind) Despised { return Despised{kinds} }

// Despised is what Despite gives: an option of Rotate, PlanRotation, Recycle and Upgrade, and of Plan and Reconcile for Prune.
type Despised struct{ kinds []ObstacleKind }

func (d Despised) rotate(o *rotateOptions) {
	for _, kind := range d.kinds {
		o.despite[kind] = true
	}
}

func (d Despised) plan(o *options)      { d.rotate(o.move) }
func (d Despised) reconcile(o *options) { d.rotate(o.move) }

// ObserveRotation has a function called with each look at how far the rotation is.
func ObserveRotation(observer func(Progress)) RotationObserver { return RotationObserver{observer} }

// RotationObserver is what ObserveRotation gives: an option of Rotate and Undo, and of Reconcile for Prune.
type RotationObserver struct{ observe func(Progress) }

func (r RotationObserver) rotate(o *rotateOptions) {
	if r.observe != nil {
		o.observers = append(o.observers, r.observe)
	}
}

func (r RotationObserver) reconcile(o *options) { r.rotate(o.move) }

// Pace is an option of Rotate and Undo, of Reconcile for Prune, and of Wait. What is zero has its default.
type Pace struct {
	// Look this often at both sides. Default: 5 s, which makes some 15 of the 250 requests that DigitalOcean allows a minute.
	Look time.Duration
	// NodesAtOnce that are drained. Default: 1. Pods without a budget can lose all replicas on nodes that are drained at once.
	NodesAtOnce int
	// Stall ends a rotation with a StallError that has made no progress for so long: no node has come or gone, and no pod.
	// Default: 15 minutes.
	Stall time.Duration
}

func (p Pace) withDefaults() Pace {
	return Pace{
		Look:        orDefault(p.Look, lookEvery),
		NodesAtOnce: orDefault(p.NodesAtOnce, 1),
		Stall:       orDefault(p.Stall, stallAfter),
	}
}

func orDefault[T int | time.Duration](value, otherwise T) T {
	if value <= 0 {
		return otherwise
	}
	return value
}

func (p Pace) rotate(o *rotateOptions) { o.pace = p.withDefaults() }
func (p Pace) reconcile(o *options)    { p.rotate(o.move) }

// What Pace documents.
const (
	lookEvery  = 5 * time.Second
	stallAfter = 15 * time.Minute
)

type rotateOptions struct {
	fresh     bool
	despite   map[ObstacleKind]bool
	observers []func(Progress)
	pace      Pace
	lease     time.Duration
	timeout   time.Duration
}

func newRotateOptions(opts []RotateOption) *rotateOptions {
	o := &rotateOptions{
		despite: map[ObstacleKind]bool{}, pace: Pace{}.withDefaults(), lease: leaseDuration, timeout: requestTimeout,
	}
	for _, opt := range opts {
		opt.rotate(o)
	}
	return o
}
