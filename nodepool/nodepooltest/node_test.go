package nodepooltest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

func TestDeletedNodeIsNotComingBack(t *testing.T) {
	l := newLab(t, nodepooltest.Options{})
	before := l.get()
	answer, err := l.api.DeleteNode(t.Context(), l.cluster, l.pool, before.Nodes[0].ID, nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusAccepted, answer.StatusCode)
	after := l.get()
	require.Equal(t, 1, after.Count, "the count goes down with it")
	require.Equal(t, before.Nodes[1].ID, after.Nodes[0].ID)

	_, err = l.api.DeleteNode(t.Context(), l.cluster, l.pool, before.Nodes[0].ID, nil)
	require.Equal(t, http.StatusNotFound, status(t, err))
}

func TestReplacedNodeComesBackAsAnother(t *testing.T) {
	l := newLab(t, nodepooltest.Options{Delays: nodepooltest.Delays{NodeDeletion: time.Minute, NodeRunning: time.Minute}, DropletLimit: 2})
	l.clock.Step(time.Minute)
	before := l.get()
	_, err := l.api.DeleteNode(t.Context(), l.cluster, l.pool, before.Nodes[0].ID, &godo.KubernetesNodeDeleteRequest{Replace: true})
	require.NoError(t, err)
	require.Equal(t, 2, l.get().Count)
	require.Equal(t, []string{"deleting", "running"}, states(l.get()), "its place is taken until it is gone")
	l.clock.Step(time.Minute)
	after := l.get()
	require.Equal(t, []string{"running", "provisioning"}, states(after))
	require.NotEqual(t, before.Nodes[0].Name, after.Nodes[1].Name)
}

// A smaller pool does without the node that was to come.
func TestReplacedNodeMayBeTheOneTooMany(t *testing.T) {
	l := newLab(t, nodepooltest.Options{Delays: nodepooltest.Delays{NodeDeletion: time.Minute}})
	_, err := l.api.DeleteNode(t.Context(), l.cluster, l.pool, l.get().Nodes[1].ID, &godo.KubernetesNodeDeleteRequest{Replace: true})
	require.NoError(t, err)
	l.update(&godo.KubernetesNodePoolUpdateRequest{Count: new(1)})
	require.Equal(t, []string{"running", "deleting"}, states(l.get()))
	l.clock.Step(time.Minute)
	require.Equal(t, []string{"running"}, states(l.get()))
}

func TestFlagsOfNodeDeletion(t *testing.T) {
	l := newLab(t, nodepooltest.Options{})
	path := l.poolPath() + "/nodes/" + l.get().Nodes[0].ID
	for _, query := range []string{"?replace=true", "?skip_drain=yes"} {
		code, _ := l.raw(http.MethodDelete, path+query, nil)
		require.Equal(t, http.StatusUnprocessableEntity, code, "they are numbers: %s", query)
	}
	require.Len(t, l.get().Nodes, 2)
	code, _ := l.raw(http.MethodDelete, path+"?replace=0&skip_drain=0", nil)
	require.Equal(t, http.StatusAccepted, code)
	require.Equal(t, 1, l.get().Count)
}

// Whoever deletes twice, because the first answer was lost, must not lose two nodes.
func TestDeletingTwiceCountsOnce(t *testing.T) {
	l := newLab(t, nodepooltest.Options{Delays: nodepooltest.Delays{NodeDeletion: time.Minute}})
	node := l.get().Nodes[0].ID
	for range 2 {
		_, err := l.api.DeleteNode(t.Context(), l.cluster, l.pool, node, nil)
		require.NoError(t, err)
		require.Equal(t, 1, l.get().Count)
	}
}

func TestPoolGoesWithItsLastNode(t *testing.T) {
	l := newLab(t, nodepooltest.Options{Delays: nodepooltest.Delays{NodeDeletion: time.Minute}})
	other, _, err := l.api.CreateNodePool(t.Context(), l.cluster, &godo.KubernetesNodePoolCreateRequest{Name: "other", Size: "s-1vcpu-2gb", Count: 1})
	require.NoError(t, err)

	answer, err := l.api.DeleteNodePool(t.Context(), l.cluster, l.pool)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, answer.StatusCode)
	require.Equal(t, []string{"deleting", "deleting"}, states(l.get()))
	_, err = l.api.DeleteNodePool(t.Context(), l.cluster, l.pool)
	require.NoError(t, err, "once more does no harm")
	_, _, err = l.api.UpdateNodePool(t.Context(), l.cluster, l.pool, &godo.KubernetesNodePoolUpdateRequest{Count: new(5)})
	require.Equal(t, http.StatusUnprocessableEntity, status(t, err))

	l.clock.Step(time.Minute)
	_, _, err = l.api.GetNodePool(t.Context(), l.cluster, l.pool)
	require.Equal(t, http.StatusNotFound, status(t, err))
	_, err = l.api.DeleteNodePool(t.Context(), l.cluster, other.ID)
	require.Equal(t, http.StatusUnprocessableEntity, status(t, err), "the last one stays")
}

