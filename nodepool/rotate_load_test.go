package nodepool_test

import (
	"context"
	"net/http"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/internal/kubelet"
	"github.com/caissonhq/caisson/internal/traffic"
	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
	"github.com/caissonhq/caisson/workload"
)

// serverImage stands for the program examples/server.
const serverImage = "registry.digitalocean.com/shop/web@sha256:0000000000000000000000000000000000000000000000000000000000000001"

// machines are nodes whose pods are processes.
type machines struct {
	nodepooltest.Nodes // which update and drain as simulated ones do

	t       *testing.T
	client  client.Client
	program string
	mutex   sync.Mutex
	running map[string]*kubelet.Node
}

func newMachines(t *testing.T, c client.Client) *machines {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("each pod needs a loopback address of its own, which only Linux has without being told")
	}
	m := &machines{
		Nodes: nodepooltest.Simulated(c), t: t, client: c, program: filepath.Join(t.TempDir(), "server"),
		running: map[string]*kubelet.Node{},
	}
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", m.program, "../examples/server").CombinedOutput()
	require.NoError(t, err, string(out))
	t.Cleanup(func() {
		for name := range m.running {
			_ = m.Leave(context.Background(), name)
		}
	})
	return m
}

func (m *machines) Join(ctx context.Context, node *corev1.Node) error {
	started, err := kubelet.Start(ctx, m.client, node, map[string]string{serverImage: m.program})
	if err != nil {
		return err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.running[node.Name] = started
	return nil
}

func (m *machines) Leave(ctx context.Context, name string) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	node := m.running[name]
	delete(m.running, name)
	if node == nil {
		return nil
	}
	return node.Stop(ctx)
}

// serve with a workload.Server that has a place on the pool, and send requests to it until stop is called.
func (f *farm) serve(pool nodepool.Pool) (stop func() *traffic.Load) {
	f.t.Helper()
	server := workload.Server{
		Name: "web", Namespace: f.namespace, Image: serverImage, Port: 8080, Replicas: new(int32(3)),
		ReadinessPath: "/readyz", LivenessPath: "/livez", Placement: pool.Placement(),
	}
	set := apply.Set{Namespace: f.namespace, Name: "web", Program: "test"}
	report, err := apply.Reconcile(f.t.Context(), f.kube, set, []caisson.Builder{server})
	require.NoError(f.t, err)
	require.NoError(f.t, apply.Wait(f.t.Context(), f.kube, report))
	// Whoever sends requests learns of each pod 2 seconds late. A Server's pods go on serving for 5 s.
	service := traffic.Follow(f.t.Context(), f.kube, client.ObjectKey{Namespace: f.namespace, Name: "web"}, 2*time.Second)
	f.eventually(service.Ready, "there is an endpoint")
	ended, done := make(chan struct{}), make(chan *traffic.Load, 1)
	go func() { done <- traffic.Send(f.t.Context(), service, 16, ended) }()
	return func() *traffic.Load {
		close(ended)
		load := <-done
		f.t.Logf("%d requests, %d lost, errors %q", load.Sent, load.Lost, load.Errors)
		return load
	}
}

// A rotation loses no request, though whoever sends them learns of each pod 2 seconds late. When the nodes go at once the same
// requests are lost, so the test would see it.
func TestRotateLosesNoRequest(t *testing.T) {
	pool := nodepool.Pool{Name: "general", Preset: nodepool.PresetProduction}
	f := newFarmOf(t, shop(pool), nodepooltest.Options{DropletLimit: 20}, func(c client.Client) nodepooltest.Nodes {
		return newMachines(t, c)
	})
	stop, least := f.serve(pool), f.sample("web")
	_, err := nodepool.Rotate(t.Context(), f.client(), shop(pool), "general", quick(), nodepool.Fresh)
	require.NoError(t, err)
	require.GreaterOrEqual(t, least(), int32(2), "the Server's budget lets one be missing")
	time.Sleep(2 * time.Second)
	load := stop()
	require.Greater(t, load.Sent, 1000)
	require.Zero(t, load.Lost)
	require.Len(t, f.nodes(), 3)

	stop = f.serve(pool)
	live, do := f.pools()[0], f.server.Client()
	for _, node := range live.Nodes {
		path := "/v2/kubernetes/clusters/" + live.cluster + "/node_pools/" + live.ID + "/nodes/" + node.ID + "?skip_drain=1&replace=1"
		request, err := do.NewRequest(t.Context(), http.MethodDelete, path, nil)
		require.NoError(t, err)
		_, err = do.Do(t.Context(), request, nil)
		require.NoError(t, err)
	}
	time.Sleep(2 * time.Second)
	require.NotZero(t, stop().Lost, "nodes that go without being drained take requests with them")
}
