package contract_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// scenario is a server of which every exchange is checked.
type scenario struct {
	t       *testing.T
	server  *nodepooltest.Server
	client  *godo.Client
	cluster string
	pool    string
}

func newScenario(t *testing.T, o nodepooltest.Options) *scenario {
	t.Helper()
	o.Check = checker(t).Check
	s := &scenario{t: t, server: nodepooltest.New(o)}
	t.Cleanup(s.server.Close)
	s.client = s.server.Client()
	created, _, err := s.client.Kubernetes.Create(t.Context(), &godo.KubernetesClusterCreateRequest{
		Name: "shop", RegionSlug: "fra1", VersionSlug: "1.35", Tags: []string{"shop"}, HA: new(false),
		MaintenancePolicy:              &godo.KubernetesMaintenancePolicy{StartTime: "15:00", Day: godo.KubernetesMaintenanceDaySunday},
		ControlPlaneFirewall:           &godo.KubernetesControlPlaneFirewall{Enabled: new(true), AllowedAddresses: []string{"192.0.2.1/32"}},
		ClusterAutoscalerConfiguration: &godo.KubernetesClusterAutoscalerConfiguration{Expanders: []string{"least-waste"}},
		RoutingAgent:                   &godo.KubernetesRoutingAgent{Enabled: new(true)},
		NfsCsiPlugin:                   &godo.KubernetesNfsCsiPlugin{Enabled: new(true)},
		SSO:                            &godo.KubernetesClusterSSO{IssuerURL: "https://example.com", ClientID: "shop"},
		NodePools: []*godo.KubernetesNodePoolCreateRequest{{
			Name: "general", Size: "s-2vcpu-8gb-amd", Count: 2, Tags: []string{"caisson-pool:general"},
			Labels: map[string]string{"team": "shop"}, Taints: []godo.Taint{{Key: "a", Value: "b", Effect: "NoSchedule"}},
		}},
	})
	require.NoError(t, err)
	s.cluster, s.pool = created.ID, created.NodePools[0].ID
	return s
}

// send a raw request, and require its status.
func (s *scenario) send(want int, method, path, body string) {
	s.t.Helper()
	url := "https://api.digitalocean.com" + path
	r, err := http.NewRequestWithContext(s.t.Context(), method, url, bytes.NewBufferString(body))
	require.NoError(s.t, err)
	r.Header.Set("Content-Type", "application/json")
	answer, err := s.server.RoundTrip(r)
	require.NoError(s.t, err)
	require.NoError(s.t, answer.Body.Close())
	require.Equal(s.t, want, answer.StatusCode, "%s %s %s", method, path, body)
}

func (s *scenario) clean() {
	s.t.Helper()
	require.Empty(s.t, s.server.Violations())
	require.NotEmpty(s.t, s.server.Requests())
}

