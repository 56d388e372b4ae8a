package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply/applytest"
	"github.com/caissonhq/caisson/internal/golden"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// A cluster that is not there yet has no API server: the commands do without.
func TestNodepoolOfANewCluster(t *testing.T) {
	a := newAccount(t, nodepooltest.Options{})
	a.edit("- name: general", "- {name: batch, preset: interruptible}\n  - name: general")
	code, stdout, stderr := a.nodepool("status")
	require.Equal(t, exitError, code)
	require.Contains(t, stderr, "there is no cluster shop-dev: make it")
	require.Empty(t, stdout)

	for _, format := range []string{"table", "markdown"} {
		code, stdout, stderr = a.nodepool("plan", "-o", format)
		require.Equal(t, exitChanges, code, stderr)
		golden.Compare(t, "testdata/nodepool-plan."+format, []byte(stdout))
	}
	_, stderr = a.succeed("apply")
	require.Equal(t, "nothing was changed: repeat with --yes\n", stderr)
	require.Zero(t, a.writes())

	t.Setenv(envToken, "")
	t.Setenv(envTokenOther, "secret") // as Terraform's provider has it
	_, stderr = a.succeed("apply", "--yes", "--wait=false")
	require.Equal(t, "created Cluster shop-dev\ncreated NodePool batch\ncreated NodePool general\n", stderr)
	require.Equal(t, 1, a.writes())
}

// TestNodepoolLife from its creation on: what each command says, does, and ends with.
func TestNodepoolLife(t *testing.T) {
	cluster := applytest.Start(t)
	a := newAccount(t, nodepooltest.Options{
		Delays: nodepooltest.Delays{NodeJoin: 300 * time.Millisecond},
		Nodes:  func(string) nodepooltest.Nodes { return nodepooltest.Simulated(cluster.Client) },
	})
	kubeconfig, err := os.ReadFile(cluster.Kubeconfig)
	require.NoError(t, err)
	a.kubeconfig = string(kubeconfig)

	const quick = "--look=50ms"
	created := a.report("apply", "--yes", quick)
	require.Equal(t, 2, created.Count(caisson.Created))
	require.Len(t, a.status().Pools[0].Nodes, 1)
	require.False(t, a.report("plan").Changed())
	writes := a.writes()
	_, stderr := a.succeed("apply")
	require.Empty(t, stderr, "nobody has to repeat what does nothing")
	require.Equal(t, writes, a.writes())

	// Another size, and a pod that nothing would make again.
	a.edit("preset: dev", "preset: staging")
	code, _, stderr := a.nodepool("plan")
	require.Equal(t, exitError, code)
	require.Contains(t, stderr, "caisson nodepool rotate general")
	require.NoError(t, cluster.Client.Create(t.Context(), barePod()))
	require.Eventually(t, func() bool {
		code, stdout, _ := a.nodepool("rotate", "general")
		return code == exitError && strings.Contains(stdout, "bare-pod: ")
	}, time.Minute, 100*time.Millisecond, "the pod is on the node")
	code, stdout, _ := a.nodepool("rotate", "general", "-o", "markdown")
	require.Equal(t, exitError, code)
	golden.Compare(t, "testdata/nodepool-obstacle.markdown", []byte(stdout))
	stdout, stderr = a.succeed("rotate", "general", "--despite", "bare-pod")
	golden.Compare(t, "testdata/nodepool-rotate.table", []byte(stdout))
	require.Equal(t, "nothing was changed: repeat with --yes\n", stderr)
	require.Equal(t, writes, a.writes())

	stdout, stderr = a.succeed("rotate", "general", "--despite", "bare-pod", "--yes", quick)
	golden.Compare(t, "testdata/nodepool-rotate.table", []byte(stdout))
	for _, phase := range []string{"create", "ready", "drain", "delete"} {
		require.Contains(t, stderr, "general: "+phase+": ")
	}
	lines := strings.Split(stderr, "\n")
	for i := range lines[1:] {
		require.NotEqual(t, lines[i], lines[i+1], "a line for each change")
	}
	require.Equal(t, "s-2vcpu-8gb-amd", a.status().Pools[0].Size)
	require.False(t, a.report("rotate", "general").Changed())

	// One that is given up, because nodes take longer than one has patience for, and rolled back.
	code, _, stderr = a.nodepool("rotate", "general", "--fresh", "--yes", quick, "--stall=100ms", "--nodes-at-once=2")
	require.Equal(t, exitError, code)
	require.Contains(t, stderr, "no progress for")
	stdout, _ = a.succeed("status")
	require.Contains(t, stdout, "pool general is being replaced since")
	require.Equal(t, []caisson.FieldChange{{Path: "generation", Before: "2", After: "1"}},
		a.report("rotate", "general", "--undo").Changes[0].Fields)
	require.Len(t, a.status().Pools, 2)
	require.True(t, a.report("rotate", "general", "--undo", "--yes", quick).Changed())
	require.Len(t, a.status().Pools, 1)
	require.Equal(t, 1, a.status().Pools[0].Generation, "the nodes of the first rotation")

	// A second pool that comes and goes.
	a.edit("pools:", "pools:\n  - {name: batch, preset: dev}")
	require.Equal(t, 1, a.report("apply", "--yes", quick).Count(caisson.Created))
	a.edit("pools:\n  - {name: batch, preset: dev}", "pools:")
	require.Equal(t, 1, a.report("plan").Count(caisson.Skipped))
	code, _, _ = a.nodepool("plan", "--prune")
	require.Equal(t, exitChanges, code)
	require.Equal(t, 1, a.report("apply", "--yes", "--prune", quick).Count(caisson.Pruned))

	// Another way to the API server than DigitalOcean's.
	a.kubeconfig = "broken"
	code, _, stderr = a.nodepool("status")
	require.Equal(t, exitError, code)
	require.Contains(t, stderr, "read DigitalOcean's kubeconfig of shop-dev")
	t.Setenv("KUBECONFIG", cluster.Kubeconfig)
	status := a.status("--context", "caisson")
	require.False(t, status.HalfBlind)
	require.True(t, status.Pools[0].Nodes[0].Ready)
}

