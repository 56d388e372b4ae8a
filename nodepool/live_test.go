package nodepool_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"flag"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson/apply/applytest"
	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

const liveCost = "it makes a cluster with 1 to 3 nodes of s-1vcpu-2gb-intel in fra1, 0.024 dollars an hour each, for some " +
	"30 minutes, and deletes it again: about 0.05 dollars"

var live = flag.Bool("live", false, "test with DigitalOcean itself, with the token in DIGITALOCEAN_ACCESS_TOKEN: "+liveCost)

// The life of a cluster, with DigitalOcean itself.
func TestLive(t *testing.T) {
	token := os.Getenv("DIGITALOCEAN_ACCESS_TOKEN")
	if !*live || token == "" {
		t.Skip("needs -live and a token in DIGITALOCEAN_ACCESS_TOKEN: " + liveCost)
	}
	t.Log(liveCost)
	lifecycle(t, godo.NewFromToken(token), nodepool.Pace{}, 20*time.Minute)
}

// The same on the fake, so that it is known to work before it costs anything.
func TestLifecycle(t *testing.T) {
	cluster := applytest.Start(t)
	kubeconfig, err := os.ReadFile(cluster.Kubeconfig)
	require.NoError(t, err)
	server := nodepooltest.New(nodepooltest.Options{
		Delays:     nodepooltest.Delays{Cluster: time.Second, NodeJoin: time.Second},
		RateLimit:  nodepooltest.RateLimit{PerHour: -1, PerMinute: -1},
		Nodes:      func(string) nodepooltest.Nodes { return nodepooltest.Simulated(cluster.Client) },
		Kubeconfig: func(string) ([]byte, error) { return kubeconfig, nil },
	})
	t.Cleanup(server.Close)
	lifecycle(t, server.Client(), quick(), time.Minute)
}

// lifecycle of a cluster: made, changed, a pool rotated, another removed, deleted. It deletes only what it has made.
func lifecycle(t *testing.T, do *godo.Client, pace nodepool.Pace, patience time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*patience)
	defer cancel()
	spec := nodepool.Cluster{
		Name: "caisson-live-" + strings.ToLower(rand.Text()[:8]), Region: cmp.Or(os.Getenv("CAISSON_LIVE_REGION"), "fra1"),
		Pools: []nodepool.Pool{{Name: "general", Preset: nodepool.PresetDev}},
	}
	c := nodepool.Client{DO: do}
	t.Cleanup(func() { deleteCluster(t, do, spec.Name, cmp.Or(pace.Look, 5*time.Second)) })
	wait := func() {
		t.Helper()
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		require.NoError(t, nodepool.Wait(ctx, c, spec, pace))
	}
	_, err := nodepool.Reconcile(ctx, c, spec)
	require.NoError(t, err)
	wait()

	file, err := nodepool.Kubeconfig(ctx, c, spec, 2*time.Hour)
	require.NoError(t, err)
	config, err := clientcmd.RESTConfigFromKubeConfig(file)
	require.NoError(t, err)
	c.Kube, err = client.New(config, client.Options{})
	require.NoError(t, err)

	spec.Pools[0].Labels = map[string]string{"team": "shop"}
	spec.Pools = append(spec.Pools, nodepool.Pool{
		Name: "extra", Size: spec.Pools[0].WithDefaults().Size, Autoscale: &nodepool.Autoscale{Max: 1},
		Taints: []corev1.Taint{{Key: "extra", Effect: corev1.TaintEffectNoSchedule}},
	})
	_, err = nodepool.Reconcile(ctx, c, spec)
	require.NoError(t, err)
	wait()
	plan, err := nodepool.Plan(ctx, c, spec)
	require.NoError(t, err)
	require.False(t, plan.Changed(), "%v", plan)

	_, err = nodepool.Rotate(ctx, c, spec, "general", pace, nodepool.Fresh)
	require.NoError(t, err)
	spec.Pools = spec.Pools[:1]
	_, err = nodepool.Reconcile(ctx, c, spec, nodepool.Prune, pace)
	require.NoError(t, err)
	plan, err = nodepool.Plan(ctx, c, spec, nodepool.Prune)
	require.NoError(t, err)
	require.False(t, plan.Changed(), "%v", plan)
	var nodes corev1.NodeList
	require.NoError(t, c.Kube.List(ctx, &nodes, client.MatchingLabels{"caisson.dev/pool": "general", "team": "shop"}))
	require.Len(t, nodes.Items, 1)
}

// deleteCluster of a name that nobody else has, and see it go.
func deleteCluster(t *testing.T, do *godo.Client, name string, look time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	all, _, err := do.Kubernetes.List(ctx, &godo.ListOptions{PerPage: 200})
	require.NoError(t, err, "see whether there is a cluster %s, and delete it", name)
	i := slices.IndexFunc(all, func(one *godo.KubernetesCluster) bool { return one.Name == name })
	if i < 0 {
		return
	}
	_, err = do.Kubernetes.Delete(ctx, all[i].ID)
	require.NoError(t, err, "delete the cluster %s by hand", name)
	require.Eventually(t, func() bool {
		_, response, err := do.Kubernetes.Get(ctx, all[i].ID) // while it is being deleted godo cannot read the answer
		return err != nil && response != nil && response.StatusCode == http.StatusNotFound
	}, 10*time.Minute, look, "delete the cluster %s by hand", name)
}
