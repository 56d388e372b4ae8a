package workload_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/apply/applytest"
	"github.com/caissonhq/caisson/internal/kubelet"
	"github.com/caissonhq/caisson/internal/traffic"
	"github.com/caissonhq/caisson/workload"
)

// lag of whatever sends requests behind the API server. A Server's pods go on serving for 5 s.
const lag = 2 * time.Second

// site is a Server whose pods are processes of examples/server.
type site struct {
	cluster *applytest.Cluster
	node    string
	server  workload.Server
}

func newSite(t *testing.T) site {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("each pod needs a loopback address of its own, which only Linux has without being told")
	}
	program := filepath.Join(t.TempDir(), "server")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "../examples/server").CombinedOutput()
	require.NoError(t, err, string(out))
	s := site{cluster: applytest.Shared(t), node: "processes"}
	s.server = workload.Server{
		Name: "web", Namespace: s.cluster.Namespace(t), Image: image, Port: 8080,
		Env:      []corev1.EnvVar{{Name: "GREETING", Value: "one"}},
		Replicas: new(int32(3)), ReadinessPath: "/readyz", LivenessPath: "/livez",
		Placement: caisson.Placement{
			NodeSelector: map[string]string{corev1.LabelHostname: s.node},
			Tolerations:  []corev1.Toleration{{Operator: corev1.TolerationOpExists}},
		},
	}
	node, err := kubelet.Start(t.Context(), s.cluster.Client, kubelet.Alone(s.node), map[string]string{image: program})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, node.Stop(context.Background())) })
	return s
}

// apply the server, after a change of what Build makes, and wait until it is available.
func (s site) apply(t *testing.T, change func(*workload.ServerObjects)) {
	t.Helper()
	objs, err := s.server.Build()
	require.NoError(t, err)
	change(objs)
	s.home().settle(t, objs)
}

// home of the server, without its node.
func (s site) home() home {
	return home{s.cluster, apply.Set{Namespace: s.server.Namespace, Name: "home", Program: "test"}}
}

// send requests to the server, many at once, until stop is called; that is at once when the test ends.
func (s site) send(t *testing.T) (stop func() *traffic.Load) {
	t.Helper()
	key := client.ObjectKey{Namespace: s.server.Namespace, Name: s.server.Name}
	service := traffic.Follow(t.Context(), s.cluster.Client, key, lag)
	require.Eventually(t, service.Ready, time.Minute, 20*time.Millisecond)
	ended := make(chan struct{})
	done := make(chan *traffic.Load, 1)
	go func() { done <- traffic.Send(t.Context(), service, 64, ended) }()
	return func() *traffic.Load {
		close(ended)
		load := <-done
		t.Logf("%d requests, %d lost, answers %v, errors %q", load.Sent, load.Lost, load.Bodies, load.Errors)
		return load
	}
}

// update the server under load: requests are sent from before it begins until the old pods have ended, and at least as many
// as are asked for.
func (s site) update(t *testing.T, requests int, change func(*workload.ServerObjects)) *traffic.Load {
	t.Helper()
	s.server.Env = []corev1.EnvVar{{Name: "GREETING", Value: "one"}}
	s.apply(t, change)
	stop := s.send(t)
	time.Sleep(time.Second)
	s.server.Env = []corev1.EnvVar{{Name: "GREETING", Value: "two"}}
	s.apply(t, change)
	require.Eventually(t, func() bool { return len(s.home().pods(t)) == 3 }, time.Minute, 100*time.Millisecond,
		"the old pods are gone")
	time.Sleep(lag + time.Duration(requests/2000)*time.Second)
	load := stop()
	require.GreaterOrEqual(t, load.Sent, requests)
	require.NotZero(t, load.Bodies["one"])
	require.NotZero(t, load.Bodies["two"])
	return load
}

// A rolling update loses no request, though whoever sends them learns of each pod 2 seconds late.
func TestRollingUpdateLosesNoRequest(t *testing.T) {
	requests := 10_000
	if os.Getenv("CAISSON_PROVE") == "all" {
		requests = 100_000
	}
	load := newSite(t).update(t, requests, func(*workload.ServerObjects) {})
	require.Zero(t, load.Lost)
}

// Without the drain requests are lost, so the test above would see them: those on connections that are kept, and those that
// are sent to a pod that has ended.
func TestRollingUpdateWithoutDrainLosesRequests(t *testing.T) {
	load := newSite(t).update(t, 1000, func(objs *workload.ServerObjects) {
		container := &objs.Deployment.Spec.Template.Spec.Containers[0]
		container.Lifecycle, container.Args = nil, []string{"-farewell=0"}
	})
	require.NotZero(t, load.Lost)
	require.Contains(t, strings.Join(load.Errors, "\n"), "refused")
}
