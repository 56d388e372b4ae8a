package nodepooltest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

func TestOptionsAreWhatCanBeHad(t *testing.T) {
	l := emptyLab(t, nodepooltest.Options{})
	options, _, err := l.api.GetOptions(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, options.Regions)
	require.Equal(t, "1.36.3-do.0", options.Versions[0].Slug, "the newest first")
	slugs := make([]string, 0, len(options.Sizes))
	for _, size := range options.Sizes {
		slugs = append(slugs, size.Slug)
	}
	for _, preset := range []nodepool.Pool{nodepool.Production(), nodepool.Staging(), nodepool.Dev()} {
		require.Contains(t, slugs, preset.Size)
	}
	require.NotContains(t, slugs, "s-1vcpu-1gb", "too small for a node")
	require.NotContains(t, slugs, "s-8vcpu-32gb-amd", "sold out")
}

func TestSizesHavePrices(t *testing.T) {
	sizes, _, err := emptyLab(t, nodepooltest.Options{}).server.Client().Sizes.List(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, nodepooltest.DefaultSizes(), sizes)
	for _, size := range sizes {
		require.InDelta(t, size.PriceMonthly, size.PriceHourly*672, 0.02, "a month is 672 hours: %s", size.Slug)
		require.Equal(t, size.Slug != "s-8vcpu-32gb-amd", size.Available)
	}
}

// A size whose name tells nothing has its figures from the list.
func TestTemplateTellsWhatIsAllocatable(t *testing.T) {
	sizes := append(nodepooltest.DefaultSizes(), nodepooltest.DefaultSizes()[4])
	sizes[len(sizes)-1].Slug = "odd"
	l := newLab(t, nodepooltest.Options{Sizes: sizes})
	_, _, err := l.api.CreateNodePool(t.Context(), l.cluster, &godo.KubernetesNodePoolCreateRequest{
		Name: "odd", Size: "odd", Labels: map[string]string{"a": "b"}, Taints: []godo.Taint{{Key: "c", Value: "d", Effect: "NoSchedule"}},
	})
	require.NoError(t, err)
	for _, name := range []string{"general", "odd"} {
		seen, _, err := l.api.GetNodePoolTemplate(t.Context(), l.cluster, name)
		require.NoError(t, err)
		require.Equal(t, &godo.KubernetesNodePoolResources{CPU: 2, CpuMilliCores: 2000, Memory: "8Gi", Pods: 110}, seen.Template.Capacity)
		require.Equal(t, &godo.KubernetesNodePoolResources{CPU: 2, CpuMilliCores: 1900, Memory: "6Gi", Pods: 110}, seen.Template.Allocatable)
		require.Equal(t, "fra1", seen.Template.Labels["topology.kubernetes.io/region"])
		if name == "odd" {
			require.Equal(t, []string{"c=d:NoSchedule"}, seen.Template.Taints)
			require.Equal(t, "b", seen.Template.Labels["a"])
		}
	}
}

func TestRegistryOfClusters(t *testing.T) {
	l := newLab(t, nodepooltest.Options{})
	enabled := func() bool {
		seen, _, err := l.api.Get(t.Context(), l.cluster)
		require.NoError(t, err)
		return seen.RegistryEnabled
	}
	require.False(t, enabled())
	_, err := l.api.AddRegistry(t.Context(), &godo.KubernetesClusterRegistryRequest{ClusterUUIDs: []string{l.cluster, "none"}})
	require.Equal(t, http.StatusNotFound, status(t, err))
	require.False(t, enabled(), "all or none")
	answer, err := l.api.AddRegistry(t.Context(), &godo.KubernetesClusterRegistryRequest{ClusterUUIDs: []string{l.cluster}})
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, answer.StatusCode)
	require.True(t, enabled())
	_, err = l.api.RemoveRegistry(t.Context(), &godo.KubernetesClusterRegistryRequest{ClusterUUIDs: []string{l.cluster}})
	require.NoError(t, err)
	require.False(t, enabled())
	_, err = l.api.AddRegistry(t.Context(), &godo.KubernetesClusterRegistryRequest{})
	require.Equal(t, http.StatusUnprocessableEntity, status(t, err))
}

func TestKubeconfig(t *testing.T) {
	l := newLab(t, nodepooltest.Options{})
	config, answer, err := l.api.GetKubeConfigWithExpiry(t.Context(), l.cluster, 300)
	require.NoError(t, err)
	require.Contains(t, string(config.KubeconfigYAML), "https://"+l.cluster+".k8s.ondigitalocean.invalid")
	require.Equal(t, "application/yaml", answer.Header.Get("Content-Type"))

	l = newLab(t, nodepooltest.Options{Kubeconfig: func(id string) ([]byte, error) { return []byte("of " + id), nil }})
	config, _, err = l.api.GetKubeConfig(t.Context(), l.cluster, nil)
	require.NoError(t, err)
	require.Equal(t, "of "+l.cluster, string(config.KubeconfigYAML))
}

func TestStatusMessagesAndAssociatedResources(t *testing.T) {
	l := newLab(t, nodepooltest.Options{})
	now := time.Now()
	messages, _, err := l.api.GetClusterStatusMessages(t.Context(), l.cluster, &godo.KubernetesGetClusterStatusMessagesRequest{Since: &now})
	require.NoError(t, err)
	require.Empty(t, messages)
	code, _ := l.raw(http.MethodGet, "/v2/kubernetes/clusters/"+l.cluster+"/status_messages?since=yesterday", nil)
	require.Equal(t, http.StatusUnprocessableEntity, code)
	resources, _, err := l.api.ListAssociatedResourcesForDeletion(t.Context(), l.cluster)
	require.NoError(t, err)
	require.Empty(t, resources.LoadBalancers)
}
