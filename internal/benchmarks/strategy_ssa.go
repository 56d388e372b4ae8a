package main

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

func serverSideApply(parallel int) strategy {
	name, title := "ssa", "server-side apply of everything"
	if parallel > 1 {
		name, title = fmt.Sprintf("ssa-%d", parallel), fmt.Sprintf("%s, %d at once", title, parallel)
	}
	return strategy{
		name: name, title: title, module: "sigs.k8s.io/controller-runtime",
		about: "client.Apply with ForceOwnership for each object, made unstructured within the call.",
		start: func(string) caller { return &appliesAll{parallel: parallel} },
	}
}

type appliesAll struct {
	parallel int
	client   client.Client
	objects  []client.Object
}

func (a *appliesAll) prepare(j job) error {
	a.objects = j.desired
	return nil
}

func (a *appliesAll) connect(config *rest.Config) (err error) {
	a.client, err = newClient(config)
	return err
}

func (a *appliesAll) call(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(a.parallel)
	for _, object := range a.objects {
		group.Go(func() error {
			content, err := toUnstructured(object)
			if err != nil {
				return err
			}
			err = a.client.Apply(ctx, client.ApplyConfigurationFromUnstructured(content),
				client.FieldOwner("benchmark"), client.ForceOwnership)
			if err != nil {
				return fmt.Errorf("%s: %w", keyOf(object), err)
			}
			return nil
		})
	}
	return group.Wait()
}
