package applytest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson/internal/cluster"
)

// Cluster is a real control plane with simulated nodes.
type Cluster struct {
	// Client for all kinds of client-go's scheme, as a member of system:masters.
	Client client.Client
	// Config to make other clients with.
	Config *rest.Config
	// Kubeconfig is the path of a file for kubectl.
	Kubeconfig string
}

// Start runs a cluster of its own for a test, until the test ends. Without nodes no pod is scheduled: nodepool.Pool.Nodes
// makes some.
func Start(tb testing.TB, nodes ...*corev1.Node) *Cluster {
	tb.Helper()
	c, err := cluster.Start(tb.Context(), cluster.Options{Nodes: nodes, Progress: logTo(tb)})
	if err != nil {
		tb.Fatalf("start a cluster: %v", err)
	}
	tb.Cleanup(func() {
		if err := c.Stop(); err != nil {
			tb.Errorf("stop the cluster: %v", err)
		}
	})
	started, err := connect(c)
	if err != nil {
		tb.Fatal(err)
	}
	return started
}

var shared struct {
	sync.Mutex
	cluster *Cluster
	err     error
}

// Shared gives the one cluster of this test binary, which starts with the first call and ends with the process. It has
// three nodes of 4 CPU and 13Gi. Tests that share it keep to namespaces of their own: see Namespace.
func Shared(tb testing.TB) *Cluster {
	tb.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.cluster == nil && shared.err == nil {
		// Not the test's context: the cluster outlives it.
		c, err := cluster.Start(context.Background(), cluster.Options{Nodes: sharedNodes(), Progress: logTo(tb)})
		if err == nil {
			shared.cluster, err = connect(c)
		}
		shared.err = err
	}
	if shared.err != nil {
		tb.Fatalf("start the shared cluster: %v", shared.err)
	}
	return shared.cluster
}

// Namespace creates a namespace for one test, and deletes it at the end.
func (c *Cluster) Namespace(tb testing.TB) string {
	tb.Helper()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "test-"}}
	if err := c.Client.Create(tb.Context(), namespace); err != nil {
		tb.Fatalf("create a namespace: %v", err)
	}
	tb.Cleanup(func() {
		// The test's context has ended by now.
		if err := client.IgnoreNotFound(c.Client.Delete(context.Background(), namespace)); err != nil {
			tb.Errorf("delete namespace %s: %v", namespace.Name, err)
		}
	})
	return namespace.Name
}

func connect(c *cluster.Cluster) (*Cluster, error) {
	api, err := client.New(c.Config, client.Options{
		Scheme: scheme.Scheme,
		// Without one, controller-runtime complains after a while that nobody has set its global logger.
		Log: logr.FromSlogHandler(slog.DiscardHandler),
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("connect to the cluster: %w", err), c.Stop())
	}
	return &Cluster{Client: api, Config: c.Config, Kubeconfig: c.Kubeconfig}, nil
}

func logTo(tb testing.TB) func(string) {
	tb.Helper()
	return func(line string) {
		tb.Helper()
		tb.Log(line)
	}
}

func sharedNodes() []*corev1.Node {
	nodes := make([]*corev1.Node, 3)
	for i := range nodes {
		name := fmt.Sprintf("shared-%d", i+1)
		nodes[i] = &corev1.Node{
			ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{corev1.LabelHostname: name}},
			Status:     corev1.NodeStatus{Allocatable: sharedAllocatable()},
		}
	}
	return nodes
}

func sharedAllocatable() corev1.ResourceList {
	return corev1.ResourceList{
		corev1.ResourceCPU:              resource.MustParse("4"),
		corev1.ResourceMemory:           resource.MustParse("13Gi"),
		corev1.ResourceEphemeralStorage: resource.MustParse("100Gi"),
		corev1.ResourcePods:             resource.MustParse("110"),
	}
}
