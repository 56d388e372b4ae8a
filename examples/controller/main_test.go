package main

import (
	"context"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	networkingv1 "k8s.io/api/networking/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson/apply/applytest"
)

// Whatever somebody changes is as it was a moment later, and then nothing more is written.
func TestDriftIsCorrected(t *testing.T) {
	ctrl.SetLogger(logr.Discard())
	cluster := applytest.Start(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, cluster.Config) }()
	defer func() {
		stop()
		require.NoError(t, <-ended)
	}()

	c, key := cluster.Client, client.ObjectKey{Namespace: "shop", Name: "web"}
	eventually := func(condition func() bool, what string) {
		t.Helper()
		require.Eventually(t, condition, 2*time.Minute, 50*time.Millisecond, what)
	}
	var web appsv1.Deployment
	eventually(func() bool { return c.Get(ctx, key, &web) == nil }, "the server is there")
	image := web.Spec.Template.Spec.Containers[0].Image
	eventually(func() bool {
		web.Spec.Template.Spec.Containers[0].Image = "example.com/edited"
		return c.Update(ctx, &web) == nil || c.Get(ctx, key, &web) != nil
	}, "somebody edits it")
	eventually(func() bool {
		return c.Get(ctx, key, &web) == nil && web.Spec.Template.Spec.Containers[0].Image == image
	}, "its image is taken back")

	var policies networkingv1.NetworkPolicyList
	require.NoError(t, c.List(ctx, &policies, client.InNamespace("shop")))
	require.NotEmpty(t, policies.Items)
	lost := policies.Items[0]
	require.NoError(t, c.Delete(ctx, &lost))
	eventually(func() bool {
		return c.Get(ctx, client.ObjectKeyFromObject(&lost), &networkingv1.NetworkPolicy{}) == nil
	},
		"what was deleted is there again")

	generation := func() int64 {
		require.NoError(t, c.Get(ctx, key, &web))
		return web.Generation
	}
	before := generation()
	time.Sleep(time.Second) // events of the status come in and must lead to nothing
	require.Equal(t, before, generation())
}
