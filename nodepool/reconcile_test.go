package nodepool_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

func TestReconcileMakesACluster(t *testing.T) {
	a := newAccount(t, nodepooltest.Options{})
	spec := shop(nodepool.Production(), nodepool.Interruptible())
	spec.Preset, spec.AutoUpgrade, spec.Registry = nodepool.PresetProduction, new(true), new(true)
	spec.Maintenance = &nodepool.Maintenance{Day: "sunday", Start: "03:00"}
	report := a.reconcile(spec)
	require.Equal(t, []string{"created Cluster shop", "created NodePool production", "created NodePool interruptible"}, actions(report))
	require.Equal(t, []string{
		`region:  -> "fra1"`, `version:  -> "latest"`, "highAvailability:  -> true", "autoUpgrade:  -> true",
		`maintenance:  -> {"day":"sunday","start":"03:00"}`, "registry:  -> true",
	}, fields(report.Changes[0]), "whoever approves it sees what it is")
	require.Equal(t, []string{`size:  -> "s-4vcpu-16gb-amd"`, "count:  -> 3"}, fields(report.Changes[1]))

	clusters, _, err := a.server.Client().Kubernetes.List(t.Context(), nil)
	require.NoError(t, err)
	live := clusters[0]
	require.True(t, live.HA, "the preset production has it")
	require.True(t, live.AutoUpgrade)
	require.True(t, live.SurgeUpgrade, "nodes are added before others are taken away")
	require.True(t, live.RegistryEnabled)
	require.Equal(t, "03:00", live.MaintenancePolicy.StartTime)
	pools := a.pools()
	require.Equal(t, 3, pools[0].Count)
	require.Contains(t, pools[0].Tags, "caisson-pool:production")
	require.Equal(t, map[string]string{"caisson.dev/pool": "production"}, pools[0].Labels, "Placement chooses by it")
	require.Regexp(t, `^production-[0-9a-f]{8}$`, pools[0].Name)
	require.Equal(t, []any{true, 0, 3, 0}, []any{pools[1].AutoScale, pools[1].MinNodes, pools[1].MaxNodes, pools[1].Count})
	require.Equal(t, "caisson.dev/interruptible", pools[1].Taints[0].Key)
}

// A run must change only what differs, in place, and say each field.
func TestReconcileUpdatesPoolsInPlace(t *testing.T) {
	cases := map[string]struct {
		reason string
		change func(*nodepool.Pool)
		fields []string
		body   string
	}{
		"count": {
			reason: "A fixed count is the spec's.",
			change: func(p *nodepool.Pool) { p.Count = 4 },
			fields: []string{"count: 2 -> 4"}, body: `{"count":4,"name":"NAME"}`,
		},
		"label": {
			reason: "A list that is sent replaces the old one, so it has all.",
			change: func(p *nodepool.Pool) { p.Labels = map[string]string{"team": "shop"} },
			fields: []string{`labels[team]:  -> "shop"`},
			body:   `{"labels":{"caisson.dev/pool":"general","team":"shop"},"name":"NAME"}`,
		},
		"taint": {
			reason: "Keys are in lower case, as DigitalOcean's contract has them, and not as godo sends them.",
			change: func(p *nodepool.Pool) {
				p.Taints = []corev1.Taint{{Key: "dedicated", Value: "shop", Effect: corev1.TaintEffectNoSchedule}}
			},
			fields: []string{`taints: [] -> [{"key":"dedicated","value":"shop","effect":"NoSchedule"}]`},
			body:   `{"name":"NAME","taints":[{"key":"dedicated","value":"shop","effect":"NoSchedule"}]}`,
		},
		"tag": {
			reason: "The identity is sent along, since the list replaces the old one; DigitalOcean's own tags are not.",
			change: func(p *nodepool.Pool) { p.Tags = []string{"web"} },
			fields: []string{`tags: ["caisson-generation:0","caisson-pool:general"] -> ["caisson-generation:0","caisson-pool:general","web"]`},
			body:   `{"name":"NAME","tags":["caisson-generation:0","caisson-pool:general","web"]}`,
		},
		"autoscale": {
			reason: "The count is within the bounds, and is not sent: it would be set.",
			change: func(p *nodepool.Pool) { p.Count, p.Autoscale = 0, &nodepool.Autoscale{Min: 1, Max: 5} },
			fields: []string{`autoscale:  -> {"min":1,"max":5}`},
			body:   `{"auto_scale":true,"max_nodes":5,"min_nodes":1,"name":"NAME"}`,
		},
		"autoscale above": {
			reason: "DigitalOcean would begin from the minimum; the nearest bound is 4.",
			change: func(p *nodepool.Pool) { p.Count, p.Autoscale = 0, &nodepool.Autoscale{Min: 4, Max: 5} },
			fields: []string{`autoscale:  -> {"min":4,"max":5}`, "count: 2 -> 4"},
			body:   `{"auto_scale":true,"count":4,"max_nodes":5,"min_nodes":4,"name":"NAME"}`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			a := newAccount(t, nodepooltest.Options{})
			a.reconcile(shop())
			general := nodepool.Pool{Name: "general", Preset: nodepool.PresetStaging}
			tc.change(&general)
			before := len(a.writes())
			report := a.reconcile(shop(general))
			require.Equal(t, []string{"unchanged Cluster shop", "updated NodePool general"}, actions(report))
			require.Equal(t, tc.fields, fields(report.Changes[1]), tc.reason)
			writes := a.writes()[before:]
			require.Len(t, writes, 1)
			_, body, _ := strings.Cut(writes[0], "{")
			require.JSONEq(t, strings.ReplaceAll(tc.body, "NAME", a.pools()[0].Name), "{"+body, tc.reason)
		})
	}
}

