package nodepool_test

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// account is a DigitalOcean in memory, and a cluster's API server in memory, whose nodes a test makes by itself.
type account struct {
	t      *testing.T
	server *nodepooltest.Server
	kube   client.Client
}

func newAccount(t *testing.T, o nodepooltest.Options) *account {
	t.Helper()
	kube := fake.NewClientBuilder().WithScheme(scheme.Scheme).
		WithIndex(&corev1.Pod{}, "spec.nodeName", func(o client.Object) []string { return []string{o.(*corev1.Pod).Spec.NodeName} }).
		WithIndex(&corev1.Pod{}, "status.phase", func(o client.Object) []string { return []string{string(o.(*corev1.Pod).Status.Phase)} })
	a := &account{t: t, server: nodepooltest.New(o), kube: kube.Build()}
	t.Cleanup(a.server.Close)
	return a
}

func (a *account) client() nodepool.Client {
	return nodepool.Client{DO: a.server.Client(), Kube: a.kube}
}

// shop is a cluster with a pool of two nodes.
func shop(pools ...nodepool.Pool) nodepool.Cluster {
	if len(pools) == 0 {
		pools = []nodepool.Pool{{Name: "general", Preset: nodepool.PresetStaging}}
	}
	return nodepool.Cluster{Name: "shop", Region: "fra1", Pools: pools}
}

// reconcile must succeed, and a plan before must say the same and write nothing. Once more, nothing is left to do.
func (a *account) reconcile(spec nodepool.Cluster, options ...nodepool.Option) *caisson.Report {
	a.t.Helper()
	var planOptions []nodepool.PlanOption
	for _, option := range options {
		if plan, ok := option.(nodepool.PlanOption); ok {
			planOptions = append(planOptions, plan)
		}
	}
	before := a.writes()
	plan, err := nodepool.Plan(a.t.Context(), a.client(), spec, planOptions...)
	require.NoError(a.t, err)
	require.Equal(a.t, before, a.writes(), "a plan writes nothing")
	report, err := nodepool.Reconcile(a.t.Context(), a.client(), spec, options...)
	require.NoError(a.t, err)
	require.Equal(a.t, plan, report, "the plan tells what the run does")
	writes := a.writes()
	again, err := nodepool.Reconcile(a.t.Context(), a.client(), spec, options...)
	require.NoError(a.t, err)
	require.False(a.t, again.Changed(), "%v", again)
	require.Equal(a.t, writes, a.writes(), "a run with nothing to do writes nothing")
	return report
}

// writes to DigitalOcean, each as method, path and body.
func (a *account) writes() []string {
	var all []string
	for _, r := range a.server.Requests() {
		if r.Method != http.MethodGet {
			all = append(all, r.Method+" "+r.Path+" "+r.Body)
		}
	}
	return all
}

// actions of a report, as "created NodePool general".
func actions(report *caisson.Report) []string {
	all := make([]string, 0, len(report.Changes))
	for _, change := range report.Changes {
		all = append(all, string(change.Action)+" "+change.Ref.String())
	}
	return all
}

// fields of a change, as a table shows them.
func fields(change caisson.Change) []string {
	all := make([]string, 0, len(change.Fields))
	for _, f := range change.Fields {
		all = append(all, f.Path+": "+strings.Join([]string{f.Before, f.After}, " -> "))
	}
	return all
}

// pool as godo sees it, and the id of its cluster.
type pool struct {
	*godo.KubernetesNodePool

	cluster string
}

// ownTags are those that DigitalOcean does not put there by itself.
func (p pool) ownTags() []string {
	return slices.DeleteFunc(slices.Clone(p.Tags), func(tag string) bool { return strings.HasPrefix(tag, "k8s") })
}

// live pools, as godo sees it, whose first is the default pool.
func (a *account) pools() []pool {
	a.t.Helper()
	clusters, _, err := a.server.Client().Kubernetes.List(a.t.Context(), nil)
	require.NoError(a.t, err)
	require.Len(a.t, clusters, 1)
	all := make([]pool, 0, len(clusters[0].NodePools))
	for _, one := range clusters[0].NodePools {
		all = append(all, pool{one, clusters[0].ID})
	}
	return all
}

// node of a pool in the API server.
func (a *account) node(p pool, name string, labels map[string]string) {
	a.t.Helper()
	all := map[string]string{"doks.digitalocean.com/node-pool-id": p.ID}
	maps.Copy(all, labels)
	require.NoError(a.t, a.kube.Create(a.t.Context(), &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: all}}))
}

func (a *account) nodeLabels(name string) map[string]string {
	a.t.Helper()
	var node corev1.Node
	require.NoError(a.t, a.kube.Get(context.Background(), client.ObjectKey{Name: name}, &node))
	return node.Labels
}

// retag a pool, without Caisson.
func (a *account) retag(p pool, tags ...string) {
	a.t.Helper()
	_, _, err := a.server.Client().Kubernetes.UpdateNodePool(a.t.Context(), p.cluster, p.ID, &godo.KubernetesNodePoolUpdateRequest{Tags: tags})
	require.NoError(a.t, err)
}
