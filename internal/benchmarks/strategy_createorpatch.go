package main

import (
	"context"
	"fmt"
	"maps"
	"reflect"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
)

var createOrPatch = strategy{
	name: "create-or-patch", title: "controllerutil.CreateOrPatch", module: "sigs.k8s.io/controller-runtime",
	about: "Typed, one after another. The mutate function adds labels and annotations, and sets every other field of the " +
		"object but its status (spec, data, rules) to the desired one, as operators do.",
	start: func(string) caller { return &createsOrPatches{} },
}

type createsOrPatches struct {
	client  client.Client
	objects []client.Object
}

func (c *createsOrPatches) prepare(j job) error {
	c.objects = j.desired
	return nil
}

func (c *createsOrPatches) connect(config *rest.Config) (err error) {
	c.client, err = newClient(config)
	return err
}

func (c *createsOrPatches) call(ctx context.Context) error {
	for _, desired := range c.objects {
		live, ok := reflect.TypeAssert[client.Object](reflect.New(reflect.TypeOf(desired).Elem()))
		if !ok {
			return fmt.Errorf("%T is no object", desired)
		}
		live.SetNamespace(desired.GetNamespace())
		live.SetName(desired.GetName())
		_, err := controllerutil.CreateOrPatch(ctx, c.client, live, func() error {
			mutate(live, desired)
			return nil
		})
		if err != nil {
			return fmt.Errorf("%s: %w", keyOf(desired), err)
		}
	}
	return nil
}

// mutate does for any kind what operators write for each: live.Spec = desired.Spec.
func mutate(live, desired client.Object) {
	live.SetLabels(merged(live.GetLabels(), desired.GetLabels()))
	live.SetAnnotations(merged(live.GetAnnotations(), desired.GetAnnotations()))
	copied := reflect.ValueOf(desired.DeepCopyObject()).Elem()
	for i := range copied.NumField() {
		switch copied.Type().Field(i).Name {
		case "TypeMeta", "ObjectMeta", "Status":
		default:
			reflect.ValueOf(live).Elem().Field(i).Set(copied.Field(i))
		}
	}
}

func merged(live, desired map[string]string) map[string]string {
	all := maps.Clone(live)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, desired)
	return all
}
