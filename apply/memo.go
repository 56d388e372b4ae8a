package apply

import (
	"crypto/sha256"
	"encoding/json"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/caissonhq/caisson"
)

// Memo remembers, for as long as the program runs, which objects were found to be as wanted. As long as neither what is
// wanted nor the object on the server has changed, it is not compared again: that saves four fifths of the time, and for
// custom resources with defaults also the request that asks the server. With Cached it also tells a cache that lags behind
// what the program has written itself. The zero value is ready for use, by any number of
// sets and goroutines; a controller has one. Secrets are always compared.
type Memo struct {
	mutex   sync.Mutex
	seen    map[caisson.Ref]sighting
	parents map[types.UID]string // the version that the server was last seen to have of them
}

// sighting of an object that was as wanted.
type sighting struct {
	uid     types.UID
	version string
	intent  [sha256.Size]byte
}

// Remember has a run use a memo.
func Remember(memo *Memo) Remembering { return Remembering{memo} }

// Remembering is what Remember gives: an option of Apply and Reconcile.
type Remembering struct{ memo *Memo }

func (r Remembering) apply(o *options) { o.memo = r.memo }

// intentSum tells intents apart in memory. It is a zero value if the memo does not apply.
func (r *run) intentSum(s *step) [sha256.Size]byte {
	if r.options.memo == nil || len(r.options.migrate) > 0 || isSecret(s.change.Ref) {
		return [sha256.Size]byte{}
	}
	text, err := json.Marshal(s.intent.object)
	if err != nil {
		return [sha256.Size]byte{}
	}
	return sha256.Sum256(append([]byte(r.set.ID()+" "+s.intent.stamp+" "), text...))
}

func (m *Memo) knows(ref caisson.Ref, live metav1.Object, intent [sha256.Size]byte) bool {
	if m == nil || intent == [sha256.Size]byte{} || live.GetResourceVersion() == "" {
		return false
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.seen[ref] == sighting{live.GetUID(), live.GetResourceVersion(), intent}
}

func (m *Memo) learn(ref caisson.Ref, live metav1.Object, intent [sha256.Size]byte) {
	if m == nil || intent == [sha256.Size]byte{} {
		return
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.seen == nil {
		m.seen = map[caisson.Ref]sighting{}
	}
	m.seen[ref] = sighting{live.GetUID(), live.GetResourceVersion(), intent}
}

// saw a parent, as the server has it.
func (m *Memo) saw(p *parent) {
	if m == nil || p.object == nil {
		return
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.parents == nil {
		m.parents = map[types.UID]string{}
	}
	m.parents[p.object.GetUID()] = p.object.GetResourceVersion()
}

// outdated says that a parent from a cache is not the one that was last seen on the server: the cache lags behind what this
// program has written, or somebody else has written since.
func (m *Memo) outdated(cached *parent) bool {
	if m == nil {
		return false
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	version, known := m.parents[cached.object.GetUID()]
	return known && version != cached.object.GetResourceVersion()
}

func (m *Memo) forget(ref caisson.Ref) {
	if m == nil {
		return
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	delete(m.seen, ref)
}
