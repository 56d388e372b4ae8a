package nodepooltest_test

import (
	"net/http"
	"testing"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

func TestPoolIsThereWithItsNodes(t *testing.T) {
	l := newLab(t, nodepooltest.Options{})
	created, answer, err := l.api.CreateNodePool(t.Context(), l.cluster, &godo.KubernetesNodePoolCreateRequest{
		Name: "batch", Size: "s-1vcpu-2gb", Count: 3, Tags: []string{"caisson-pool:batch"},
		Labels: map[string]string{"team": "shop"}, Taints: []godo.Taint{{Key: "dedicated", Value: "batch", Effect: "NoSchedule"}},
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, answer.StatusCode)
	require.Equal(t, []string{"provisioning", "provisioning", "provisioning"}, states(created), "nothing runs in the answer already")
	require.Empty(t, created.Nodes[0].Name, "nor has it a name")
	require.Empty(t, created.Nodes[0].DropletID, "nor a Droplet")

	l.pool = created.ID
	seen := l.get()
	require.Equal(t, []string{"running", "running", "running"}, states(seen))
	require.Equal(t, "batch", seen.Name)
	require.Equal(t, 3, seen.Count)
	require.Equal(t, []string{"caisson-pool:batch", "k8s", "k8s:" + l.cluster, "k8s:worker"}, seen.Tags, "the API adds its own tags")
	require.Equal(t, map[string]string{"team": "shop"}, seen.Labels)
	require.Equal(t, []godo.Taint{{Key: "dedicated", Value: "batch", Effect: "NoSchedule"}}, seen.Taints, "godo writes Key, not key")
	for _, node := range seen.Nodes {
		require.Regexp(t, `^batch-[a-z0-9]{5}$`, node.Name)
		require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, node.ID)
		require.Regexp(t, `^[0-9]+$`, node.DropletID)
	}
	pools, _, err := l.api.ListNodePools(t.Context(), l.cluster, nil)
	require.NoError(t, err)
	require.Len(t, pools, 2)
}

func TestImpossiblePoolsAreRefused(t *testing.T) {
	cases := map[string]struct {
		reason string
		body   string
		want   string
	}{
		"duplicate": {
			reason: "Names of pools are unique in a cluster.",
			body:   `{"name":"general","size":"s-1vcpu-2gb","count":1}`, want: `already a node pool "general"`,
		},
		"size": {reason: "It has never been sold.", body: `{"name":"a","size":"s-3vcpu-5gb","count":1}`, want: "not a size of nodes"},
		"too small": {
			reason: "A Droplet can have it, but not a node.",
			body:   `{"name":"a","size":"s-1vcpu-1gb","count":1}`, want: "not a size of nodes",
		},
		"sold out": {reason: "Available says so.", body: `{"name":"a","size":"s-8vcpu-32gb-amd","count":1}`, want: "not available in fra1"},
		"no size":  {reason: "There is no default.", body: `{"name":"a","count":1}`, want: "not a size"},
		"no name":  {reason: "There is no default.", body: `{"size":"s-1vcpu-2gb","count":1}`, want: "name:"},
		"name":     {reason: "Nodes are called after it.", body: `{"name":"A_b","size":"s-1vcpu-2gb","count":1}`, want: "name:"},
		"count":    {reason: "Less than none.", body: `{"name":"a","size":"s-1vcpu-2gb","count":-1}`, want: "count: -1"},
		"effect": {
			reason: "The contract cannot see it, because of the case of its name.",
			body:   `{"name":"a","size":"s-1vcpu-2gb","taints":[{"Key":"a","Effect":"NoSchedul"}]}`, want: `effect "NoSchedul"`,
		},
		"taint": {
			reason: "Kubernetes would not take the key.",
			body:   `{"name":"a","size":"s-1vcpu-2gb","taints":[{"key":"a b","effect":"NoSchedule"}]}`, want: `key "a b"`,
		},
		"taint's value": {
			reason: "Kubernetes would not take the value.",
			body:   `{"name":"a","size":"s-1vcpu-2gb","taints":[{"key":"a","value":"b c","effect":"NoSchedule"}]}`, want: `value "b c"`,
		},
		"label": {
			reason: "Kubernetes would not take the value.",
			body:   `{"name":"a","size":"s-1vcpu-2gb","labels":{"a":"b c"}}`, want: "labels: Invalid value",
		},
		"own label": {
			reason: "DOKS writes those itself.",
			body:   `{"name":"a","size":"s-1vcpu-2gb","labels":{"doks.digitalocean.com/node-pool":"b"}}`, want: "DigitalOcean's own",
		},
		"tag":     {reason: "Tags have no spaces.", body: `{"name":"a","size":"s-1vcpu-2gb","tags":["a b"]}`, want: `tags: "a b"`},
		"no max":  {reason: "There is no default.", body: `{"name":"a","size":"s-1vcpu-2gb","auto_scale":true,"min_nodes":1}`, want: "max_nodes: 0"},
		"minimum": {reason: "Less than none.", body: `{"name":"a","size":"s-1vcpu-2gb","auto_scale":true,"min_nodes":-1,"max_nodes":2}`, want: "min_nodes: -1"},
		"unknown": {reason: "A misspelled field would be lost.", body: `{"name":"a","size":"s-1vcpu-2gb","autoscale":true}`, want: `unknown field "autoscale"`},
		"type":    {reason: "A number is not a string.", body: `{"name":"a","size":"s-1vcpu-2gb","count":"2"}`, want: "cannot unmarshal string"},
		"two":     {reason: "The second would be lost.", body: `{"name":"a","size":"s-1vcpu-2gb"}{}`, want: "there is more"},
	}
	l := newLab(t, nodepooltest.Options{})
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			code, answer := l.raw(http.MethodPost, "/v2/kubernetes/clusters/"+l.cluster+"/node_pools", tc.body)
			require.Equal(t, http.StatusUnprocessableEntity, code, tc.reason)
			require.Equal(t, "unprocessable_entity", answer["id"])
			require.Contains(t, answer["message"], tc.want, tc.reason)
			require.NotEmpty(t, answer["request_id"])
		})
	}
	pools, _, err := l.api.ListNodePools(t.Context(), l.cluster, nil)
	require.NoError(t, err)
	require.Len(t, pools, 1, "nothing came of it")
}

