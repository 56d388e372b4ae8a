package main

import (
	"context"
	"log/slog"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// strategy is one way to make a cluster hold objects, as those who use it call it.
type strategy struct {
	name   string
	title  string
	module string // whose version the output gives
	about  string // what a reader has to know to judge the numbers
	prunes bool
	// reads alone: one that writes nothing and is measured against what apply has made.
	reads bool
	start func(namespace string) caller
}

// caller is a strategy at work in one namespace.
type caller interface {
	// prepare turns the objects into what users of the strategy hold before they call: text, for Helm. It is not measured.
	prepare(job) error
	// connect makes the clients. It is measured: discovery is a part of what a process pays.
	connect(*rest.Config) error
	// call makes the cluster hold what was prepared.
	call(context.Context) error
}

// job is what is desired, and what the strategy was last told to apply: who prunes without looking into the cluster
// needs to remember that.
type job struct {
	desired, previous []client.Object
}

// strategies in the order of the tables.
func strategies() []strategy {
	return []strategy{
		floorUntyped, floorTyped, applyStrategy, flux(1), flux(8), createOrPatch, serverSideApply(1), serverSideApply(16), helm,
	}
}

func newClient(config *rest.Config) (client.Client, error) {
	return client.New(config, client.Options{Scheme: scheme.Scheme, Log: logr.FromSlogHandler(slog.DiscardHandler)})
}

// toUnstructured leaves out what typed objects say although nobody asked for it.
func toUnstructured(object client.Object) (*unstructured.Unstructured, error) {
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		return nil, err
	}
	delete(content, "status")
	unstructured.RemoveNestedField(content, "metadata", "creationTimestamp")
	return &unstructured.Unstructured{Object: content}, nil
}

func allUnstructured(objects []client.Object) ([]*unstructured.Unstructured, error) {
	all := make([]*unstructured.Unstructured, len(objects))
	for i, object := range objects {
		var err error
		if all[i], err = toUnstructured(object); err != nil {
			return nil, err
		}
	}
	return all, nil
}
