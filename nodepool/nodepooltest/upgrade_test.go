package nodepooltest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

func TestUpgradeReplacesAllNodes(t *testing.T) {
	l := newLab(t, nodepooltest.Options{})
	before := l.get()
	upgrades, _, err := l.api.GetUpgrades(t.Context(), l.cluster)
	require.NoError(t, err)
	require.Len(t, upgrades, 1)
	require.Equal(t, "1.36.3-do.0", upgrades[0].Slug)

	answer, err := l.api.Upgrade(t.Context(), l.cluster, &godo.KubernetesClusterUpgradeRequest{VersionSlug: "1.36.3-do.0"})
	require.NoError(t, err)
	require.Equal(t, http.StatusAccepted, answer.StatusCode)
	seen, _, err := l.api.Get(t.Context(), l.cluster)
	require.NoError(t, err)
	require.Equal(t, "1.36.3-do.0", seen.VersionSlug)
	require.Equal(t, godo.KubernetesClusterStatusRunning, seen.Status.State)
	after := l.get()
	require.Equal(t, []string{"running", "running"}, states(after))
	for _, node := range after.Nodes {
		require.NotEqual(t, before.Nodes[0].ID, node.ID)
		require.NotEqual(t, before.Nodes[1].ID, node.ID)
	}
	code, body := l.raw(http.MethodGet, "/v2/kubernetes/clusters/"+l.cluster+"/upgrades", nil)
	require.Equal(t, http.StatusOK, code)
	require.Equal(t, map[string]any{"available_upgrade_versions": nil}, body, "null, not an empty list")
}

func TestUpgradeGoesNodeByNode(t *testing.T) {
	cases := map[string]struct {
		reason string
		surge  bool
		want   [][]string
	}{
		"in place": {
			reason: "The old one goes before the new one comes.",
			want: [][]string{
				{"deleting", "running"}, {"running", "provisioning"}, {"deleting", "running"}, {"running", "provisioning"}, {"running", "running"},
			},
		},
		"surge": {
			reason: "The new one comes before the old one goes.", surge: true,
			want: [][]string{
				{"running", "running", "provisioning"},
				{"deleting", "running", "running", "provisioning"},
				{"deleting", "running", "running"},
				{"running", "running"},
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, nodepooltest.Options{Delays: nodepooltest.Delays{
				Upgrade: 5 * time.Minute, NodeRunning: time.Minute, NodeDeletion: time.Minute,
			}})
			l.clock.Step(time.Minute)
			if tc.surge {
				_, _, err := l.api.Update(t.Context(), l.cluster, &godo.KubernetesClusterUpdateRequest{SurgeUpgrade: true})
				require.NoError(t, err)
			}
			_, err := l.api.Upgrade(t.Context(), l.cluster, &godo.KubernetesClusterUpgradeRequest{VersionSlug: "1.36.3-do.0"})
			require.NoError(t, err)
			seen, _ := l.server.Cluster(l.cluster)
			require.Equal(t, godo.KubernetesClusterStatusUpgrading, seen.Status.State)
			require.Equal(t, "1.35.6-do.0", seen.VersionSlug)
			require.Equal(t, []string{"running", "running"}, states(l.get()), "first the control plane")
			l.clock.Step(4 * time.Minute)
			all := make([][]string, len(tc.want))
			for i := range all {
				l.clock.Step(time.Minute)
				all[i] = states(l.get())
			}
			require.Equal(t, tc.want, all, tc.reason)
			require.Equal(t, 2, l.get().Count, "the count does not change")
			seen, _ = l.server.Cluster(l.cluster)
			require.Equal(t, godo.KubernetesClusterStatusRunning, seen.Status.State)
		})
	}
}

func TestImpossibleUpgradesAreRefused(t *testing.T) {
	l := newLab(t, nodepooltest.Options{Delays: nodepooltest.Delays{Upgrade: time.Minute}})
	for reason, version := range map[string]string{
		"it is the same": "1.35.6-do.0", "it is older": "1.34.9-do.0", "there is none": "1.99.0-do.0", "it is not given": "",
	} {
		_, err := l.api.Upgrade(t.Context(), l.cluster, &godo.KubernetesClusterUpgradeRequest{VersionSlug: version})
		require.Equal(t, http.StatusUnprocessableEntity, status(t, err), reason)
	}
	_, err := l.api.Upgrade(t.Context(), l.cluster, &godo.KubernetesClusterUpgradeRequest{VersionSlug: "1.36.3-do.0"})
	require.NoError(t, err)
	_, err = l.api.Upgrade(t.Context(), l.cluster, &godo.KubernetesClusterUpgradeRequest{VersionSlug: "1.36.3-do.0"})
	require.ErrorContains(t, err, "the cluster is upgrading")
}

func TestUpgradesSkipNoMinor(t *testing.T) {
	l := emptyLab(t, nodepooltest.Options{})
	asked := newCluster()
	asked.VersionSlug = "1.34"
	created, _, err := l.api.Create(t.Context(), asked)
	require.NoError(t, err)
	upgrades, _, err := l.api.GetUpgrades(t.Context(), created.ID)
	require.NoError(t, err)
	require.Len(t, upgrades, 2)
	require.Equal(t, "1.35.6-do.0", upgrades[0].Slug)
}
