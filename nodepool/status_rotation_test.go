package nodepool_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
	clocktesting "k8s.io/utils/clock/testing"

	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// How far a rotation is can be seen from outside, by what a process would do next.
func TestStatusOfPhases(t *testing.T) {
	const ghost = "none"
	cases := map[string]struct {
		reason   string
		from, to string // ghost, or what there is
		closed   int    // pool, counted from 1
		rest     string // of the record
		want     nodepool.Phase
	}{
		"begun":            {reason: "The new pool is not there.", to: ghost, want: nodepool.PhaseCreate},
		"made":             {reason: "Both are there, and pods may run on the old one.", want: nodepool.PhaseReady},
		"closed":           {reason: "No pod may come to the old one any more.", closed: 1, want: nodepool.PhaseDrain},
		"almost over":      {reason: "The old one is to go.", closed: 1, rest: `,"deleting":true`, want: nodepool.PhaseDelete},
		"gone":             {reason: "Its nodes may not be.", from: ghost, want: nodepool.PhaseDelete},
		"turned around":    {reason: "Both are there.", rest: `,"undo":true`, want: nodepool.PhaseReady},
		"on its way back":  {reason: "The new one is closed.", closed: 2, rest: `,"undo":true`, want: nodepool.PhaseDrain},
		"back":             {reason: "The new one is gone.", to: ghost, rest: `,"undo":true`, want: nodepool.PhaseDelete},
		"without way back": {reason: "The old one is gone, which Undo says.", from: ghost, rest: `,"undo":true`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			a := newAccount(t, nodepooltest.Options{})
			staging := nodepool.PresetStaging
			spec := shop(nodepool.Pool{Name: "general", Preset: staging}, nodepool.Pool{Name: "new", Preset: staging})
			a.reconcile(spec)
			pools := a.pools()
			from, to := pools[0].ID, pools[1].Name
			if tc.from != "" {
				from = tc.from
			}
			if tc.to != "" {
				to = tc.to
			}
			if tc.closed > 0 {
				taint := []godo.Taint{{Key: "caisson.dev/rotating", Value: "true", Effect: "NoSchedule"}}
				_, _, err := a.server.Client().Kubernetes.UpdateNodePool(t.Context(), pools[0].cluster, pools[tc.closed-1].ID,
					&godo.KubernetesNodePoolUpdateRequest{Taints: &taint})
				require.NoError(t, err)
			}
			a.remember("general", fmt.Sprintf(`{"rotation":{"from":%q,"name":%q%s}}`, from, to, tc.rest))
			status, err := nodepool.Status(t.Context(), a.client(), spec)
			require.NoError(t, err)
			require.Equal(t, tc.want, status.Pools[0].Rotation.Phase, tc.reason)
		})
	}
}

// A node that does not come is told of, once it has had time enough.
func TestStatusOfNodesThatDoNotCome(t *testing.T) {
	for name, tc := range map[string]struct {
		age    time.Duration
		delays nodepooltest.Delays
		want   string
	}{
		"in time":        {5 * time.Minute, nodepooltest.Delays{NodeRunning: time.Hour}, ""},
		"late":           {20 * time.Minute, nodepooltest.Delays{NodeRunning: time.Hour}, "and has not joined Kubernetes: recycle it"},
		"without a name": {20 * time.Minute, nodepooltest.Delays{NodeJoin: time.Hour}, "ask DigitalOcean's support"},
		"going":          {20 * time.Minute, nodepooltest.Delays{NodeDeletion: time.Hour}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAccount(t, nodepooltest.Options{Delays: tc.delays, Clock: clocktesting.NewFakeClock(time.Now().Add(-tc.age))})
			a.reconcile(shop())
			general := a.pools()[0]
			if tc.delays.NodeDeletion > 0 {
				_, err := a.server.Client().Kubernetes.DeleteNode(t.Context(), general.cluster, general.ID, general.Nodes[0].ID, nil)
				require.NoError(t, err)
			}
			status, err := nodepool.Status(t.Context(), a.client(), shop())
			require.NoError(t, err)
			if tc.want == "" {
				require.Empty(t, status.Pools[0].Nodes[0].Drift)
				return
			}
			require.Len(t, status.Pools[0].Nodes[0].Drift, 1)
			require.Equal(t, nodepool.DriftUnjoined, status.Pools[0].Nodes[0].Drift[0].Kind)
			require.Contains(t, status.Pools[0].Nodes[0].Drift[0].String(), tc.want)
		})
	}
}

// Newer versions are told of while the cluster runs: no other state has any.
func TestStatusNamesNewerVersions(t *testing.T) {
	a, spec := upgradable(t, time.Hour)
	status, err := nodepool.Status(t.Context(), a.client(), spec)
	require.NoError(t, err)
	require.Equal(t, []string{"1.38.1-do.0", "1.37.3-do.1", "1.37.3-do.0"}, status.Upgrades)
	_, err = nodepool.Upgrade(t.Context(), a.client(), spec, "1.37.3-do.1")
	require.NoError(t, err)
	status, err = nodepool.Status(t.Context(), a.client(), spec)
	require.NoError(t, err)
	require.Equal(t, "upgrading", status.State)
	require.Empty(t, status.Upgrades)
}
