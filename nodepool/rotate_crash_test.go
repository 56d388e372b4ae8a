package nodepool_test

import (
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// hasty processes: a killed one holds its lease for 1.5 s, on a machine that may be slow.
func hasty() nodepool.Hasty {
	return nodepool.Hasty{Lease: 1500 * time.Millisecond, Timeout: 500 * time.Millisecond}
}

// busyFarm is what the tests of faults rotate: 4 nodes and 40 pods of two deployments with budgets, or 12 where not all points
// are tried: most of the time goes into budgets that let one pod go after the other.
func busyFarm(t *testing.T) (*farm, nodepool.Cluster) {
	t.Helper()
	spec := shop(nodepool.Pool{
		Name: "general", Size: "s-2vcpu-8gb-amd", Autoscale: &nodepool.Autoscale{Min: 2, Max: 6}, Count: 4,
		Labels: map[string]string{"team": "shop"},
	})
	f := newFarm(t, spec, nodepooltest.Options{DropletLimit: 100})
	f.replicas = map[string]int32{"web": 9, "api": 3}
	if all() {
		f.replicas = map[string]int32{"web": 30, "api": 10}
	}
	for name, replicas := range f.replicas {
		f.deploy(name, replicas)
	}
	return f, spec
}

// settled state after a rotation: without the names, which are of another generation each time.
func (f *farm) settled(t *testing.T) string {
	t.Helper()
	require.NoError(t, f.server.Settle(t.Context()))
	for name, replicas := range f.replicas {
		f.eventually(func() bool { return f.available(name) == replicas }, "all pods run again")
	}
	require.Len(t, f.pools(), 1, "one pool is left")
	live := f.pools()[0]
	text := f.state()
	return strings.NewReplacer(live.Name, "NAME", "generation:"+generation(live), "generation:N").Replace(text)
}

func generation(p pool) string {
	for _, tag := range p.Tags {
		if rest, ok := strings.CutPrefix(tag, "caisson-generation:"); ok {
			return rest
		}
	}
	return ""
}

// all points of a test, and the whole size.
func all() bool { return os.Getenv("CAISSON_PROVE") == "all" }

// points of a test: all with CAISSON_PROVE=all, and a few at random otherwise, the first and the last always.
func points(t *testing.T, count, sample int) []int {
	t.Helper()
	every := make([]int, count)
	for i := range every {
		every[i] = i + 1
	}
	if all() {
		return every
	}
	seed := uint64(time.Now().UnixNano())
	if given, err := strconv.ParseUint(os.Getenv("CAISSON_SEED"), 10, 64); err == nil {
		seed = given
	}
	t.Logf("CAISSON_SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	random.Shuffle(count, func(i, j int) { every[i], every[j] = every[j], every[i] })
	chosen := slices.Concat(every[:min(sample, count)], []int{1, count})
	slices.Sort(chosen)
	return slices.Compact(chosen)
}

// writes that a rotation of the farm makes, and the state that it leaves.
func (f *farm) rehearse(t *testing.T, spec nodepool.Cluster) (writes int, state string) {
	t.Helper()
	const many = 1 << 20
	ctx, c, m := newMortal(t.Context(), f.client(), f.server, many)
	_, err := nodepool.Rotate(ctx, c, spec, "general", quick(), hasty(), nodepool.Fresh)
	require.NoError(t, err)
	return many - m.left, f.settled(t)
}

// Killed after each write, a rotation is ended by the next process, with the same result.
func TestRotateSurvivesBeingKilled(t *testing.T) {
	f, spec := busyFarm(t)
	writes, want := f.rehearse(t, spec)
	tried := points(t, writes, 4)
	for _, at := range tried {
		ctx, c, m := newMortal(t.Context(), f.client(), f.server, at)
		before := generation(f.pools()[0])
		_, err := nodepool.Rotate(ctx, c, spec, "general", quick(), hasty(), nodepool.Fresh)
		if !m.dead { // the numbers of evictions that a budget refuses differ
			require.NoError(t, err)
			continue
		}
		require.Error(t, err, "killed after write %d", at)
		// Fresh is not given again unless nothing had begun: whoever goes on does not know why it was begun.
		_, err = nodepool.Rotate(t.Context(), f.client(), spec, "general", quick(), hasty())
		require.NoError(t, err, "killed after write %d", at)
		require.Equal(t, want, f.settled(t), "killed after write %d", at)
		if at > 3 {
			require.NotEqual(t, before, generation(f.pools()[0]), "killed after write %d", at)
		}
	}
	t.Logf("killed after %d of %d writes", len(tried), writes)
}

// Rolled back from each point at which it was killed, nothing is left of a rotation.
func TestUndoFromAnyPoint(t *testing.T) {
	f, spec := busyFarm(t)
	writes, want := f.rehearse(t, spec)
	tried, tooLate := points(t, writes, 4), 0
	for _, at := range tried {
		ctx, c, m := newMortal(t.Context(), f.client(), f.server, at)
		before := f.pools()[0].ID
		_, _ = nodepool.Rotate(ctx, c, spec, "general", quick(), hasty(), nodepool.Fresh)
		if !m.dead {
			continue
		}
		// The second process is killed as well, now and then.
		ctx, c, _ = newMortal(t.Context(), f.client(), f.server, 1+at%7)
		_, _ = nodepool.Undo(ctx, c, spec, "general", quick(), hasty())
		plan, planned := nodepool.PlanUndo(t.Context(), f.client(), spec, "general")
		report, err := nodepool.Undo(t.Context(), f.client(), spec, "general", quick(), hasty())
		require.Equal(t, planned, err, "the plan tells what the run does, killed after write %d", at)
		require.Equal(t, plan, report, "killed after write %d", at)
		if err != nil {
			require.ErrorContains(t, err, "there is no way back")
			tooLate++
			_, err = nodepool.Rotate(t.Context(), f.client(), spec, "general", quick(), hasty())
			require.NoError(t, err)
			require.Equal(t, want, f.settled(t), "killed after write %d", at)
			continue
		}
		require.Equal(t, want, f.settled(t), "killed after write %d", at)
		if f.pools()[0].ID != before {
			tooLate++ // it had ended
		}
	}
	t.Logf("rolled back after %d of %d writes, %d of them too late", len(tried), writes, tooLate)
	require.Less(t, tooLate, max(2, len(tried)/2), "most of the way there is a way back")
}