// calls of everything that godo has for what is served.
func (s *scenario) calls() []func() error {
	ctx, api := s.t.Context(), s.client.Kubernetes
	poolChange := func(r godo.KubernetesNodePoolUpdateRequest) func() error {
		return func() error { _, _, err := api.UpdateNodePool(ctx, s.cluster, s.pool, &r); return err }
	}
	registry := &godo.KubernetesClusterRegistryRequest{ClusterUUIDs: []string{s.cluster}}
	node := func() string {
		seen, _, err := api.GetNodePool(ctx, s.cluster, s.pool)
		require.NoError(s.t, err)
		return seen.Nodes[0].ID
	}
	since := time.Now()
	return []func() error{
		func() error { _, _, err := api.Get(ctx, s.cluster); return err },
		func() error { _, _, err := api.List(ctx, nil); return err },
		func() error { _, _, err := api.List(ctx, &godo.ListOptions{Page: 2, PerPage: 1}); return err },
		func() error { _, _, err := api.GetOptions(ctx); return err },
		func() error { _, _, err := s.client.Sizes.List(ctx, &godo.ListOptions{PerPage: 2}); return err },
		func() error { _, _, err := s.client.Account.Get(ctx); return err },
		func() error { _, _, err := api.GetKubeConfigWithExpiry(ctx, s.cluster, 300); return err },
		func() error { _, _, err := api.ListAssociatedResourcesForDeletion(ctx, s.cluster); return err },
		func() error {
			_, _, err := api.GetClusterStatusMessages(ctx, s.cluster, &godo.KubernetesGetClusterStatusMessagesRequest{Since: &since})
			return err
		},
		func() error { _, _, err := api.GetNodePoolTemplate(ctx, s.cluster, "general"); return err },
		func() error {
			_, _, err := api.Update(ctx, s.cluster, &godo.KubernetesClusterUpdateRequest{
				Tags: []string{"shop"}, SurgeUpgrade: true, AutoUpgrade: new(true), HA: new(true),
				MaintenancePolicy: &godo.KubernetesMaintenancePolicy{StartTime: "01:00"},
				ClusterAutoscalerConfiguration: &godo.KubernetesClusterAutoscalerConfiguration{
					ScaleDownUtilizationThreshold: new(0.5), ScaleDownUnneededTime: new("1m0s"), Expanders: []string{},
				},
			})
			return err
		},
		poolChange(godo.KubernetesNodePoolUpdateRequest{Labels: map[string]string{"team": "other"}, Tags: []string{"other"}}),
		poolChange(godo.KubernetesNodePoolUpdateRequest{Taints: &[]godo.Taint{}}),
		poolChange(godo.KubernetesNodePoolUpdateRequest{AutoScale: new(true), MinNodes: new(1), MaxNodes: new(3)}),
		func() error { return s.server.Scale(s.pool, 3) },
		poolChange(godo.KubernetesNodePoolUpdateRequest{AutoScale: new(false)}),
		poolChange(godo.KubernetesNodePoolUpdateRequest{Count: new(2)}),
		func() error {
			_, err := api.DeleteNode(ctx, s.cluster, s.pool, node(), &godo.KubernetesNodeDeleteRequest{Replace: true, SkipDrain: true})
			return err
		},
		func() error { _, err := api.DeleteNode(ctx, s.cluster, s.pool, node(), nil); return err },
		func() error { _, err := api.AddRegistry(ctx, registry); return err },
		func() error { _, _, err := api.Get(ctx, s.cluster); return err },
		func() error { _, err := api.RemoveRegistry(ctx, registry); return err },
		func() error { _, _, err := api.GetUpgrades(ctx, s.cluster); return err },
	}
}

func TestScenario(t *testing.T) {
	for name, delays := range map[string]nodepooltest.Delays{"at once": {}, "realistic": nodepooltest.Realistic()} {
		t.Run(name, func(t *testing.T) {
			s := newScenario(t, nodepooltest.Options{Delays: delays})
			for i, call := range s.calls() {
				require.NoError(t, call(), "call %d", i)
			}
			if name == "at once" { // otherwise the cluster is not yet running
				_, err := s.client.Kubernetes.Upgrade(t.Context(), s.cluster, &godo.KubernetesClusterUpgradeRequest{VersionSlug: "1.36.3-do.0"})
				require.NoError(t, err)
				_, _, err = s.client.Kubernetes.GetUpgrades(t.Context(), s.cluster) // null
				require.NoError(t, err)
			}
			_, _, err := s.client.Kubernetes.CreateNodePool(t.Context(), s.cluster, &godo.KubernetesNodePoolCreateRequest{
				Name: "empty", Size: "s-1vcpu-2gb", AutoScale: true, MaxNodes: 2,
			})
			require.NoError(t, err)
			_, _, err = s.client.Kubernetes.ListNodePools(t.Context(), s.cluster, &godo.ListOptions{PerPage: 1})
			require.NoError(t, err)
			_, err = s.client.Kubernetes.DeleteNodePool(t.Context(), s.cluster, s.pool)
			require.NoError(t, err)
			_, err = s.client.Kubernetes.DeleteDangerous(t.Context(), s.cluster)
			require.NoError(t, err)
			s.send(map[bool]int{true: 200, false: 404}[name == "realistic"], http.MethodGet, "/v2/kubernetes/clusters/"+s.cluster, "")
			s.clean()
		})
	}
}