func TestPutMerges(t *testing.T) {
	cases := map[string]struct {
		reason string
		body   string
		want   func(*godo.KubernetesNodePool)
	}{
		"nothing":   {reason: "All stays.", body: `{}`, want: func(*godo.KubernetesNodePool) {}},
		"null":      {reason: "Null is not given.", body: `{"labels":null,"taints":null,"count":null}`, want: func(*godo.KubernetesNodePool) {}},
		"count":     {reason: "The autoscaler sends no more than it.", body: `{"count":3}`, want: func(p *godo.KubernetesNodePool) { p.Count = 3 }},
		"zero":      {reason: "A pool may be empty.", body: `{"count":0}`, want: func(p *godo.KubernetesNodePool) { p.Count = 0 }},
		"name":      {reason: "A pool can be renamed.", body: `{"name":"other"}`, want: func(p *godo.KubernetesNodePool) { p.Name = "other" }},
		"own name":  {reason: "It is not a duplicate of itself.", body: `{"name":"general","count":2}`, want: func(*godo.KubernetesNodePool) {}},
		"labels":    {reason: "A given list replaces.", body: `{"labels":{"b":"2"}}`, want: func(p *godo.KubernetesNodePool) { p.Labels = map[string]string{"b": "2"} }},
		"no labels": {reason: "Also an empty one.", body: `{"labels":{}}`, want: func(p *godo.KubernetesNodePool) { p.Labels = nil }},
		"tags":      {reason: "A given list replaces, but for the API's own.", body: `{"tags":["b"]}`, want: func(p *godo.KubernetesNodePool) { p.Tags = append([]string{"b"}, p.Tags[1:]...) }},
		"no tags":   {reason: "Also an empty one.", body: `{"tags":[]}`, want: func(p *godo.KubernetesNodePool) { p.Tags = p.Tags[1:] }},
		"own tags":  {reason: "Sent back, they are there once.", body: `{"tags":["k8s","k8s:worker","b","b"]}`, want: func(p *godo.KubernetesNodePool) { p.Tags = append([]string{"b"}, p.Tags[1:]...) }},
		"no taints": {reason: "Also an empty one.", body: `{"taints":[]}`, want: func(p *godo.KubernetesNodePool) { p.Taints = []godo.Taint{} }},
		"taints": {
			reason: "A given list replaces.", body: `{"taints":[{"key":"b","value":"","effect":"NoExecute"}]}`,
			want: func(p *godo.KubernetesNodePool) { p.Taints = []godo.Taint{{Key: "b", Effect: "NoExecute"}} },
		},
		"same size": {reason: "Who reads a pool and sends it back has it.", body: `{"size":"s-2vcpu-8gb-amd","id":"a","nodes":[{}]}`, want: func(*godo.KubernetesNodePool) {}},
		"autoscale": {
			reason: "Bounds within which the count is leave it.", body: `{"auto_scale":true,"min_nodes":1,"max_nodes":4}`,
			want: func(p *godo.KubernetesNodePool) { p.AutoScale, p.MinNodes, p.MaxNodes = true, 1, 4 },
		},
		"above": {
			reason: "A count outside of the bounds becomes the lower one, also from above.",
			body:   `{"auto_scale":true,"min_nodes":1,"max_nodes":4,"count":9}`,
			want:   func(p *godo.KubernetesNodePool) { p.AutoScale, p.MinNodes, p.MaxNodes, p.Count = true, 1, 4, 1 },
		},
		"bounds alone": {
			reason: "Without autoscaling they are 0.", body: `{"min_nodes":1,"max_nodes":4}`, want: func(*godo.KubernetesNodePool) {},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, nodepooltest.Options{})
			l.update(&godo.KubernetesNodePoolUpdateRequest{
				Labels: map[string]string{"a": "1"}, Tags: []string{"a"}, Taints: &[]godo.Taint{{Key: "a", Effect: "NoSchedule"}},
			})
			want := l.get()
			tc.want(want)
			code, answer := l.put(tc.body)
			require.Equal(t, http.StatusAccepted, code, "%s: %v", tc.reason, answer)
			seen := l.get()
			require.Len(t, seen.Nodes, want.Count)
			want.Nodes, seen.Nodes = nil, nil
			require.Equal(t, want, seen, tc.reason)
		})
	}
}

