// Command controller keeps a server and its namespace as they were declared: it watches what it has applied, and takes
// back whatever somebody changes, at once and for as long as it runs. With nothing to do it makes no requests.
package main

import (
	"context"
	"log"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/security"
	"github.com/caissonhq/caisson/workload"
)

func main() {
	if err := run(ctrl.SetupSignalHandler(), ctrl.GetConfigOrDie()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, config *rest.Config) error {
	set := apply.Set{Namespace: "shop", Name: "shop", Program: "shop-controller"}
	builders := []caisson.Builder{
		security.Namespace{Name: "shop"},
		workload.Server{
			Name: "web", Namespace: "shop", Port: 8080, Resources: workload.APIResources(),
			Image: "registry.digitalocean.com/shop/web@sha256:f2ca1bb6c7e907d06dafe4687e579fce76b37e4e93b7605022da52e6ccc26fd2",
		},
	}
	manager, err := ctrl.NewManager(config, ctrl.Options{
		Cache:   cache.Options{DefaultNamespaces: map[string]cache.Config{"shop": {}}}, // watch no more than that
		Metrics: metricsserver.Options{BindAddress: "0"},
	})
	if err != nil {
		return err
	}
	var memo apply.Memo
	reconciler := reconcile.Func(func(ctx context.Context, _ reconcile.Request) (reconcile.Result, error) {
		c := manager.GetClient()
		_, err := apply.Reconcile(ctx, c, set, builders, apply.Prune, apply.Cached(c), apply.Remember(&memo))
		// What nobody watches here is looked at every ten minutes; what failed is tried again by itself.
		return reconcile.Result{RequeueAfter: 10 * time.Minute}, err
	})
	theOne := handler.EnqueueRequestsFromMapFunc(func(context.Context, client.Object) []reconcile.Request {
		return []reconcile.Request{{}} // all objects belong to the one set
	})
	err = ctrl.NewControllerManagedBy(manager).Named("shop").
		Watches(&appsv1.Deployment{}, theOne).
		Watches(&corev1.Service{}, theOne).
		Watches(&corev1.ConfigMap{}, theOne).
		Watches(&networkingv1.NetworkPolicy{}, theOne).
		WatchesRawSource(source.Func(once)).
		Complete(reconciler)
	if err != nil {
		return err
	}
	return manager.Start(ctx)
}

// once at the start, when there may be nothing to watch yet.
func once(_ context.Context, queue workqueue.TypedRateLimitingInterface[reconcile.Request]) error {
	queue.Add(reconcile.Request{})
	return nil
}