// What godo cannot say.
func TestRawRequests(t *testing.T) {
	s := newScenario(t, nodepooltest.Options{})
	path := "/v2/kubernetes/clusters/" + s.cluster
	pool := path + "/node_pools/" + s.pool
	for _, body := range []string{
		`{}`, `{"tags":[]}`, `{"labels":{}}`, `{"labels":null}`, `{"taints":[{"key":"a","value":"b","effect":"NoExecute"}]}`,
		`{"count":0}`, `{"name":"renamed","count":1}`, `{"auto_scale":true,"min_nodes":0,"max_nodes":4,"count":9}`, `{"auto_scale":false}`,
	} {
		s.send(http.StatusAccepted, http.MethodPut, pool, body)
		s.send(http.StatusOK, http.MethodGet, pool, "")
	}
	for _, body := range []string{`{"tags":[]}`, `{"surge_upgrade":false}`, `{"cluster_autoscaler_configuration":{"expanders":[]}}`} {
		s.send(http.StatusAccepted, http.MethodPut, path, body)
		s.send(http.StatusOK, http.MethodGet, path, "")
	}
	s.clean()
}

func TestErrors(t *testing.T) {
	s := newScenario(t, nodepooltest.Options{DropletLimit: 3})
	path := "/v2/kubernetes/clusters/" + s.cluster
	pool := path + "/node_pools/" + s.pool
	for request, want := range map[string]int{
		"PUT " + pool + ` {"count":9}`:                                   422,
		"PUT " + pool + ` {"size":"s-1vcpu-2gb"}`:                        422,
		"PUT " + pool + ` {"counts":1}`:                                  422,
		"PUT " + pool + ` {"taints":[{"Key":"a","Effect":"NoSchedul"}]}`: 422,
		"POST " + path + `/node_pools {"name":"general"}`:                422,
		"POST " + path + `/upgrade {"version":"1.0.0-do.0"}`:             422,
		"POST /v2/kubernetes/clusters {}":                                422,
		"POST /v2/kubernetes/clusters not JSON":                          422,
		"POST /v2/kubernetes/registry {}":                                422,
		"DELETE " + pool:                                                 422,
		"DELETE " + pool + "/nodes/" + s.pool:                            404,
		"GET " + path + "/node_pools/" + s.cluster:                       404,
		"GET " + path + "/node_pools_template/other":                     404,
		"GET /v2/kubernetes/clusters/" + s.pool:                          404,
		"GET /v2/kubernetes/clusters?per_page=0":                         422,
		"GET /v2/nothing":                                                404,
	} {
		parts := strings.SplitN(request, " ", 3)
		s.send(want, parts[0], parts[1], strings.Join(parts[2:], ""))
	}
	s.server.Fail(func(*http.Request) nodepooltest.Fault { return nodepooltest.Status(http.StatusServiceUnavailable) })
	s.send(http.StatusServiceUnavailable, http.MethodGet, path, "")
	s.clean()
}

func TestLimit(t *testing.T) {
	s := newScenario(t, nodepooltest.Options{RateLimit: nodepooltest.RateLimit{PerMinute: 2}})
	s.send(http.StatusOK, http.MethodGet, "/v2/account", "")
	s.send(http.StatusTooManyRequests, http.MethodGet, "/v2/account", "")
	s.clean()
}

func TestPages(t *testing.T) {
	s := newScenario(t, nodepooltest.Options{DropletLimit: 100})
	for i := range 24 {
		_, _, err := s.client.Kubernetes.CreateNodePool(t.Context(), s.cluster, &godo.KubernetesNodePoolCreateRequest{
			Name: fmt.Sprintf("pool-%d", i), Size: "s-1vcpu-2gb", Count: 1,
		})
		require.NoError(t, err)
	}
	for page := 1; page <= 4; page++ {
		s.send(http.StatusOK, http.MethodGet, fmt.Sprintf("/v2/kubernetes/clusters/%s/node_pools?per_page=10&page=%d", s.cluster, page), "")
		s.send(http.StatusOK, http.MethodGet, fmt.Sprintf("/v2/sizes?per_page=3&page=%d", page), "")
	}
	s.clean()
}
