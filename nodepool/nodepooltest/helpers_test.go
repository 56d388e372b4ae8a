package nodepooltest_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
	clocktesting "k8s.io/utils/clock/testing"

	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// lab is a server with one cluster, which has a pool "general" of two nodes.
type lab struct {
	t       *testing.T
	server  *nodepooltest.Server
	api     godo.KubernetesService
	clock   *clocktesting.FakeClock
	cluster string
	pool    string
}

func newLab(t *testing.T, o nodepooltest.Options) *lab {
	t.Helper()
	l := emptyLab(t, o)
	created, _, err := l.api.Create(t.Context(), newCluster())
	require.NoError(t, err)
	l.cluster, l.pool = created.ID, created.NodePools[0].ID
	return l
}

func emptyLab(t *testing.T, o nodepooltest.Options) *lab {
	t.Helper()
	l := &lab{t: t, clock: clocktesting.NewFakeClock(time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC))}
	if o.Clock == nil {
		o.Clock = l.clock
	}
	l.server = nodepooltest.New(o)
	t.Cleanup(l.server.Close)
	l.api = l.server.Client().Kubernetes
	return l
}

func newCluster() *godo.KubernetesClusterCreateRequest {
	return &godo.KubernetesClusterCreateRequest{
		Name: "shop", RegionSlug: "fra1", VersionSlug: "1.35",
		NodePools: []*godo.KubernetesNodePoolCreateRequest{{Name: "general", Size: "s-2vcpu-8gb-amd", Count: 2}},
	}
}

// raw sends what godo cannot say, and gives the status and the answer.
func (l *lab) raw(method, path string, body any) (int, map[string]any) {
	l.t.Helper()
	var text []byte
	switch body := body.(type) {
	case nil:
	case string:
		text = []byte(body)
	default:
		var err error
		text, err = json.Marshal(body)
		require.NoError(l.t, err)
	}
	r, err := http.NewRequestWithContext(l.t.Context(), method, "https://api.digitalocean.com"+path, bytes.NewReader(text))
	require.NoError(l.t, err)
	response, err := l.server.RoundTrip(r)
	require.NoError(l.t, err)
	defer func() { require.NoError(l.t, response.Body.Close()) }()
	answer := map[string]any{}
	if response.ContentLength > 0 {
		require.NoError(l.t, json.NewDecoder(response.Body).Decode(&answer))
	}
	return response.StatusCode, answer
}

func (l *lab) poolPath() string {
	return "/v2/kubernetes/clusters/" + l.cluster + "/node_pools/" + l.pool
}

// get the pool as it is now.
func (l *lab) get() *godo.KubernetesNodePool {
	l.t.Helper()
	pool, _, err := l.api.GetNodePool(l.t.Context(), l.cluster, l.pool)
	require.NoError(l.t, err)
	return pool
}

func (l *lab) update(r *godo.KubernetesNodePoolUpdateRequest) *godo.KubernetesNodePool {
	l.t.Helper()
	pool, _, err := l.api.UpdateNodePool(l.t.Context(), l.cluster, l.pool, r)
	require.NoError(l.t, err)
	return pool
}

// put a raw body to the pool.
func (l *lab) put(body string) (int, map[string]any) {
	return l.raw(http.MethodPut, l.poolPath(), body)
}

func states(pool *godo.KubernetesNodePool) []string {
	all := make([]string, len(pool.Nodes))
	for i, node := range pool.Nodes {
		all[i] = node.Status.State
	}
	return all
}

// status of an answer that must be an error with one.
func status(t *testing.T, err error) int {
	t.Helper()
	var told *godo.ErrorResponse
	require.ErrorAs(t, err, &told)
	return told.Response.StatusCode
}
