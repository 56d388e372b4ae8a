package nodepooltest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// Whatever a spec asks for can be had, and its pools can all be replaced at once.
func TestOptionsForASpec(t *testing.T) {
	pools := func(all ...nodepool.Pool) nodepool.Cluster { return nodepool.Cluster{Region: "fra1", Pools: all} }
	cases := map[string]struct {
		reason string
		spec   nodepool.Cluster
	}{
		"Presets": {"they are there anyway", pools(nodepool.Production(), nodepool.Staging(), nodepool.Private())},
		"Size":    {"its name tells what it is", pools(nodepool.Pool{Name: "large", Size: "m3-16vcpu-128gb", Count: 2})},
		"SoldOut": {"it is made up that it is", pools(nodepool.Pool{Name: "large", Size: "s-8vcpu-32gb-amd", Count: 1})},
		"SizeOfAnotherRegion": {
			"it is made up where sizes are",
			nodepool.Cluster{Region: "blr1", Pools: []nodepool.Pool{{Name: "disks", Size: "so1_5-2vcpu-16gb", Count: 1}}},
		},
		"Region":  {"new ones come", nodepool.Cluster{Region: "atl1", Pools: []nodepool.Pool{nodepool.Dev()}}},
		"Version": {"old ones go", nodepool.Cluster{Region: "fra1", Version: "1.31.4-do.2", Pools: []nodepool.Pool{nodepool.Dev()}}},
		"Minor":   {"new ones come", nodepool.Cluster{Region: "fra1", Version: "1.40", Pools: []nodepool.Pool{nodepool.Dev()}}},
		"Nodes":   {"an account can have a higher limit", pools(nodepool.Pool{Name: "many", Preset: nodepool.PresetDev, Count: 40})},
		"NodesOfAutoscalers": {
			"the limit holds for what a pool becomes", pools(nodepool.Pool{
				Name: "many", Preset: nodepool.PresetDev, Autoscale: &nodepool.Autoscale{Min: 1, Max: 30},
			}),
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			server := nodepooltest.New(nodepooltest.OptionsFor(tc.spec))
			defer server.Close()
			c := nodepool.Client{DO: server.Client()}
			nodes := 0
			for i, pool := range tc.spec.Pools {
				tc.spec.Pools[i].Count = pool.MaxCount()
				nodes += 2 * pool.MaxCount()
			}
			for _, cluster := range []string{"old", "new"} { // each pool beside its successor
				tc.spec.Name = cluster
				_, err := nodepool.Reconcile(t.Context(), c, tc.spec)
				require.NoError(t, err, tc.reason)
			}
			tc.spec.Name, tc.spec.Pools = "one more", []nodepool.Pool{nodepool.Dev()}
			tc.spec.Pools[0].Count = max(25, nodes) - nodes + 1
			_, err := nodepool.Plan(t.Context(), c, tc.spec)
			var limit *nodepool.LimitError
			require.ErrorAs(t, err, &limit, "there is a limit all the same")
		})
	}
}

// The figures of a size come from its name.
func TestOptionsForAnUnknownSize(t *testing.T) {
	spec := nodepool.Cluster{Region: "fra1", Pools: []nodepool.Pool{{Name: "large", Size: "m3-16vcpu-128gb", Count: 1}}}
	sizes := nodepooltest.OptionsFor(spec).Sizes
	large := sizes[len(sizes)-1]
	require.Equal(t, []any{"m3-16vcpu-128gb", 16, 128 * 1024, true}, []any{large.Slug, large.Vcpus, large.Memory, large.Available})
	require.Equal(t, []string{"fra1"}, large.Regions)
	spec.Pools[0].Size = "large"
	require.Len(t, nodepooltest.OptionsFor(spec).Sizes, len(nodepooltest.DefaultSizes()), "nothing is known of it")
}
