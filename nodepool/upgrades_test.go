package nodepool_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
	resourcev1 "k8s.io/api/resource/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// upgradable account: a cluster of 1.37 with newer versions, of which 1.38 removes resource.k8s.io/v1beta1, and three claims.
func upgradable(t *testing.T, delay time.Duration) (*account, nodepool.Cluster) {
	t.Helper()
	versions := []godo.KubernetesVersion{
		{Slug: "1.38.1-do.0"}, {Slug: "1.37.3-do.1"}, {Slug: "1.37.3-do.0"}, {Slug: "1.37.2-do.0"},
	}
	a := newAccount(t, nodepooltest.Options{
		Versions: versions, Delays: nodepooltest.Delays{Upgrade: delay},
		Clock: clocktesting.NewFakeClock(time.Now()), // it stands still
	})
	spec := shop()
	spec.Version = "1.37.2-do.0"
	a.reconcile(spec)
	served := []schema.GroupVersion{
		{Group: "resource.k8s.io", Version: "v1beta1"},
		{Group: "resource.k8s.io", Version: "v1"},
		{Group: "resource.k8s.io", Version: "v1beta2"},
	}
	mapper := meta.NewDefaultRESTMapper(served)
	for _, version := range served {
		mapper.Add(version.WithKind("ResourceClaim"), meta.RESTScopeNamespace)
	}
	a.kube = fake.NewClientBuilder().WithScheme(scheme.Scheme).WithRESTMapper(mapper).WithReturnManagedFields().WithObjects(
		claimBy("fpga", "operator", "v1beta2"), claimBy("gpu", "helm", "v1beta1"), claimBy("nic", "kubectl", "v1"),
	).Build()
	return a, spec
}

// claimBy a manager through a version.
func claimBy(name, manager, version string) *resourcev1.ResourceClaim {
	entry := metav1.ManagedFieldsEntry{
		Manager: manager, APIVersion: "resource.k8s.io/" + version, Operation: metav1.ManagedFieldsOperationUpdate,
		FieldsType: "FieldsV1", FieldsV1: metav1.NewFieldsV1(`{"f:spec":{}}`),
		Time: new(metav1.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)),
	}
	earlier := *entry.DeepCopy()
	earlier.Operation, earlier.Time = metav1.ManagedFieldsOperationApply, new(metav1.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC))
	return &resourcev1.ResourceClaim{ObjectMeta: metav1.ObjectMeta{
		Namespace: "ml", Name: name, ManagedFields: []metav1.ManagedFieldsEntry{entry, earlier},
	}}
}

func TestUpgradesSayWhatTheyTakeAway(t *testing.T) {
	a, spec := upgradable(t, 0)
	before := a.writes()
	offers, err := nodepool.Upgrades(t.Context(), a.client(), spec)
	require.NoError(t, err)
	require.Equal(t, before, a.writes(), "it writes nothing")
	require.Len(t, offers, 3)
	require.Equal(t, "1.38.1-do.0", offers[0].Version, "the newest first")
	require.Len(t, offers[0].Uses, 1, "v1beta2 is there longer, and v1 for good")
	require.Equal(t, "ResourceClaim ml/gpu is written by helm through resource.k8s.io/v1beta1, which Kubernetes 1.38 removes: "+
		"have helm write resource.k8s.io/v1", offers[0].Uses[0].String())
	require.Equal(t, time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC), offers[0].Uses[0].Written, "the last time")
	require.Empty(t, offers[0].Unseen)
	require.Equal(t, []nodepool.UpgradeOffer{{Version: "1.37.3-do.1"}, {Version: "1.37.3-do.0"}}, offers[1:],
		"A patch release removes nothing.")

	spec.Name = "other"
	_, err = nodepool.Upgrades(t.Context(), a.client(), spec)
	require.ErrorContains(t, err, "there is no cluster other")
}

// What was not looked at is said of the versions that it matters for.
func TestUpgradesSayWhatTheyHaveNotSeen(t *testing.T) {
	a, spec := upgradable(t, 0)
	offers, err := nodepool.Upgrades(t.Context(), nodepool.Client{DO: a.server.Client()}, spec)
	require.NoError(t, err)
	require.Len(t, offers[0].Unseen, 1)
	require.Contains(t, offers[0].Unseen[0], "Client.Kube is nil")
	require.Empty(t, offers[1].Unseen, "There is nothing to look at.")

	a.kube = interceptor.NewClient(a.kube.(client.WithWatch), interceptor.Funcs{
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
			if _, metadata := list.(*metav1.PartialObjectMetadataList); metadata {
				return errors.New("forbidden")
			}
			return c.List(ctx, list, opts...)
		},
	})
	offers, err = nodepool.Upgrades(t.Context(), a.client(), spec)
	require.NoError(t, err)
	require.Equal(t, []string{"ResourceClaim.resource.k8s.io: forbidden"}, offers[0].Unseen)
}

// A cluster that is up to date has none, and then nothing else is asked.
func TestNoUpgrades(t *testing.T) {
	a := newAccount(t, nodepooltest.Options{})
	a.reconcile(shop())
	offers, err := nodepool.Upgrades(t.Context(), a.client(), shop())
	require.NoError(t, err)
	require.Empty(t, offers)

	a.server.Fail(func(r *http.Request) nodepooltest.Fault {
		if r.URL.Path[len(r.URL.Path)-len("/upgrades"):] == "/upgrades" {
			return nodepooltest.Status(http.StatusForbidden)
		}
		return nodepooltest.Fault{}
	})
	_, err = nodepool.Upgrades(t.Context(), a.client(), shop())
	require.ErrorContains(t, err, "ask for the upgrades of the cluster")
}