func TestCountFollows(t *testing.T) {
	l := newLab(t, nodepooltest.Options{Delays: nodepooltest.Delays{NodeRunning: 3 * time.Minute, NodeDeletion: time.Minute}})
	l.clock.Step(3 * time.Minute)
	l.update(&godo.KubernetesNodePoolUpdateRequest{Count: new(3)})
	require.Equal(t, []string{"running", "running", "provisioning"}, states(l.get()))
	l.clock.Step(3*time.Minute - time.Second)
	require.Equal(t, []string{"running", "running", "provisioning"}, states(l.get()))
	l.clock.Step(time.Second)
	require.Equal(t, []string{"running", "running", "running"}, states(l.get()))

	l.update(&godo.KubernetesNodePoolUpdateRequest{Count: new(1)})
	require.Equal(t, []string{"running", "deleting", "deleting"}, states(l.get()))
	require.Equal(t, 1, l.get().Count)
	l.update(&godo.KubernetesNodePoolUpdateRequest{Count: new(2)})
	require.Equal(t, []string{"running", "deleting", "deleting", "provisioning"}, states(l.get()), "what goes does not come back")
	l.clock.Step(3 * time.Minute)
	require.Equal(t, []string{"running", "running"}, states(l.get()))
}

// The answer to a creation tells ids only: who drains by name, or counts Droplets, has to look again.
func TestNodesHaveNamesOnceTheyExist(t *testing.T) {
	l := newLab(t, nodepooltest.Options{Delays: nodepooltest.Delays{NodeJoin: time.Minute, NodeRunning: 2 * time.Minute}})
	id := l.get().Nodes[0].ID
	require.Empty(t, l.get().Nodes[0].Name)
	l.clock.Step(time.Minute)
	seen := l.get().Nodes[0]
	require.Equal(t, id, seen.ID)
	require.Regexp(t, "^general-", seen.Name)
	require.NotEmpty(t, seen.DropletID)
	require.Equal(t, "provisioning", seen.Status.State)

	l = newLab(t, nodepooltest.Options{Delays: nodepooltest.Delays{NodeJoin: time.Minute}})
	require.Equal(t, []string{"provisioning", "provisioning"}, states(l.get()), "nor do nodes run before they exist")
}

func TestDropletLimit(t *testing.T) {
	l := newLab(t, nodepooltest.Options{DropletLimit: 4, Delays: nodepooltest.Delays{NodeDeletion: time.Minute}})
	three := &godo.KubernetesNodePoolCreateRequest{Name: "other", Size: "s-1vcpu-2gb", Count: 3}
	_, _, err := l.api.CreateNodePool(t.Context(), l.cluster, three)
	require.ErrorContains(t, err, "exceed your Droplet limit of 4")
	_, _, err = l.api.Create(t.Context(), &godo.KubernetesClusterCreateRequest{
		Name: "second", RegionSlug: "fra1", VersionSlug: "latest", NodePools: []*godo.KubernetesNodePoolCreateRequest{three},
	})
	require.Equal(t, http.StatusUnprocessableEntity, status(t, err), "it is one for all clusters")

	l.update(&godo.KubernetesNodePoolUpdateRequest{Count: new(1)})
	_, _, err = l.api.CreateNodePool(t.Context(), l.cluster, three)
	require.Equal(t, http.StatusUnprocessableEntity, status(t, err), "a node that is going still is a Droplet")
	l.clock.Step(time.Minute)
	_, _, err = l.api.CreateNodePool(t.Context(), l.cluster, three)
	require.NoError(t, err)
	account, _, err := l.server.Client().Account.Get(t.Context())
	require.NoError(t, err)
	require.Equal(t, 4, account.DropletLimit)
}
