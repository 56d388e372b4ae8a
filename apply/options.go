package apply

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// PlanOption is an option of Plan.
type PlanOption interface{ plan(*options) }

// Option is an option of Apply and Reconcile.
type Option interface{ apply(*options) }

// DeleteOption is an option of Delete.
type DeleteOption interface{ delete(*options) }

// Mode is an option of Plan, Apply and Reconcile, so that a plan reads as the run it is made for.
type Mode int

const (
	// Prune deletes the objects of the set that are no longer given.
	Prune Mode = iota + 1
	// Adopt takes over objects that exist and belong to no set.
	Adopt
	// Force takes fields that another program applied.
	Force
	// NoHistory keeps nothing to roll back to. A changing run then makes one request less, and needs no access to Secrets.
	NoHistory
	// PruneWhenReady is Prune, but nothing is deleted as long as a workload of the set is not ready: what replaces the old
	// comes first. A run does not wait for that. It reports what it keeps as skipped, and a later one deletes it.
	PruneWhenReady
)

func (m Mode) plan(o *options) { m.apply(o) }
func (m Mode) apply(o *options) {
	o.modes[m] = true
	if m == PruneWhenReady {
		o.modes[Prune] = true
	}
}

// AllowDelete lets a run delete objects of kinds that hold what cannot be had back: Namespaces,
// PersistentVolumeClaims, CustomResourceDefinitions.
func AllowDelete(kinds ...schema.GroupKind) Deletable { return Deletable{kinds} }

// Deletable is what AllowDelete gives: an option of Plan, Apply, Reconcile and Delete.
type Deletable struct{ kinds []schema.GroupKind }

func (d Deletable) plan(o *options)   { d.apply(o) }
func (d Deletable) delete(o *options) { d.apply(o) }
func (d Deletable) apply(o *options) {
	for _, kind := range d.kinds {
		o.deletable[kind] = true
	}
}

// Observe has a function called with each change as it is made, one at a time, and at the end with what has failed or was
// skipped without being tried.
func Observe(observer func(caisson.Change)) Observer { return Observer{observer} }

// Observer is what Observe gives: an option of Apply, Reconcile and Delete.
type Observer struct{ observe func(caisson.Change) }

func (o Observer) apply(to *options) {
	if o.observe != nil {
		to.observers = append(to.observers, o.observe)
	}
}
func (o Observer) delete(to *options) { o.apply(to) }

// Finished is a run that is over.
type Finished struct {
	Set    Set
	Report *caisson.Report
	Took   time.Duration
}

// ObserveRun has a function called when a run is over, also one that found nothing to do.
func ObserveRun(observer func(Finished)) RunObserver { return RunObserver{observer} }

// RunObserver is what ObserveRun gives: an option of Apply, Reconcile and Delete.
type RunObserver struct{ observe func(Finished) }

func (o RunObserver) apply(to *options) {
	if o.observe != nil {
		to.runObservers = append(to.runObservers, o.observe)
	}
}
func (o RunObserver) delete(to *options) { o.apply(to) }

type options struct {
	modes     map[Mode]bool
	deletable map[schema.GroupKind]bool
	migrate   []string
	memo      *Memo         // nil is one that remembers nothing
	cache     client.Reader // nil if there is none
	save      *SavedPlan
	planned   *SavedPlan
	observers []func(caisson.Change)
	observing sync.Mutex

	runObservers []func(Finished)

	fingerprint bool // of objects to prune, of which no more than their identity is kept otherwise
}

func newOptions() *options {
	return &options{modes: map[Mode]bool{}, deletable: map[schema.GroupKind]bool{}}
}

func (o *options) observe(s *step) {
	o.observing.Lock()
	defer o.observing.Unlock()
	s.told = true
	for _, observe := range o.observers {
		observe(s.change)
	}
}

// kept are kinds whose objects hold what cannot be had back.
func kept(kind schema.GroupKind) bool {
	switch kind {
	case schema.GroupKind{Kind: "Namespace"},
		schema.GroupKind{Kind: "PersistentVolumeClaim"},
		schema.GroupKind{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}:
		return true
	}
	return false
}

func (o *options) mayDelete(kind schema.GroupKind) bool { return !kept(kind) || o.deletable[kind] }
