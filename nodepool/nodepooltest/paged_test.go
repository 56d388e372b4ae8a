package nodepooltest_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

func TestListsHavePages(t *testing.T) {
	l := newLab(t, nodepooltest.Options{DropletLimit: 100})
	for i := range 24 {
		_, _, err := l.api.CreateNodePool(t.Context(), l.cluster, &godo.KubernetesNodePoolCreateRequest{
			Name: fmt.Sprintf("pool-%d", i), Size: "s-1vcpu-2gb", Count: 1,
		})
		require.NoError(t, err)
	}
	cases := map[string]struct {
		reason       string
		options      *godo.ListOptions
		first, count int // of the list of 25
	}{
		"default": {reason: "20 unless given.", count: 20},
		"second":  {reason: "What is left.", options: &godo.ListOptions{Page: 2}, first: 20, count: 5},
		"third":   {reason: "Nothing is left.", options: &godo.ListOptions{Page: 3}, count: 0},
		"small":   {reason: "As many as asked for.", options: &godo.ListOptions{Page: 3, PerPage: 3}, first: 6, count: 3},
		"all":     {reason: "Up to 200.", options: &godo.ListOptions{PerPage: 200}, count: 25},
	}
	all, _, err := l.api.ListNodePools(t.Context(), l.cluster, &godo.ListOptions{PerPage: 200})
	require.NoError(t, err)
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			pools, _, err := l.api.ListNodePools(t.Context(), l.cluster, tc.options)
			require.NoError(t, err)
			require.Len(t, pools, tc.count, tc.reason)
			for i := range pools {
				require.Equal(t, all[tc.first+i].ID, pools[i].ID)
			}
		})
	}
	path := "/v2/kubernetes/clusters/" + l.cluster + "/node_pools"
	for page, want := range map[string][]string{
		"?page=1": {"last", "next"}, "?page=2": {"first", "prev"}, "?per_page=10&page=2": {"first", "last", "next", "prev"},
	} {
		_, answer := l.raw(http.MethodGet, path+page, nil)
		links := answer["links"].(map[string]any)["pages"].(map[string]any)
		require.Equal(t, want, slices.Sorted(maps.Keys(links)), page)
	}
	_, answer := l.raw(http.MethodGet, path+"?per_page=200", nil)
	require.Empty(t, answer["links"], "one page needs none")
	code, _ := l.raw(http.MethodGet, "/v2/sizes?page=x", nil)
	require.Equal(t, http.StatusUnprocessableEntity, code)
}

func TestLinksLeadThroughAllPages(t *testing.T) {
	l := newLab(t, nodepooltest.Options{})
	for range 4 {
		_, _, err := l.api.Create(t.Context(), newCluster())
		require.NoError(t, err)
	}
	var seen []string
	for options := (&godo.ListOptions{PerPage: 2}); ; options.Page++ {
		clusters, answer, err := l.api.List(t.Context(), options)
		require.NoError(t, err)
		require.Equal(t, 5, answer.Meta.Total)
		for _, one := range clusters {
			seen = append(seen, one.ID)
		}
		if answer.Links == nil || answer.Links.IsLastPage() {
			break
		}
		page, err := answer.Links.CurrentPage()
		require.NoError(t, err)
		options.Page = page
	}
	require.Equal(t, l.server.Clusters(), seen)
}
