// Command workload reconciles one server in one namespace: the least program that uses Caisson.
//
// It works on the cluster of the current kubeconfig context.
package main

import (
	"context"
	"log"
	"os"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/config"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/security"
	"github.com/caissonhq/caisson/workload"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: workload IMAGE@sha256:DIGEST")
	}
	cluster, err := config.GetConfig() // the kubeconfig's current context
	if err != nil {
		log.Fatal(err)
	}
	c, err := client.New(cluster, client.Options{})
	if err != nil {
		log.Fatal(err)
	}
	shop := security.Namespace{Name: "shop"}
	web := workload.Server{Name: "web", Namespace: "shop", Image: os.Args[1], Port: 8080}
	set := apply.Set{Namespace: "shop", Name: "shop", Program: "example"}
	report, err := apply.Reconcile(context.Background(), c, set, []caisson.Builder{shop, web}, apply.Prune)
	_ = report.Table(os.Stdout)
	if err != nil {
		log.Fatal(err)
	}
}
