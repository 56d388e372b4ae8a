package apply

import (
	"crypto/sha256"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// step is what a run does, or would do, to one object.
type step struct {
	intent *intent                    // nil if the set no longer holds the object
	live   *unstructured.Unstructured // nil if the cluster does not hold it, or if nothing is done about it
	change caisson.Change
	sent   bool // the intent has reached the server
	told   bool // to the observers

	waiting client.Object // that is there, and compared once it is known what its pods are to be rolled for

	sum         [sha256.Size]byte // of the intent, for the memo
	fingerprint string            // of an object to prune

	migrates bool // managed fields are to be taken over first
	doubtful bool // the intent is what was applied last, and yet the live object does not look like it
}

func (s *step) fail(err error) {
	s.change.Action, s.change.Err, s.change.Fields = caisson.Failed, err, nil
}

func (s *step) skip(reason string) {
	s.change.Action, s.change.Reason, s.change.Fields = caisson.Skipped, reason, nil
}

// run is one pass over a set: what is wanted, what is there, and what is to be done about it.
type run struct {
	client   client.Client
	set      Set
	options  *options
	start    time.Time
	deleting bool
	planning bool // nothing is written; the server says what would come of it

	intents     []*intent
	definitions definitions

	parent   *parent
	steps    []*step
	scopes   map[schema.GroupVersionKind]scope
	byRef    map[caisson.Ref]*step // of the intents that can be sent, without version
	unlisted []place               // where LIST is forbidden

	later         chan struct{} // slots for LISTs that have more than one page
	fromCache     bool          // while it is seen whether a cache shows anything to do
	versionsMutex sync.Mutex
	versions      map[caisson.Ref]string // of objects that pods are rolled for, without version

	ownNamespace bool // this run has created the namespace of its parent
}

func newRun(c client.Client, set Set, o *options) *run {
	return &run{
		client: c, set: set, options: o, definitions: definitions{}, start: time.Now(),
		versions: map[caisson.Ref]string{}, later: make(chan struct{}, laterPages),
	}
}

// add an object that the cluster shall hold.
func (r *run) add(object caisson.Object, requires []caisson.Requirement) {
	in := newIntent(r.client, r.set, object, requires)
	r.definitions.add(in)
	for _, ref := range in.rollOn {
		r.versions[versionless(ref)] = ""
	}
	r.intents = append(r.intents, in)
}

func (r *run) isOwnNamespace(ref caisson.Ref) bool {
	return isNamespace(ref) && ref.Name == r.set.Namespace
}

// bringsNamespace says whether the set itself would create a namespace.
func (r *run) bringsNamespace(name string) bool {
	if name == "" {
		return false
	}
	s := r.byRef[caisson.Ref{Kind: "Namespace", Name: name}]
	return s != nil && s.change.Action == caisson.Created && (!s.sent || r.planning)
}

// writes says whether there is anything to write.
func (r *run) writes() bool {
	if slices.ContainsFunc(r.steps, func(s *step) bool { return s.change.Action.Changes() }) {
		return true
	}
	if r.deleting {
		return r.parent.object != nil
	}
	if r.parent.unfinished() && !r.anyFailed() {
		return true // and this run finds that all has been applied
	}
	// Somebody may have deleted the parent, and with it the memory of where the set's objects are.
	var held []caisson.Ref
	for _, s := range r.steps {
		if s.change.Action == caisson.Unchanged {
			held = append(held, s.change.Ref)
		}
	}
	return len(held) > 0 && !r.parent.memory().covers(r.remember(held))
}

// remember where objects are, and the names of those that cannot be found otherwise.
func (r *run) remember(refs []caisson.Ref) memory {
	m := newMemory(r.set, refs...)
	for _, ref := range refs {
		if slices.Contains(r.unlisted, placeOf(ref)) {
			m.names[versionless(ref)] = true
		}
	}
	for _, from := range r.unlisted {
		if r.parent.memory().incomplete(from) {
			m.names[anonymousIn(from)] = true
		}
	}
	return m
}

// refs that the set holds once the run is over.
func (r *run) refs() []caisson.Ref {
	refs := make([]caisson.Ref, 0, len(r.byRef))
	for _, s := range r.byRef {
		refs = append(refs, s.change.Ref)
	}
	return refs
}
