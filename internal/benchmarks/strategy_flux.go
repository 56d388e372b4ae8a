package main

import (
	"context"
	"fmt"

	"github.com/fluxcd/pkg/ssa"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

func flux(concurrency int) strategy {
	name, title := "flux", "flux ssa ApplyAll"
	if concurrency > 1 {
		name, title = fmt.Sprintf("flux-%d", concurrency), fmt.Sprintf("flux ssa ApplyAll, concurrency %d", concurrency)
	}
	return strategy{
		name: name, title: title, module: "github.com/fluxcd/pkg/ssa", prunes: true,
		about: "Objects are unstructured beforehand. Pruning is DeleteAll of what the caller remembers to have applied, " +
			"as kustomize-controller does with its inventory; keeping the inventory is not measured.",
		start: func(string) caller { return &fluxApply{concurrency: concurrency} },
	}
}

type fluxApply struct {
	concurrency      int
	manager          *ssa.ResourceManager
	objects, removed []*unstructured.Unstructured
}

func (f *fluxApply) prepare(j job) (err error) {
	if f.objects, err = allUnstructured(j.desired); err != nil {
		return err
	}
	kept := map[string]bool{}
	for _, object := range j.desired {
		kept[keyOf(object)] = true
	}
	var removed []client.Object
	for _, object := range j.previous {
		if !kept[keyOf(object)] {
			removed = append(removed, object)
		}
	}
	f.removed, err = allUnstructured(removed)
	return err
}

func (f *fluxApply) connect(config *rest.Config) error {
	c, err := newClient(config)
	if err != nil {
		return err
	}
	f.manager = ssa.NewResourceManager(c, nil, ssa.Owner{Field: "benchmark", Group: "benchmark.caisson.dev"})
	if f.concurrency > 1 {
		f.manager.SetConcurrency(f.concurrency)
	}
	return nil
}

func (f *fluxApply) call(ctx context.Context) error {
	f.manager.SetOwnerLabels(f.objects, "load", "default")
	if _, err := f.manager.ApplyAll(ctx, f.objects, ssa.DefaultApplyOptions()); err != nil {
		return err
	}
	if len(f.removed) == 0 {
		return nil
	}
	options := ssa.DefaultDeleteOptions()
	options.Inclusions = f.manager.GetOwnerLabels("load", "default")
	_, err := f.manager.DeleteAll(ctx, f.removed, options)
	return err
}
