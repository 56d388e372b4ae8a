package apply_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/apply/applytest"
	"github.com/caissonhq/caisson/internal/cluster"
)

// crash kills a component of the control plane in place of a request, or after it and before its answer, and starts it
// again.
type crash struct {
	cluster   *cluster.Cluster
	component string
	after     bool
	mended    chan error
}

func (c *crash) strike(p *faultProxy, w http.ResponseWriter, r *http.Request) {
	if c.after {
		_, _ = p.forward(r)
	}
	err := c.cluster.Kill(c.component)
	reset(w)
	go func() {
		if err == nil {
			err = c.cluster.Restart(context.Background(), c.component)
		}
		c.mended <- err
	}()
}

func (c *crash) mend(t *testing.T) {
	t.Helper()
	require.NoError(t, <-c.mended)
}

// TestControlPlaneCrashes kills the API server or etcd with -9 in the middle of a run, and holds against it all that
// TestFaults does: above all, that the next run reaches what was wanted. `make test` does it at a few random writes,
// `make prove` at each.
func TestControlPlaneCrashes(t *testing.T) {
	running, err := cluster.Start(t.Context(), cluster.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, running.Stop()) })
	api, err := client.New(running.Config, client.Options{Log: logr.FromSlogHandler(slog.DiscardHandler)})
	require.NoError(t, err)
	own := &applytest.Cluster{Client: api, Config: running.Config, Kubeconfig: running.Kubeconfig}
	shared := own.Namespace(t)
	newMall(own, shared, "nobody").addBystanders(t, shared, "test", "other")

	random := seededRandom(t)
	kills, marks := 0, 0
	for _, op := range operations() {
		op.measure(t, newMall(own, shared, "point-"+op.name))
		for i, component := range []string{"kube-apiserver", "etcd"} {
			writes := op.writes(random, 1)
			for j, at := range writes {
				pt := point{op: op, fault: "kill " + component, at: at, crash: &crash{
					cluster: running, component: component, after: random.IntN(2) == 0, mended: make(chan error, 1),
				}}
				t.Run(pt.String(), func(t *testing.T) {
					kills++
					if pt.try(t, newMall(own, shared, fmt.Sprintf("point-%s-%d-%d", op.name, i, j))) {
						marks++
					}
				})
			}
		}
	}
	t.Logf("%d kills, after %d of which the mark was left", kills, marks)
}

// writes of the operation: a few random ones, or all if every point is to be proven.
func (op *operation) writes(random *rand.Rand, few int) []request {
	var all []request
	for _, r := range op.requests {
		if r.writes() {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, compareRequests) // so that a seed chooses the same
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	if proving() {
		return all
	}
	return all[:few]
}

// callerVariable has the test binary be the program that is killed: it says where the proxy is.
const callerVariable = "CAISSON_TEST_CALLER_TO_KILL"

// TestKilledCaller kills the program that applies with -9, in place of a request or after it. The mark that it leaves is
// honoured until its deadline and no longer, and the next run, in another process, reaches what was wanted.
func TestKilledCaller(t *testing.T) {
	if os.Getenv(callerVariable) != "" {
		beKilled(t)
		return
	}
	shared := applytest.Shared(t)
	namespace := shared.Namespace(t)
	newMall(shared, namespace, "nobody").addBystanders(t, namespace, "test", "other")
	random := seededRandom(t)
	for _, op := range operations() {
		op.measure(t, newMall(shared, namespace, "point-"+op.name))
		for i, at := range append(op.writes(random, 1), op.marking(), op.release()) {
			after := at == op.marking() || at != op.release() && random.IntN(2) == 0
			t.Run(fmt.Sprintf("%s/%s, after it: %t", op.name, at, after), func(t *testing.T) {
				m := newMall(shared, namespace, fmt.Sprintf("point-%s-%d", op.name, i))
				op.prepare(t, m)
				others := m.bystanders(t)
				op.runAndKill(t, m, at, after)

				deadline := time.Now().Add(-time.Second)
				if at == op.marking() && op.name == "prune" {
					deadline = time.Now().Add(4 * time.Second).Truncate(time.Second)
				}
				marked := m.expireMark(t, deadline)
				report := m.apply(t, op.wanted(m))
				require.Empty(t, cmp.Diff(op.words, m.words(m.states(t))))
				require.Equal(t, others, m.bystanders(t))
				require.False(t, m.apply(t, op.wanted(m)).Changed())
				switch at {
				case op.marking():
					require.True(t, marked, "it was killed before it could give the mark back")
					require.True(t, report.Changed(), "it was killed before it could do anything")
					require.True(t, time.Now().After(deadline), "a mark is good until its deadline")
				case op.release():
					require.True(t, marked, "it was killed before it could give the mark back")
					require.False(t, report.Changed(), "nothing was left to do")
				}
				if report.Changed() {
					require.NotContains(t, m.parent(t).Annotations, markAnnotation)
				}
			})
		}
	}
}

// runAndKill runs the operation in a process of its own, which is killed at a request.
func (op *operation) runAndKill(t *testing.T, m mall, at request, after bool) {
	t.Helper()
	at.path = m.named(at.path)
	caller := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledCaller$")
	killed := make(chan error, 1)
	proxy := newFaultProxy(t, m.Config, at, func(p *faultProxy, w http.ResponseWriter, r *http.Request) {
		if after {
			_, _ = p.forward(r)
		}
		killed <- caller.Process.Kill()
		reset(w)
	})
	caller.Env = append(os.Environ(), callerVariable+"="+proxy.URL, callerVariable+"_DOES="+op.name,
		callerVariable+"_IN="+m.shared, callerVariable+"_AS="+m.id)
	output, err := caller.CombinedOutput()
	require.Error(t, err, "it must not have ended by itself: %s", output)
	require.True(t, proxy.hasStruck(), "it must not have ended by itself: %s", output)
	require.NoError(t, <-killed)
}

// beKilled does what runAndKill says, until it is killed.
func beKilled(t *testing.T) {
	t.Helper()
	c, err := client.New(&rest.Config{Host: os.Getenv(callerVariable), QPS: -1}, client.Options{})
	require.NoError(t, err)
	m := newMall(nil, os.Getenv(callerVariable+"_IN"), os.Getenv(callerVariable+"_AS"))
	for _, op := range operations() {
		if op.name == os.Getenv(callerVariable+"_DOES") {
			_, err = apply.Apply(t.Context(), c, m.set, op.wanted(m), apply.Prune)
			require.NoError(t, err)
		}
	}
}