// Bounds and counts are the autoscaler's once it is on.
func TestReconcileNeverResizesAPoolThatScalesItself(t *testing.T) {
	a := newAccount(t, nodepooltest.Options{})
	scaled := nodepool.Pool{Name: "general", Preset: nodepool.PresetStaging, Autoscale: &nodepool.Autoscale{Min: 1, Max: 6}}
	a.reconcile(shop(scaled))
	require.NoError(t, a.server.Scale(a.pools()[0].ID, 5))
	scaled.Labels = map[string]string{"team": "shop"}
	a.reconcile(shop(scaled))
	require.Equal(t, 5, a.pools()[0].Count)
	scaled.Autoscale = &nodepool.Autoscale{Min: 2, Max: 8}
	a.reconcile(shop(scaled))
	require.Equal(t, []int{5, 2, 8}, []int{a.pools()[0].Count, a.pools()[0].MinNodes, a.pools()[0].MaxNodes})
	require.NotContains(t, strings.Join(a.writes()[1:], "\n"), "count")

	scaled.Autoscale, scaled.Count = nil, 5
	a.reconcile(shop(scaled))
	require.False(t, a.pools()[0].AutoScale)
	var remembered corev1.ConfigMap
	require.NoError(t, a.kube.Get(t.Context(), client.ObjectKey{Namespace: "caisson-system", Name: "caisson-pool-general"}, &remembered))
	require.JSONEq(t, `{"bounds":{"min":2,"max":8}}`, remembered.Data["record.json"], "DigitalOcean forgets them")
}

// DigitalOcean leaves a label on the nodes when it is taken from their pool.
func TestReconcileTakesLabelsFromNodes(t *testing.T) {
	a := newAccount(t, nodepooltest.Options{})
	general := nodepool.Pool{Name: "general", Preset: nodepool.PresetStaging, Labels: map[string]string{"team": "shop", "old": "yes"}}
	a.reconcile(shop(general))
	labels := map[string]string{"team": "shop", "old": "yes", "own": "kept"}
	a.node(a.pools()[0], "one", labels)
	a.node(pool{&godo.KubernetesNodePool{ID: "other"}, ""}, "other", labels)
	delete(general.Labels, "old")
	report := a.reconcile(shop(general))
	require.Equal(t, []string{`labels[old]: "yes" -> `}, fields(report.Changes[1]))
	require.NotContains(t, a.nodeLabels("one"), "old")
	require.Equal(t, "kept", a.nodeLabels("one")["own"], "what nobody took from the pool stays")
	require.Contains(t, a.nodeLabels("other"), "old", "it is of another pool")
}