func barePod() *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "bare"},
		Spec: corev1.PodSpec{
			Containers:                    []corev1.Container{{Name: "main", Image: "registry.example.com/main"}},
			TerminationGracePeriodSeconds: new(int64(1)),
		},
	}
}

// A script that is wrong must not go on as if all were done.
func TestNodepoolWithoutACommand(t *testing.T) {
	code, stdout, _ := runCaisson(t, "nodepool")
	require.Zero(t, code)
	require.Contains(t, stdout, "Available Commands")
	code, _, stderr := runCaisson(t, "nodepool", "rollback")
	require.Equal(t, exitError, code)
	require.Contains(t, stderr, "unknown command")
}

func TestNodepoolMistakes(t *testing.T) {
	cases := map[string]struct {
		reason string
		env    map[string]string
		args   []string
		want   string
	}{
		"no token": {
			"it names the variable, and what the token must allow",
			map[string]string{envToken: ""},
			[]string{"plan"},
			"DIGITALOCEAN_ACCESS_TOKEN is not set: put a token of DigitalOcean there, with the scopes kubernetes",
		},
		"no address": {
			"the variable is not about a cluster",
			map[string]string{envAPI: "production"},
			[]string{"plan"},
			`DIGITALOCEAN_API_URL: "production" is no address`,
		},
		"no such context": {
			"nothing falls back to another cluster", nil, []string{"plan", "--context", "nowhere"}, "name one with --context",
		},
		"no such kind": {
			"they are few enough to list", nil,
			[]string{"plan", "--despite", "budgets"},
			"--despite budgets: there are budget, bare-pod, selector, volume, droplets, capacity, offer",
		},
		"no such kind of a rotation": {"the same", nil, []string{"rotate", "general", "--despite", "all"}, "there are budget"},
		"no pool":                    {"it says where its name belongs", nil, []string{"rotate"}, "caisson nodepool rotate POOL"},
		"fresh and undo":             {"they contradict", nil, []string{"rotate", "general", "--fresh", "--undo"}, "[fresh undo]"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			a := newAccount(t, nodepooltest.Options{})
			for variable, value := range tc.env {
				t.Setenv(variable, value)
			}
			code, stdout, stderr := a.nodepool(tc.args...)
			require.Equal(t, exitError, code, tc.reason)
			require.Contains(t, stderr, tc.want, tc.reason)
			require.Empty(t, stdout)
			require.Zero(t, a.writes())
		})
	}
}
