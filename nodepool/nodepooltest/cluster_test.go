package nodepooltest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

func TestClusterTakesItsTime(t *testing.T) {
	l := newLab(t, nodepooltest.Options{Delays: nodepooltest.Realistic()})
	get := func() *godo.KubernetesCluster {
		seen, _, err := l.api.Get(t.Context(), l.cluster)
		require.NoError(t, err)
		return seen
	}
	require.Equal(t, godo.KubernetesClusterStatusProvisioning, get().Status.State)
	l.clock.Step(5*time.Minute - time.Second)
	require.Equal(t, godo.KubernetesClusterStatusProvisioning, get().Status.State)
	l.clock.Step(time.Second)
	require.Equal(t, godo.KubernetesClusterStatusRunning, get().Status.State)
	require.Equal(t, []string{"provisioning", "provisioning"}, states(l.get()), "nodes come after the control plane")
	l.clock.Step(3 * time.Minute)
	require.Equal(t, []string{"running", "running"}, states(l.get()))
}

// godo cannot read the state that DigitalOcean documents, and fails for a whole list because of it.
func TestDeletingIsToldThoughGodoCannotReadIt(t *testing.T) {
	l := newLab(t, nodepooltest.Options{Delays: nodepooltest.Delays{ClusterDeletion: time.Minute}})
	answer, err := l.api.Delete(t.Context(), l.cluster)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, answer.StatusCode)
	_, _, err = l.api.Get(t.Context(), l.cluster)
	require.ErrorContains(t, err, `unknown cluster state "deleting"`)
	_, _, err = l.api.List(t.Context(), nil)
	require.ErrorContains(t, err, `unknown cluster state "deleting"`)
	code, body := l.raw(http.MethodGet, "/v2/kubernetes/clusters/"+l.cluster, nil)
	require.Equal(t, http.StatusOK, code)
	require.Equal(t, map[string]any{"state": "deleting"}, body["kubernetes_cluster"].(map[string]any)["status"])
	seen, there := l.server.Cluster(l.cluster)
	require.True(t, there)
	require.Equal(t, "deleting", string(seen.Status.State))

	_, _, err = l.api.CreateNodePool(t.Context(), l.cluster, &godo.KubernetesNodePoolCreateRequest{Name: "a", Size: "s-1vcpu-2gb", Count: 1})
	require.Equal(t, http.StatusUnprocessableEntity, status(t, err))
	_, err = l.api.DeleteDangerous(t.Context(), l.cluster)
	require.NoError(t, err, "once more does no harm")
	_, err = l.api.DeleteSelective(t.Context(), l.cluster, &godo.KubernetesClusterDeleteSelectiveRequest{})
	require.NoError(t, err)

	l.clock.Step(time.Minute)
	_, _, err = l.api.Get(t.Context(), l.cluster)
	require.Equal(t, http.StatusNotFound, status(t, err))
	_, there = l.server.Cluster(l.cluster)
	require.False(t, there)
	require.Empty(t, l.server.Clusters())
}

func TestDeletingTwiceTakesNoLonger(t *testing.T) {
	l := newLab(t, nodepooltest.Options{Delays: nodepooltest.Delays{ClusterDeletion: time.Minute}})
	for range 2 {
		_, err := l.api.Delete(t.Context(), l.cluster)
		require.NoError(t, err)
		l.clock.Step(30 * time.Second)
	}
	require.Empty(t, l.server.Clusters())
}

func TestClusterAsItIsMade(t *testing.T) {
	cases := map[string]struct {
		reason  string
		version string
		ha      *bool
		want    string
		wantHA  bool
	}{
		"latest":     {reason: "The newest of all.", version: "latest", want: "1.36.3-do.0", wantHA: true},
		"minor":      {reason: "The newest of the minor, where high availability is not yet the default.", version: "1.35", want: "1.35.6-do.0"},
		"exact":      {reason: "As it is given.", version: "1.35.5-do.0", want: "1.35.5-do.0"},
		"ha":         {reason: "It can be asked for.", version: "1.34", ha: new(true), want: "1.34.9-do.0", wantHA: true},
		"without ha": {reason: "And declined, at creation.", version: "1.36", ha: new(false), want: "1.36.3-do.0"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			l := emptyLab(t, nodepooltest.Options{})
			asked := newCluster()
			asked.VersionSlug, asked.HA, asked.Tags = tc.version, tc.ha, []string{"shop"}
			created, answer, err := l.api.Create(t.Context(), asked)
			require.NoError(t, err)
			require.Equal(t, http.StatusCreated, answer.StatusCode)
			require.Equal(t, tc.want, created.VersionSlug, tc.reason)
			require.Equal(t, tc.wantHA, created.HA, tc.reason)
			require.Equal(t, []string{"shop", "k8s", "k8s:" + created.ID}, created.Tags)
			require.Equal(t, "4h0m0s", created.MaintenancePolicy.Duration)
			require.Len(t, created.NodePools, 1)
		})
	}
}