func TestReconcileAdoptsWhenAsked(t *testing.T) {
	a := newAccount(t, nodepooltest.Options{})
	_, _, err := a.server.Client().Kubernetes.Create(t.Context(), &godo.KubernetesClusterCreateRequest{
		Name: "shop", RegionSlug: "fra1", VersionSlug: "latest", Tags: []string{"mine"}, AutoUpgrade: true,
		NodePools: []*godo.KubernetesNodePoolCreateRequest{
			{Name: "general", Size: "s-2vcpu-8gb-amd", Count: 2, Tags: []string{"terraform:default-node-pool", "web"}},
			{Name: "own", Size: "s-2vcpu-8gb-amd", Count: 1},
		},
	})
	require.NoError(t, err)
	report, err := nodepool.Reconcile(t.Context(), a.client(), shop())
	var foreign *nodepool.ForeignError
	require.ErrorAs(t, err, &foreign)
	require.ErrorContains(t, err, "NodePool general: a pool of this name exists without the tag caisson-pool:general: take it over with Adopt")
	require.Equal(t, []string{"unchanged Cluster shop", "failed NodePool general"}, actions(report))

	report = a.reconcile(shop(), nodepool.Adopt)
	require.Equal(t, []string{"unchanged Cluster shop", "adopted NodePool general"}, actions(report))
	adopted := a.pools()[0]
	require.Equal(t, []string{"caisson-generation:0", "caisson-pool:general", "terraform:default-node-pool"}, adopted.ownTags(),
		"without Terraform's tag its next plan would make a new cluster")
	require.Equal(t, "general", adopted.Name, "the name is cosmetic, and stays")
	require.Empty(t, a.pools()[1].ownTags(), "a pool that the spec does not name is left alone")
	a.reconcile(shop()) // without Adopt it is known now
}

func TestReconcileNeverChangesASize(t *testing.T) {
	a := newAccount(t, nodepooltest.Options{})
	a.reconcile(shop())
	_, err := nodepool.Reconcile(t.Context(), a.client(), shop(nodepool.Pool{Name: "general", Preset: nodepool.PresetProduction}))
	var size *nodepool.SizeError
	require.ErrorAs(t, err, &size)
	require.ErrorContains(t, err, "size: is s-2vcpu-8gb-amd and cannot be changed to s-4vcpu-16gb-amd: replace the pool without downtime with Rotate")
	require.Len(t, a.writes(), 1)
}

// What the region does not have, and what the account may not have, is told before anything is written.
func TestPlanAsksWhatDigitalOceanCanGive(t *testing.T) {
	a := newAccount(t, nodepooltest.Options{DropletLimit: 4})
	_, err := nodepool.Plan(t.Context(), a.client(), shop(nodepool.Pool{Name: "a", Size: "s-2vcpu-8gb-abc", Count: 1}))
	var offer *nodepool.OfferError
	require.ErrorAs(t, err, &offer)
	require.Equal(t, "s-2vcpu-8gb-amd", offer.Similar[0], "the nearest comes first")
	a.reconcile(shop())
	_, err = nodepool.Plan(t.Context(), a.client(), shop(nodepool.Staging(), nodepool.Production()))
	var limit *nodepool.LimitError
	require.ErrorAs(t, err, &limit)
	require.Equal(t, nodepool.LimitError{Limit: 4, Have: 2, More: 5}, *limit)
}

// A create whose answer is lost has happened: it must not be made again, nor fail.
func TestReconcileFindsWhatItHasMade(t *testing.T) {
	a := newAccount(t, nodepooltest.Options{})
	lost := func(r *http.Request) nodepooltest.Fault {
		if r.Method == http.MethodPost {
			return nodepooltest.Lost()
		}
		return nodepooltest.Fault{}
	}
	a.server.Fail(lost)
	_, err := nodepool.Reconcile(t.Context(), a.client(), shop())
	require.NoError(t, err)
	_, err = nodepool.Reconcile(t.Context(), a.client(), shop(nodepool.Pool{Name: "general", Preset: nodepool.PresetStaging}, nodepool.Private()))
	require.NoError(t, err)
	require.Len(t, a.pools(), 2)
	require.Len(t, a.writes(), 2)
}

