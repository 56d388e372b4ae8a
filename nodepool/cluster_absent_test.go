package nodepool_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// Who has a cluster made, and does not know whether it is there, has to tell this error from all others.
func TestWithoutAClusterAllSayThatThereIsNone(t *testing.T) {
	a := newAccount(t, nodepooltest.Options{})
	_, kubeconfig := nodepool.Kubeconfig(t.Context(), a.client(), shop(), 0)
	_, rotate := nodepool.Rotate(t.Context(), a.client(), shop(), "general")
	_, undo := nodepool.PlanUndo(t.Context(), a.client(), shop(), "general")
	_, status := nodepool.Status(t.Context(), a.client(), shop())
	for _, err := range []error{kubeconfig, rotate, undo, status} {
		var absent *nodepool.NoClusterError
		require.ErrorAs(t, err, &absent)
		require.Equal(t, "shop", absent.Cluster)
	}
	require.Empty(t, a.writes())
}