func TestImpossibleClustersAreRefused(t *testing.T) {
	cases := map[string]struct {
		reason string
		change func(*godo.KubernetesClusterCreateRequest)
		want   string
	}{
		"name":    {reason: "There is no default.", change: func(r *godo.KubernetesClusterCreateRequest) { r.Name = "" }, want: "name: is required"},
		"region":  {reason: "There is none.", change: func(r *godo.KubernetesClusterCreateRequest) { r.RegionSlug = "ber1" }, want: `region: "ber1"`},
		"version": {reason: "It is too old.", change: func(r *godo.KubernetesClusterCreateRequest) { r.VersionSlug = "1.3" }, want: `version: "1.3"`},
		"no version": {
			reason: "There is no default.", change: func(r *godo.KubernetesClusterCreateRequest) { r.VersionSlug = "" }, want: `version: ""`,
		},
		"no pool": {reason: "Something must run.", change: func(r *godo.KubernetesClusterCreateRequest) { r.NodePools = nil }, want: "at least one node"},
		"no node": {reason: "Something must run.", change: func(r *godo.KubernetesClusterCreateRequest) { r.NodePools[0].Count = 0 }, want: "at least one node"},
		"pools": {
			reason: "Their names are unique.", want: `already a node pool "general"`,
			change: func(r *godo.KubernetesClusterCreateRequest) { r.NodePools = append(r.NodePools, r.NodePools[0]) },
		},
		"size": {
			reason: "Not every region has it.", want: `node_pools[0].size: "so1_5-2vcpu-16gb" is not available in blr1`,
			change: func(r *godo.KubernetesClusterCreateRequest) {
				r.RegionSlug, r.NodePools[0].Size = "blr1", "so1_5-2vcpu-16gb"
			},
		},
		"window": {
			reason: "It is no time of the day.", want: "start_time",
			change: func(r *godo.KubernetesClusterCreateRequest) {
				r.MaintenancePolicy = &godo.KubernetesMaintenancePolicy{StartTime: "25:00"}
			},
		},
		"expander": {
			reason: "The autoscaler has no such one.", want: `expander "cheapest"`,
			change: func(r *godo.KubernetesClusterCreateRequest) {
				r.ClusterAutoscalerConfiguration = &godo.KubernetesClusterAutoscalerConfiguration{Expanders: []string{"cheapest"}}
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			l := emptyLab(t, nodepooltest.Options{})
			asked := newCluster()
			tc.change(asked)
			_, _, err := l.api.Create(t.Context(), asked)
			require.Equal(t, http.StatusUnprocessableEntity, status(t, err))
			require.ErrorContains(t, err, tc.want, tc.reason)
			require.Empty(t, l.server.Clusters())
		})
	}
}