func TestReconcileChangesSettings(t *testing.T) {
	a := newAccount(t, nodepooltest.Options{})
	a.reconcile(shop())
	spec := shop()
	spec.HighAvailability, spec.SurgeUpgrade, spec.Registry = new(true), new(false), new(true)
	spec.ControlPlaneAccess = []string{"203.0.113.0/24"}
	spec.Autoscaler = &nodepool.Autoscaler{ScaleDownUtilizationThreshold: new(0.5), Expanders: []string{"least_waste"}}
	report := a.reconcile(spec)
	require.Equal(t, []string{
		"highAvailability: false -> true", "surgeUpgrade: true -> false", "autoscaler.scaleDownUtilizationThreshold: 0 -> 0.5",
		`autoscaler.expanders: [] -> ["least-waste"]`, `controlPlaneAccess: [] -> ["203.0.113.0/24"]`, "registry: false -> true",
	}, fields(report.Changes[0]))

	spec.ControlPlaneAccess, spec.Registry, spec.Autoscaler = []string{}, new(false), nil
	report = a.reconcile(spec)
	require.Equal(t, []string{`controlPlaneAccess: ["203.0.113.0/24"] -> []`, "registry: true -> false"}, fields(report.Changes[0]),
		"what is left out stays")
	spec.HighAvailability = new(false)
	spec.Region = "ams3"
	_, err := nodepool.Plan(t.Context(), a.client(), spec)
	require.ErrorContains(t, err, "region: is fra1 and cannot be changed to ams3")
	require.ErrorContains(t, err, "highAvailability: is on and cannot be switched off")
}

// One failing pool must not hide the others, and nothing is told to have been done that was not.
func TestReconcileTellsWhatFailed(t *testing.T) {
	a := newAccount(t, nodepooltest.Options{})
	a.reconcile(shop())
	a.server.Fail(func(r *http.Request) nodepooltest.Fault {
		if r.Method == http.MethodPut {
			return nodepooltest.Status(http.StatusInternalServerError)
		}
		return nodepooltest.Fault{}
	})
	general := nodepool.Pool{Name: "general", Preset: nodepool.PresetStaging, Count: 3}
	var seen []caisson.Change
	report, err := nodepool.Reconcile(t.Context(), a.client(), shop(general, nodepool.Private()),
		nodepool.Observe(func(c caisson.Change) { seen = append(seen, c) }))
	require.ErrorContains(t, err, "NodePool general: PUT")
	require.Equal(t, []string{"unchanged Cluster shop", "failed NodePool general", "created NodePool private"}, actions(report))
	require.Equal(t, report.Changes[1:], seen)

	a.server.Fail(func(*http.Request) nodepooltest.Fault { return nodepooltest.Status(http.StatusServiceUnavailable) })
	report, err = nodepool.Plan(t.Context(), a.client(), shop())
	require.ErrorContains(t, err, "Cluster shop: list the clusters")
	require.Equal(t, []string{"failed Cluster shop"}, actions(report), "a report is never nil")
}

// What needs the cluster's API server is refused without it, before anything is half done.
func TestReconcileWithoutTheAPIServer(t *testing.T) {
	before := nodepool.Pool{
		Name: "general", Preset: nodepool.PresetStaging, Autoscale: &nodepool.Autoscale{Min: 1, Max: 4}, Labels: map[string]string{"old": "yes"},
	}
	cases := map[string]struct {
		reason string
		change func(*nodepool.Pool)
		want   string
	}{
		"label": {"it stays on the nodes", func(p *nodepool.Pool) { p.Labels = nil }, "labels[old]: DigitalOcean leaves it on the nodes: give Client.Kube"},
		"autoscale": {
			"nothing would know the bounds", func(p *nodepool.Pool) { p.Autoscale = nil },
			"autoscale: DigitalOcean forgets its bounds: give Client.Kube",
		},
		"bounds": {"they are only changed", func(p *nodepool.Pool) { p.Autoscale = &nodepool.Autoscale{Min: 1, Max: 5} }, ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			a := newAccount(t, nodepooltest.Options{})
			a.reconcile(shop(before))
			after, c := before, a.client()
			tc.change(&after)
			c.Kube = nil
			_, err := nodepool.Reconcile(t.Context(), c, shop(after))
			if tc.want == "" {
				require.NoError(t, err, tc.reason)
				return
			}
			require.ErrorContains(t, err, tc.want, tc.reason)
			require.Len(t, a.writes(), 1)
		})
	}
}
