package cluster_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson/internal/cluster"
)

func node(name string) *corev1.Node {
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Status: corev1.NodeStatus{Allocatable: corev1.ResourceList{
			corev1.ResourceCPU:    resource.MustParse("900m"),
			corev1.ResourceMemory: resource.MustParse("1Gi"),
			corev1.ResourcePods:   resource.MustParse("110"),
		}},
	}
}

func start(t *testing.T, o cluster.Options) *cluster.Cluster {
	t.Helper()
	o.Progress = func(line string) { t.Log(line) }
	c, err := cluster.Start(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Stop()) })
	return c
}

func TestDeploymentBecomesAvailable(t *testing.T) {
	c := start(t, cluster.Options{Nodes: []*corev1.Node{node("one")}})
	api, err := client.New(c.Config, client.Options{})
	require.NoError(t, err)

	web := deployment("web", "400m")
	web.Spec.Replicas = new(int32(3))
	require.NoError(t, api.Create(t.Context(), web))
	require.Eventually(t, func() bool {
		require.NoError(t, api.Get(t.Context(), client.ObjectKeyFromObject(web), web))
		return web.Status.AvailableReplicas == 2
	}, 3*time.Minute, 100*time.Millisecond)

	var pods corev1.PodList
	require.NoError(t, api.List(t.Context(), &pods, client.MatchingLabels(web.Spec.Selector.MatchLabels)))
	pending := 0
	for _, pod := range pods.Items {
		if pod.Spec.NodeName == "" {
			pending++
		}
	}
	require.Equal(t, 1, pending, "the scheduler counts what the node can hold: 900m is enough for two of 400m")
}

func TestStopLeavesNothing(t *testing.T) {
	c := start(t, cluster.Options{})
	dir := filepath.Dir(c.Kubeconfig)
	require.DirExists(t, dir)
	require.NotEmpty(t, processesNaming(t, dir))
	require.NoError(t, c.Stop())
	require.NoDirExists(t, dir)
	require.Empty(t, processesNaming(t, dir))
}

func TestTwoClustersSideBySide(t *testing.T) {
	a, b := start(t, cluster.Options{}), start(t, cluster.Options{})
	require.NotEqual(t, a.Config.Host, b.Config.Host)
	require.NotEqual(t, a.Kubeconfig, b.Kubeconfig)
}

// helperVariable has the test binary start a cluster, print its folder and hang, to be killed.
const helperVariable = "CAISSON_TEST_CLUSTER_TO_KILL"

func TestKilledParentLeavesNothing(t *testing.T) {
	if os.Getenv(helperVariable) != "" {
		c, err := cluster.Start(context.Background(), cluster.Options{})
		require.NoError(t, err)
		_, _ = os.Stdout.WriteString("folder " + filepath.Dir(c.Kubeconfig) + "\n")
		select {}
	}
	start(t, cluster.Options{}) // builds the binary first, if need be
	cases := map[string]struct {
		reason string
		signal os.Signal
		all    bool
	}{
		"kill -9": {"nothing can clean up in the process itself", os.Kill, false},
		"Ctrl-C":  {"a terminal sends it to every process of the group", syscall.SIGINT, true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			helper := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledParentLeavesNothing$")
			helper.Env = append(os.Environ(), helperVariable+"=1")
			out, err := helper.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, helper.Start())
			line, err := bufio.NewReader(out).ReadString('\n')
			require.NoError(t, err)
			dir, found := strings.CutPrefix(strings.TrimSpace(line), "folder ")
			require.True(t, found, line)
			require.DirExists(t, dir)
			running := processesNaming(t, dir)
			require.NotEmpty(t, running)

			if tc.all {
				for pid := range running {
					process, err := os.FindProcess(pid)
					require.NoError(t, err)
					require.NoError(t, process.Signal(tc.signal))
				}
			}
			require.NoError(t, helper.Process.Signal(tc.signal))
			_ = helper.Wait()
			require.Eventually(t, func() bool {
				_, err := os.Stat(dir)
				return os.IsNotExist(err) && len(processesNaming(t, dir)) == 0
			}, time.Minute, 100*time.Millisecond, tc.reason)
		})
	}
}

// processesNaming gives the command lines that name a folder, by process id. It reads /proc, and skips the test where
// there is none.
func processesNaming(t *testing.T, dir string) map[int]string {
	t.Helper()
	if _, err := os.Stat("/proc/self/cmdline"); err != nil {
		t.Skip("no /proc here to look for processes in")
	}
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	found := map[int]string{}
	for _, file := range files {
		line, err := os.ReadFile(file) // gone by now is as good as not there
		if err != nil || !strings.Contains(string(line), dir) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		require.NoError(t, err)
		found[pid] = strings.ReplaceAll(string(line), "\x00", " ")
	}
	return found
}