func TestClusterUpdateMerges(t *testing.T) {
	l := newLab(t, nodepooltest.Options{})
	path := "/v2/kubernetes/clusters/" + l.cluster
	_, _, err := l.api.Update(t.Context(), l.cluster, &godo.KubernetesClusterUpdateRequest{
		Tags: []string{"shop"}, AutoUpgrade: new(true), SurgeUpgrade: true,
		MaintenancePolicy: &godo.KubernetesMaintenancePolicy{StartTime: "15:00", Day: godo.KubernetesMaintenanceDaySunday},
		RoutingAgent:      &godo.KubernetesRoutingAgent{Enabled: new(true)},
		ClusterAutoscalerConfiguration: &godo.KubernetesClusterAutoscalerConfiguration{
			ScaleDownUtilizationThreshold: new(0.5), Expanders: []string{"least-waste"},
		},
		ControlPlaneFirewall: &godo.KubernetesControlPlaneFirewall{Enabled: new(true), AllowedAddresses: []string{"192.0.2.1"}},
	})
	require.NoError(t, err)
	want, _, err := l.api.Get(t.Context(), l.cluster)
	require.NoError(t, err)
	require.True(t, want.SurgeUpgrade)
	require.True(t, want.AutoUpgrade)
	require.True(t, *want.RoutingAgent.Enabled)
	require.Equal(t, "15:00", want.MaintenancePolicy.StartTime)
	require.Equal(t, []string{"least-waste"}, want.ClusterAutoscalerConfiguration.Expanders)

	code, _ := l.raw(http.MethodPut, path, `{"name":"renamed","routing_agent":null}`)
	require.Equal(t, http.StatusAccepted, code)
	want.Name = "renamed"
	seen, _, err := l.api.Get(t.Context(), l.cluster)
	require.NoError(t, err)
	require.Equal(t, want, seen, "all else stays")

	code, _ = l.raw(http.MethodPut, path, `{"cluster_autoscaler_configuration":{"scale_down_unneeded_time":"1m0s","expanders":[]},"surge_upgrade":false,"tags":[]}`)
	require.Equal(t, http.StatusAccepted, code)
	seen, _, err = l.api.Get(t.Context(), l.cluster)
	require.NoError(t, err)
	require.InDelta(t, 0.5, *seen.ClusterAutoscalerConfiguration.ScaleDownUtilizationThreshold, 0, "what is not given stays")
	require.Equal(t, "1m0s", *seen.ClusterAutoscalerConfiguration.ScaleDownUnneededTime)
	require.Empty(t, seen.ClusterAutoscalerConfiguration.Expanders, "an empty list unsets")
	require.False(t, seen.SurgeUpgrade, "only a raw body can switch it off: godo leaves false out")
	require.Len(t, seen.Tags, 2)
}

func TestImpossibleClusterChangesAreRefused(t *testing.T) {
	cases := map[string]struct{ reason, body, want string }{
		"ha":      {"It cannot be switched off.", `{"ha":false}`, "ha: "},
		"region":  {"Clusters do not move.", `{"region":"ams3"}`, "region: "},
		"vpc":     {"Nor do their networks.", `{"vpc_uuid":"3b6b8b5e-9f1c-4b8e-8a52-0e6ad3f6e3a1"}`, "vpc_uuid: "},
		"version": {"That is an upgrade.", `{"version":"1.36.3-do.0"}`, "version: "},
		"pools":   {"They have paths of their own.", `{"node_pools":[]}`, "node_pools: "},
		"name":    {"There must be one.", `{"name":""}`, "name: is required"},
		"unknown": {"It would be lost.", `{"nodepools":[]}`, `unknown field "nodepools"`},
		"half":    {"All or nothing.", `{"routing_agent":{"enabled":true},"cluster_autoscaler_configuration":{"expanders":["x"]}}`, `expander "x"`},
		"toggle":  {"It would be lost.", `{"routing_agent":{"enable":true}}`, `unknown field "enable"`},
	}
	l := emptyLab(t, nodepooltest.Options{})
	asked := newCluster()
	asked.HA = new(true)
	created, _, err := l.api.Create(t.Context(), asked)
	require.NoError(t, err)
	before, _ := l.server.Cluster(created.ID)
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			code, answer := l.raw(http.MethodPut, "/v2/kubernetes/clusters/"+created.ID, tc.body)
			require.Equal(t, http.StatusUnprocessableEntity, code, tc.reason)
			require.Contains(t, answer["message"], tc.want, tc.reason)
			after, _ := l.server.Cluster(created.ID)
			require.Equal(t, before, after)
		})
	}
}

func TestHighAvailabilityCanBeSwitchedOn(t *testing.T) {
	l := newLab(t, nodepooltest.Options{})
	code, _ := l.raw(http.MethodPut, "/v2/kubernetes/clusters/"+l.cluster, `{"ha":false}`)
	require.Equal(t, http.StatusAccepted, code, "it is off")
	seen, _, err := l.api.Update(t.Context(), l.cluster, &godo.KubernetesClusterUpdateRequest{HA: new(true)})
	require.NoError(t, err)
	require.True(t, seen.HA)
}

// Names of clusters are not unique: who creates again, after an answer was lost, has two.
func TestNamesOfClustersNeedNotBeUnique(t *testing.T) {
	l := newLab(t, nodepooltest.Options{})
	_, _, err := l.api.Create(t.Context(), newCluster())
	require.NoError(t, err)
	require.Len(t, l.server.Clusters(), 2)
}
