package nodepooltest_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

func TestWhatIsUnknownIsNotFound(t *testing.T) {
	l := newLab(t, nodepooltest.Options{})
	const none = "7cf9ad5a-0b4f-4f2b-8a4a-d9a3e86f1c0e"
	for reason, request := range map[string]string{
		"there is no such path":             "GET /v2/volumes",
		"the path has no such method":       "PATCH /v2/kubernetes/clusters/" + l.cluster,
		"a path is not cleaned":             "GET /v2/kubernetes//clusters",
		"no such cluster":                   "GET /v2/kubernetes/clusters/" + none,
		"no such cluster for pools":         "GET /v2/kubernetes/clusters/" + none + "/node_pools",
		"no such cluster for a kubeconfig":  "GET /v2/kubernetes/clusters/" + none + "/kubeconfig",
		"no such cluster to delete":         "DELETE /v2/kubernetes/clusters/" + none,
		"no such cluster to upgrade":        "POST /v2/kubernetes/clusters/" + none + "/upgrade",
		"no such pool":                      "GET /v2/kubernetes/clusters/" + l.cluster + "/node_pools/" + none,
		"no such pool to delete":            "DELETE /v2/kubernetes/clusters/" + l.cluster + "/node_pools/" + none,
		"no such node":                      "DELETE " + l.poolPath() + "/nodes/" + none,
		"no such pool for a template":       "GET /v2/kubernetes/clusters/" + l.cluster + "/node_pools_template/other",
		"a template is asked for by a name": "GET /v2/kubernetes/clusters/" + l.cluster + "/node_pools_template/" + l.pool,
	} {
		method, path, _ := strings.Cut(request, " ")
		code, answer := l.raw(method, path, nil)
		require.Equal(t, http.StatusNotFound, code, reason)
		require.Equal(t, "not_found", answer["id"], reason)
		require.NotEmpty(t, answer["message"], reason)
		require.NotEmpty(t, answer["request_id"], reason)
	}
}

// godo's way to walk through a list ends, and sees everything once.
func TestRequestsAreRemembered(t *testing.T) {
	l := emptyLab(t, nodepooltest.Options{})
	_, _, err := l.server.Client().Sizes.List(t.Context(), &godo.ListOptions{Page: 2})
	require.NoError(t, err)
	_, err = l.api.AddRegistry(t.Context(), &godo.KubernetesClusterRegistryRequest{ClusterUUIDs: []string{"none"}})
	require.Error(t, err)
	require.Equal(t, []nodepooltest.Request{
		{Method: http.MethodGet, Path: "/v2/sizes?page=2"},
		{Method: http.MethodPost, Path: "/v2/kubernetes/registry", Body: "{\"cluster_uuids\":[\"none\"]}\n"},
	}, l.server.Requests())
}

func TestCheckSeesEveryExchange(t *testing.T) {
	var seen []string
	l := emptyLab(t, nodepooltest.Options{Check: func(e nodepooltest.Exchange) error {
		seen = append(seen, fmt.Sprint(e.Request.Method, " ", e.Request.URL.Path, " ", len(e.RequestBody) > 0, " ", e.Status, " ", len(e.ResponseBody) > 0))
		require.NotEmpty(t, e.Header.Get("Content-Type"))
		if e.Status >= http.StatusBadRequest {
			return errors.New("as a judge would say")
		}
		return nil
	}})
	created, _, err := l.api.Create(t.Context(), newCluster())
	require.NoError(t, err)
	require.Empty(t, l.server.Violations())
	_, _, err = l.api.Get(t.Context(), "none")
	require.Error(t, err)
	require.Equal(t, []string{
		"POST /v2/kubernetes/clusters true 201 true", "GET /v2/kubernetes/clusters/none false 404 true",
	}, seen)
	require.Len(t, l.server.Violations(), 1)
	require.EqualError(t, l.server.Violations()[0], "GET /v2/kubernetes/clusters/none: 404: as a judge would say")
	require.NotEmpty(t, created.ID)
}

// Whoever needs a socket has one.
func TestServesOverASocket(t *testing.T) {
	l := newLab(t, nodepooltest.Options{})
	socket := httptest.NewServer(l.server)
	defer socket.Close()
	client, err := godo.New(socket.Client(), godo.SetBaseURL(socket.URL))
	require.NoError(t, err)
	pool, answer, err := client.Kubernetes.GetNodePool(t.Context(), l.cluster, l.pool)
	require.NoError(t, err)
	require.Equal(t, l.get(), pool)
	require.Equal(t, "application/json; charset=utf-8", answer.Header.Get("Content-Type"))
	_, _, err = client.Kubernetes.GetNodePool(t.Context(), l.cluster, "none")
	require.Equal(t, http.StatusNotFound, status(t, err))
	l.server.Fail(func(*http.Request) nodepooltest.Fault { return nodepooltest.Lost() })
	_, _, err = client.Kubernetes.GetNodePool(t.Context(), l.cluster, l.pool)
	require.ErrorIs(t, err, io.EOF)
}

// Many at once, for the race detector; and no change is lost.
func TestConcurrentClients(t *testing.T) {
	l := newLab(t, nodepooltest.Options{DropletLimit: 100, RateLimit: nodepooltest.RateLimit{PerMinute: -1}})
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			api := l.server.Client().Kubernetes
			created, _, err := api.CreateNodePool(t.Context(), l.cluster, &godo.KubernetesNodePoolCreateRequest{
				Name: fmt.Sprintf("pool-%d", i), Size: "s-1vcpu-2gb", Count: 2,
			})
			if err != nil {
				t.Error(err)
				return
			}
			for range 20 {
				l.server.Cluster(l.cluster)
				l.server.Requests()
				if _, _, err := api.UpdateNodePool(t.Context(), l.cluster, created.ID, &godo.KubernetesNodePoolUpdateRequest{Count: new(3)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	seen, _ := l.server.Cluster(l.cluster)
	require.Len(t, seen.NodePools, 9)
	for _, pool := range seen.NodePools[1:] {
		require.Len(t, pool.Nodes, 3)
	}
}
