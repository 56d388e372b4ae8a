package cluster_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson/internal/cluster"
)

// What was acknowledged survives the death of either component that answers for it, and the cluster works on: a
// Deployment that is made afterwards becomes available, which takes every component.
func TestKilledComponentsComeBack(t *testing.T) {
	c := start(t, cluster.Options{Nodes: []*corev1.Node{node("one")}})
	api, err := client.New(c.Config, client.Options{})
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		return api.Get(t.Context(), client.ObjectKey{Namespace: "default", Name: "default"}, &corev1.ServiceAccount{}) == nil
	}, time.Minute, 50*time.Millisecond, "the controllers are up, and bear the absence of the others")
	for _, component := range []string{"kube-apiserver", "etcd"} {
		kept := &corev1.ConfigMap{
			ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "before-" + component},
			Data:       map[string]string{"key": component},
		}
		require.NoError(t, api.Create(t.Context(), kept))
		require.NoError(t, c.Kill(component))
		require.ErrorContains(t, c.Kill(component), "has ended before it was killed")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second) // the API server alone waits long for etcd
		require.Error(t, api.Create(ctx, &corev1.ConfigMap{
			ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "meanwhile-" + component},
		}), "nothing is acknowledged without %s", component)
		cancel()

		require.NoError(t, c.Restart(t.Context(), component))
		require.ErrorContains(t, c.Restart(t.Context(), component), "is running")
		now := &corev1.ConfigMap{}
		require.NoError(t, api.Get(t.Context(), client.ObjectKeyFromObject(kept), now))
		require.Equal(t, kept.UID, now.UID, "etcd has kept it")
	}
	web := deployment("web", "100m")
	require.NoError(t, api.Create(t.Context(), web))
	require.Eventually(t, func() bool {
		require.NoError(t, api.Get(t.Context(), client.ObjectKeyFromObject(web), web))
		return web.Status.AvailableReplicas == 1
	}, 3*time.Minute, 100*time.Millisecond)
	require.ErrorContains(t, c.Kill("kubelet"), "no component")
}
