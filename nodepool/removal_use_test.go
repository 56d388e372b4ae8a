package nodepool_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson/apply/applytest"
	"github.com/caissonhq/caisson/nodepool"
)

// pager gives fewer objects with each page than it is asked for, and notes what was listed.
type pager struct {
	client.Client

	size   int64
	listed []string
	err    error
}

func (p *pager) List(ctx context.Context, list client.ObjectList, opts ...client.ListOption) error {
	kind := list.GetObjectKind().GroupVersionKind()
	p.listed = append(p.listed, kind.Kind+" "+kind.GroupVersion().String())
	if p.err != nil {
		return p.err
	}
	return p.Client.List(ctx, list, append(opts, client.Limit(p.size))...)
}

// On a real API server, which keeps the managed fields and serves autoscaling in two versions: as if the first one ended.
func TestUsesAreFoundInManagedFields(t *testing.T) {
	cluster := applytest.Start(t)
	namespace := cluster.Namespace(t)
	target := autoscalingv1.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: "web"}
	for _, name := range []string{"a", "b", "c"} {
		require.NoError(t, cluster.Client.Create(t.Context(), &autoscalingv1.HorizontalPodAutoscaler{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
			Spec:       autoscalingv1.HorizontalPodAutoscalerSpec{ScaleTargetRef: target, MaxReplicas: 3},
		}, client.FieldOwner("old-chart")))
	}
	require.NoError(t, cluster.Client.Create(t.Context(), &autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "new"},
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReference(target), MaxReplicas: 3,
		},
	}, client.FieldOwner("new-chart")))
	kube := &pager{Client: cluster.Client, size: 2}

	uses, unseen := nodepool.UsesIfRemoved(t.Context(), nodepool.Client{Kube: kube},
		autoscalingv1.SchemeGroupVersion.WithKind("HorizontalPodAutoscaler"),
		schema.GroupVersionKind{Group: "resource.k8s.io", Version: "v1beta1", Kind: "ResourceClaim"}, // not served any more
		schema.GroupVersionKind{Group: "batch", Version: "v9", Kind: "CronJob"},                      // of a kind that is
		schema.GroupVersionKind{Group: "authorization.k8s.io", Version: "v1", Kind: "SubjectAccessReview"},
	)
	require.Empty(t, unseen)
	require.Len(t, uses, 3, "all pages, and only what is written through the version that ends")
	for i, name := range []string{"a", "b", "c"} {
		require.Equal(t, "HorizontalPodAutoscaler "+namespace+"/"+name, uses[i].Ref.String())
		require.Equal(t, "old-chart", uses[i].Manager)
		require.False(t, uses[i].Written.IsZero())
	}
	require.Equal(t, []string{
		"HorizontalPodAutoscalerList autoscaling/v2", "HorizontalPodAutoscalerList autoscaling/v2",
		"SubjectAccessReviewList authorization.k8s.io/v1",
	}, kube.listed, "through the version that stays, and nothing that is not served")

	kube.listed = nil
	uses, _ = nodepool.UsesIfRemoved(t.Context(), nodepool.Client{Kube: kube},
		autoscalingv1.SchemeGroupVersion.WithKind("HorizontalPodAutoscaler"),
		autoscalingv2.SchemeGroupVersion.WithKind("HorizontalPodAutoscaler"))
	require.Len(t, uses, 4, "through either")
	require.Len(t, kube.listed, 2, "two pages, once")

	time.Sleep(time.Second) // times are in seconds
	var moved autoscalingv2.HorizontalPodAutoscaler
	require.Eventually(t, func() bool { // its controller writes to it as well
		require.NoError(t, cluster.Client.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: "b"}, &moved))
		moved.Spec.MaxReplicas = 4
		return cluster.Client.Update(t.Context(), &moved, client.FieldOwner("old-chart")) == nil
	}, 10*time.Second, 50*time.Millisecond)
	require.True(t, slices.ContainsFunc(moved.ManagedFields, func(entry metav1.ManagedFieldsEntry) bool {
		return entry.Manager == "old-chart" && entry.APIVersion == "autoscaling/v1"
	}), "the server keeps who wrote through the old version")
	uses, _ = nodepool.UsesIfRemoved(t.Context(), nodepool.Client{Kube: kube},
		autoscalingv1.SchemeGroupVersion.WithKind("HorizontalPodAutoscaler"))
	require.Len(t, uses, 2, "who has moved on is not named")

	kube.err = errors.New("forbidden")
	uses, unseen = nodepool.UsesIfRemoved(t.Context(), nodepool.Client{Kube: kube},
		autoscalingv1.SchemeGroupVersion.WithKind("HorizontalPodAutoscaler"))
	require.Empty(t, uses)
	require.Equal(t, []string{"HorizontalPodAutoscaler.autoscaling: forbidden"}, unseen, "Nobody knows is not nobody.")
}