func TestImpossibleChangesAreRefused(t *testing.T) {
	cases := map[string]struct {
		reason string
		body   string
		want   string
	}{
		"size":      {reason: "Nodes cannot be resized.", body: `{"size":"s-1vcpu-2gb"}`, want: "size: cannot be changed"},
		"partition": {reason: "Nor partitioned.", body: `{"gpu_partition_mode":"AMD_PARTITION_MODE_SPX_NPS1"}`, want: "cannot be changed"},
		"name":      {reason: "Names of pools are unique in a cluster.", body: `{"name":"other"}`, want: `already a node pool "other"`},
		"limit":     {reason: "The account has 4 Droplets.", body: `{"count":4}`, want: "Droplet limit of 4"},
		"unknown":   {reason: "A misspelled field would be lost.", body: `{"max":3}`, want: `unknown field "max"`},
		"effect":    {reason: "Kubernetes would not take it.", body: `{"taints":[{"Key":"a","Effect":"No"}]}`, want: `effect "No"`},
	}
	l := newLab(t, nodepooltest.Options{DropletLimit: 4})
	_, _, err := l.api.CreateNodePool(t.Context(), l.cluster, &godo.KubernetesNodePoolCreateRequest{Name: "other", Size: "s-1vcpu-2gb", Count: 1})
	require.NoError(t, err)
	before := l.get()
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			code, answer := l.put(tc.body)
			require.Equal(t, http.StatusUnprocessableEntity, code, tc.reason)
			require.Contains(t, answer["message"], tc.want, tc.reason)
			require.Equal(t, before, l.get())
		})
	}
}
