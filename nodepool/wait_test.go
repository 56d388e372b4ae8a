package nodepool_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// As long as the cluster does not exist there is no client of its API server: then DigitalOcean's word counts.
func TestWaitForAClusterThatIsMade(t *testing.T) {
	a := newAccount(t, nodepooltest.Options{Delays: nodepooltest.Delays{
		Cluster: 300 * time.Millisecond, NodeRunning: 300 * time.Millisecond,
	}})
	c := nodepool.Client{DO: a.server.Client()}
	var seen []string
	observe := nodepool.ObserveWait(func(waiting []nodepool.Waiting) { seen = append(seen, waiting[0].Ref.String()+" "+waiting[0].Reason) })
	_, err := nodepool.Reconcile(t.Context(), c, shop())
	require.NoError(t, err)
	require.NoError(t, nodepool.Wait(t.Context(), c, shop(), quick(), observe))
	require.Equal(t, "Cluster shop is provisioning", seen[0])
	require.Equal(t, "NodePool general has 0 of 2 nodes running: DigitalOcean says 2 provisioning", seen[len(seen)-1])
	clusters, _, err := c.DO.Kubernetes.List(t.Context(), nil)
	require.NoError(t, err)
	for _, node := range clusters[0].NodePools[0].Nodes {
		require.Equal(t, "running", node.Status.State)
	}
}

// What the API server says of the nodes counts more.
func TestWaitForNodes(t *testing.T) {
	a := newAccount(t, nodepooltest.Options{})
	wait := func() error {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		return nodepool.Wait(ctx, a.client(), shop(), quick())
	}
	require.ErrorContains(t, wait(), "Cluster shop does not exist")
	a.reconcile(shop())
	a.node(a.pools()[0], "one", nil)
	err := wait()
	var notReady *nodepool.NotReadyError
	require.ErrorAs(t, err, &notReady)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Len(t, notReady.Waiting, 2)
	require.ErrorContains(t, err, "Node one is not ready: its kubelet has not said anything")
	require.ErrorContains(t, err, "NodePool general has 1 of 2 nodes joined")

	a.node(a.pools()[0], "two", nil)
	for _, name := range []string{"one", "two"} {
		require.Error(t, wait(), "%s is not ready", name)
		var node corev1.Node
		require.NoError(t, a.kube.Get(t.Context(), client.ObjectKey{Name: name}, &node))
		node.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue}}
		require.NoError(t, a.kube.Status().Update(t.Context(), &node))
	}
	require.NoError(t, wait())
}

// failing says of each cluster that it has failed.
type failing struct{ http.RoundTripper }

func (f failing) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := f.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(response.Body)
	changed := strings.ReplaceAll(string(text), `"status":{"state":"running"`, `"status":{"message":"out of luck","state":"error"`)
	response.Body = io.NopCloser(strings.NewReader(changed))
	return response, err
}

func TestWaitGivesUpOnAClusterThatHasFailed(t *testing.T) {
	a := newAccount(t, nodepooltest.Options{})
	a.reconcile(shop())
	do := godo.NewClient(&http.Client{Transport: failing{a.server}})
	err := nodepool.Wait(t.Context(), nodepool.Client{DO: do}, shop(), quick())
	require.ErrorContains(t, err, "will not become ready:\n  Cluster shop is error out of luck")
}
