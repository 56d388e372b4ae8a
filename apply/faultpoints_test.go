package apply_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	urlpath "path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
)

// operation is a run that changes something, and what it comes to without a fault.
type operation struct {
	name     string
	before   func(mall) []caisson.Object // applied before; nil: nothing is there, not even the namespace
	wanted   func(mall) []caisson.Object
	requests []request         // of a run without a fault, in the order in which they arrived, anonymous
	words    map[string]string // of the set after it, anonymous
}

func operations() []*operation {
	first := func(m mall) []caisson.Object { return m.all("1") }
	second := func(m mall) []caisson.Object { return m.all("2") }
	return []*operation{
		{name: "create", wanted: first},
		{name: "update", before: first, wanted: second},
		{name: "prune", before: first, wanted: mall.fewer},
	}
}

// prepare what is there before the operation.
func (op *operation) prepare(t *testing.T, m mall) {
	t.Helper()
	if op.before != nil {
		m.apply(t, op.before(m))
		m.addBystanders(t, m.own, "other")
	}
}

// measure runs the operation without a fault.
func (op *operation) measure(t *testing.T, m mall) {
	t.Helper()
	op.prepare(t, m)
	proxy := newFaultProxy(t, m.Config, request{}, nil)
	_, err := apply.Apply(t.Context(), proxy.client(t), m.set, op.wanted(m), apply.Prune)
	require.NoError(t, err)
	for _, r := range proxy.requests {
		r.path = m.anonymous(r.path)
		op.requests = append(op.requests, r)
	}
	op.words = m.words(m.states(t))
	require.Len(t, op.words, len(op.wanted(m)), "nothing else of the set is there")
	require.NotContains(t, m.parent(t).Annotations, markAnnotation)

	again := newFaultProxy(t, m.Config, request{}, nil)
	_, err = apply.Apply(t.Context(), again.client(t), m.set, op.wanted(m), apply.Prune)
	require.NoError(t, err)
	require.False(t, slices.ContainsFunc(again.requests, request.writes), "with nothing to do it wrote: %s", again.requests)
}

// phase of a write: what sends it, and waits until all others of the phase are through.
func (r request) phase() string {
	if r.isParent() {
		return r.String() // the mark, its renewal, the release: each by itself
	}
	resource := urlpath.Base(urlpath.Dir(r.path))
	for name, resources := range map[string][]string{
		"foundation":    {"namespaces"},
		"rules":         {"serviceaccounts", "roles", "networkpolicies", "poddisruptionbudgets"},
		"configuration": {"configmaps", "secrets", "services"},
		"workload":      {"deployments", "cronjobs", "ingresses"},
	} {
		if slices.Contains(resources, resource) {
			return r.method + " " + name
		}
	}
	panic("no phase is known for " + resource)
}

func (r request) isParent() bool {
	return strings.HasSuffix(r.path, "/configmaps/caisson-test-mall") || r.method == http.MethodPost
}

// marking is the first write to the parent.
func (op *operation) marking() request {
	return op.requests[slices.IndexFunc(op.requests, func(r request) bool { return r.isParent() && r.writes() })]
}

// release is the last write to the parent.
func (op *operation) release() request {
	for _, r := range slices.Backward(op.requests) {
		if r.isParent() && r.writes() {
			return r
		}
	}
	panic("no run that changes something is without a release")
}

// boundaries are the first and the last write of each phase, by name: they go out together.
func (op *operation) boundaries() []request {
	phases := map[string][]request{}
	for _, r := range op.requests {
		if r.writes() {
			phases[r.phase()] = append(phases[r.phase()], r)
		}
	}
	all := make([]request, 0, 2*len(phases))
	for _, requests := range phases {
		slices.SortFunc(requests, compareRequests)
		all = append(all, requests[0], requests[len(requests)-1])
	}
	slices.SortFunc(all, compareRequests)
	return slices.Compact(all)
}

func compareRequests(a, b request) int { return strings.Compare(a.String(), b.String()) }

// point is one fault in one run.
type point struct {
	op    *operation
	fault string
	at    request
	crash *crash // nil: the fault is the one of faultKinds
}

func (pt point) String() string { return fmt.Sprintf("%s/%s/%s", pt.op.name, pt.fault, pt.at) }

// everyPoint of an operation.
func (op *operation) everyPoint() []point {
	names := faultNames()
	requests := slices.SortedFunc(slices.Values(op.requests), compareRequests)
	all := make([]point, 0, len(names)*len(requests))
	for _, fault := range names {
		for _, r := range requests {
			all = append(all, point{op: op, fault: fault, at: r})
		}
	}
	return all
}

// proving says whether every point is to be tried, as `make prove` does.
func proving() bool { return os.Getenv("CAISSON_PROVE") == "all" }

// seededRandom is another one in each run, unless CAISSON_SEED says which.
func seededRandom(t *testing.T) *rand.Rand {
	t.Helper()
	return rand.New(rand.NewPCG(seed(t), 0))
}

// anywhere is how many points a sample has of each operation besides its boundaries.
const anywhere = 6

// choosePoints gives all points if every one is to be proven, and otherwise a fault for each boundary, one of each class
// for the writes to the parent, and a few anywhere.
func choosePoints(t *testing.T, ops []*operation) []point {
	t.Helper()
	random := seededRandom(t)
	names := faultNames()
	var chosen []point
	total := 0
	for _, op := range ops {
		every := op.everyPoint()
		total += len(every)
		if proving() {
			chosen = append(chosen, every...)
			continue
		}
		for _, r := range op.boundaries() {
			faults := oneOfEach(random, names)
			if r.isParent() {
				faults = oneOfEach(random, faultClasses...)
			}
			for _, fault := range faults {
				chosen = append(chosen, point{op: op, fault: fault, at: r})
			}
		}
		for range anywhere {
			chosen = append(chosen, every[random.IntN(len(every))])
		}
	}
	random.Shuffle(len(chosen), func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
	t.Logf("%d of %d points", len(chosen), total)
	return chosen
}

// faultTally counts the points by operation and by fault, and those that left the set's mark.
type faultTally struct {
	tried, marked map[string]int
}

func (c *faultTally) String() string {
	var text strings.Builder
	for _, count := range []struct {
		what string
		of   map[string]int
	}{{"tried", c.tried}, {"mark left", c.marked}} {
		fmt.Fprintf(&text, "%s:", count.what)
		for _, name := range slices.Sorted(maps.Keys(count.of)) {
			fmt.Fprintf(&text, " %s %d,", name, count.of[name])
		}
		text.WriteString("\n")
	}
	return text.String()
}
