package apply_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/apply/applytest"
)

// lanes of points that are tried at once: most of them wait, for a server or for a second to pass.
const lanes = 6

// TestFaults does each of faultKinds to each request of a run that creates, updates or prunes: to one request in each
// run. Whatever the fault is, and wherever it strikes,
//
//   - the report is true: what it calls created, updated, pruned, unchanged or skipped is so on the server, and a run
//     without an error has reached what was wanted;
//   - what belongs to others is not touched;
//   - no goroutine of the run is left;
//   - the set's mark, which keeps other runs waiting, does not stay behind;
//   - the next run, without a fault, reaches what a run without any fault reaches, and the one after it changes nothing.
//
// `make test` tries the boundaries of all phases and a random sample (CAISSON_SEED repeats one), `make prove` every point.
func TestFaults(t *testing.T) {
	cluster := applytest.Shared(t)
	shared := cluster.Namespace(t)
	newMall(cluster, shared, "nobody").addBystanders(t, shared, "test", "other")
	ops := operations()
	for _, op := range ops {
		op.measure(t, newMall(cluster, shared, "point-"+op.name))
	}
	count := &faultTally{map[string]int{}, map[string]int{}}
	var counting sync.Mutex
	work := make(chan point)
	var group sync.WaitGroup
	for lane := range lanes {
		group.Go(func() {
			number := 0
			for pt := range work {
				number++
				t.Run(pt.String(), func(t *testing.T) {
					marked := pt.try(t, newMall(cluster, shared, fmt.Sprintf("point-%d-%d", lane, number)))
					counting.Lock()
					defer counting.Unlock()
					for _, what := range []string{pt.op.name, pt.fault, "in all"} {
						count.tried[what]++
						if marked {
							count.marked[what]++
						}
					}
				})
			}
		})
	}
	for _, pt := range choosePoints(t, ops) {
		work <- pt
	}
	close(work)
	group.Wait()
	t.Log(count)
}

// try the point, and say whether the mark was left.
func (pt point) try(t *testing.T, m mall) bool {
	t.Helper()
	pt.op.prepare(t, m)
	before, others := m.states(t), m.bystanders(t)

	report, err := pt.run(t, m)
	after := m.states(t)
	pt.checkReport(t, m, report, before, after)
	if err == nil {
		require.Zero(t, report.Count(caisson.Skipped), "%s", printed(t, report))
		require.Empty(t, cmp.Diff(pt.op.words, m.words(after)), "no error, and not what was wanted")
	}
	marked := m.expireMark(t, time.Now().Add(-time.Second))
	if marked {
		require.NotNil(t, pt.crash, "the mark was left:\n%s", printed(t, report))
	}

	next := m.apply(t, pt.op.wanted(m))
	require.Empty(t, cmp.Diff(pt.op.words, m.words(m.states(t))), "the next run does not reach what was wanted, after\n%s",
		printed(t, report))
	require.False(t, m.apply(t, pt.op.wanted(m)).Changed(), "the third run still changes something")
	if next.Changed() || !marked { // what has nothing to write takes no mark away
		require.NotContains(t, m.parent(t).Annotations, markAnnotation)
	}
	require.Equal(t, others, m.bystanders(t), "what belongs to others has changed")
	return marked
}

// run the operation with the fault.
func (pt point) run(t *testing.T, m mall) (report *caisson.Report, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	at := pt.at
	at.path = m.named(at.path)
	strike := faultKinds(cancel)[pt.fault]
	if pt.crash != nil {
		strike = pt.crash.strike
	}
	proxy := newFaultProxy(t, m.Config, at, strike)
	if pt.at.isDiscovery() {
		proxy.timeout = 2 * time.Second // controller-runtime's discovery takes no context, and would stay behind
	}
	c := proxy.client(t)
	ctx = logr.NewContext(ctx, logr.FromSlogHandler(slog.DiscardHandler)) // of client-go's complaints
	pprof.Do(ctx, pprof.Labels("set", m.set.Namespace), func(ctx context.Context) {
		report, err = apply.Apply(ctx, c, m.set, pt.op.wanted(m), apply.Prune)
	})
	require.True(t, proxy.hasStruck(), "the run has not made the request")
	if pt.crash != nil {
		pt.crash.mend(t)
	}
	require.NotNil(t, report)
	require.Eventually(t, func() bool { return len(goroutines(t, m.set.Namespace)) == 0 }, 10*time.Second, time.Millisecond,
		"goroutines are left by the run")
	return report, err
}

// goroutines of package apply that a run labelled with a set has started, or their children.
func goroutines(t *testing.T, set string) []string {
	t.Helper()
	var text bytes.Buffer
	require.NoError(t, pprof.Lookup("goroutine").WriteTo(&text, 1))
	var left []string
	for stack := range strings.SplitSeq(text.String(), "\n\n") {
		if strings.Contains(stack, `"set":"`+set+`"`) && strings.Contains(stack, "github.com/caissonhq/caisson/apply.") {
			left = append(left, stack)
		}
	}
	return left
}

// checkReport holds what the report says of each object against what the server had before and has now.
func (pt point) checkReport(t *testing.T, m mall, report *caisson.Report, before, after map[caisson.Ref]state) {
	t.Helper()
	all := printed(t, report)
	for _, change := range report.Changes {
		old, wasThere := before[change.Ref]
		now, isThere := after[change.Ref]
		wanted := pt.op.words[m.anonymous(change.Ref.String())]
		switch change.Action {
		case caisson.Created:
			require.False(t, wasThere, "%s: %s", change.Ref, all)
			require.Equal(t, wanted, now.says, "%s: %s", change.Ref, all)
		case caisson.Updated:
			require.Equal(t, old.uid, now.uid, "%s: %s", change.Ref, all)
			require.NotEqual(t, old.says, now.says, "%s: %s", change.Ref, all)
			require.Equal(t, wanted, now.says, "%s: %s", change.Ref, all)
		case caisson.Unchanged:
			require.Equal(t, old, now, "%s: %s", change.Ref, all)
			require.Equal(t, wanted, now.says, "%s: %s", change.Ref, all)
		case caisson.Pruned:
			require.True(t, wasThere, "%s: %s", change.Ref, all)
			require.False(t, isThere, "%s: %s", change.Ref, all)
		case caisson.Skipped:
			require.Equal(t, old, now, "%s: %s", change.Ref, all)
			require.NotEmpty(t, change.Reason, "%s: %s", change.Ref, all)
		case caisson.Failed:
			require.Error(t, change.Err, "%s: %s", change.Ref, all)
			require.NotEmpty(t, change.Ref.Name, "%s", all)
		case caisson.Adopted:
			require.Fail(t, "nothing was to be adopted", "%s: %s", change.Ref, all)
		}
	}
}
