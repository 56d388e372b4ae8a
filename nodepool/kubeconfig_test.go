package nodepool_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

func TestKubeconfig(t *testing.T) {
	a := newAccount(t, nodepooltest.Options{
		Delays:     nodepooltest.Delays{Cluster: 200 * time.Millisecond},
		Kubeconfig: func(string) ([]byte, error) { return []byte("the file"), nil },
	})
	c := nodepool.Client{DO: a.server.Client()}
	get := func() (string, error) {
		file, err := nodepool.Kubeconfig(t.Context(), c, shop(), time.Hour)
		return string(file), err
	}
	var absent *nodepool.NoClusterError
	_, err := get()
	require.ErrorAs(t, err, &absent)
	require.ErrorContains(t, err, "there is no cluster shop: make it with Reconcile")
	_, err = nodepool.Reconcile(t.Context(), c, shop())
	require.NoError(t, err)
	_, err = get()
	require.ErrorAs(t, err, &absent)
	require.ErrorContains(t, err, "cluster shop is provisioning, and has no API server yet: Wait waits for it")
	require.NoError(t, nodepool.Wait(t.Context(), c, shop(), quick()))
	file, err := get()
	require.NoError(t, err)
	require.Equal(t, "the file", file)
	requests := a.server.Requests()
	require.Contains(t, requests[len(requests)-1].Path, "expiry_seconds=3600")
}
