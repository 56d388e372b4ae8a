package main

import (
	"context"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson/apply"
)

var applyStrategy = strategy{
	name: "apply", title: "caisson apply.Apply", module: "github.com/caissonhq/caisson", prunes: true,
	about: "With apply.Prune in every pass, as it is meant to be called. What is to be pruned it finds in the cluster.",
	start: func(namespace string) caller { return &caissonApply{namespace: namespace} },
}

type caissonApply struct {
	namespace string
	client    client.Client
	objects   []client.Object
}

func (a *caissonApply) prepare(j job) error {
	a.objects = j.desired
	return nil
}

func (a *caissonApply) connect(config *rest.Config) (err error) {
	a.client, err = newClient(config)
	return err
}

func (a *caissonApply) call(ctx context.Context) error {
	set := apply.Set{Namespace: a.namespace, Name: "load", Program: "benchmark"}
	_, err := apply.Apply(ctx, a.client, set, a.objects, apply.Prune)
	return err
}
