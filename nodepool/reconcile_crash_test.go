package nodepool_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// Killed after any write, the next run leaves what an undisturbed one does: also what DigitalOcean has forgotten meanwhile, the
// labels to take from nodes and the bounds of the autoscaler.
func TestReconcileSurvivesBeingKilled(t *testing.T) {
	before := nodepool.Pool{
		Name: "general", Preset: nodepool.PresetStaging, Autoscale: &nodepool.Autoscale{Min: 1, Max: 4},
		Labels: map[string]string{"old": "yes", "older": "yes", "team": "shop"},
	}
	after := nodepool.Pool{Name: "general", Preset: nodepool.PresetStaging, Count: 2, Labels: map[string]string{"team": "shop"}}
	const never = 1 << 20
	writes := never
	for at := never; at > 0; at = min(at, writes+1) - 1 {
		a := newAccount(t, nodepooltest.Options{})
		a.reconcile(shop(before))
		for _, name := range []string{"one", "two"} {
			a.node(a.pools()[0], name, before.Labels)
		}
		ctx, c, m := newMortal(t.Context(), a.client(), a.server, at)
		_, err := nodepool.Reconcile(ctx, c, shop(after))
		if at == never {
			writes = never - m.left
			require.NoError(t, err)
		} else {
			require.Error(t, err, "killed after write %d of %d", at, writes)
			_, err = nodepool.Reconcile(t.Context(), a.client(), shop(after))
			require.NoError(t, err)
		}
		require.False(t, a.reconcile(shop(after)).Changed())
		for _, name := range []string{"one", "two"} {
			labels := a.nodeLabels(name)
			require.NotContains(t, labels, "old", "killed after write %d of %d", at, writes)
			require.NotContains(t, labels, "older", "killed after write %d of %d", at, writes)
			require.Contains(t, labels, "team")
		}
		var remembered corev1.ConfigMap
		key := client.ObjectKey{Namespace: "caisson-system", Name: "caisson-pool-general"}
		require.NoError(t, a.kube.Get(t.Context(), key, &remembered))
		require.JSONEq(t, `{"bounds":{"min":1,"max":4}}`, remembered.Data["record.json"], "killed after write %d of %d", at, writes)
	}
	require.Equal(t, 5, writes, "the record, the pool, two nodes, the record again")
	t.Logf("killed after each of %d writes", writes)
}
