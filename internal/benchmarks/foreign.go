package main

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	foreignNamespaces = 10
	// shareBeside is the part of the foreign objects that is in the namespace of each strategy: 1 in 40.
	shareBeside  = 40
	createAtOnce = 32
)

// createForeign fills the cluster with objects that are no strategy's: a part of them in each of the namespaces, the
// others in namespaces of their own.
func createForeign(ctx context.Context, c client.Client, count int, beside []string) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(createAtOnce)
	made := 0
	fill := func(namespace string, until int) {
		for ; made < until; made++ {
			object, err := foreignObject(namespace, made)
			group.Go(func() error {
				if err != nil {
					return err
				}
				return c.Create(ctx, object)
			})
		}
	}
	for _, namespace := range beside {
		fill(namespace, made+count/shareBeside)
	}
	rest := count - made
	for i := range foreignNamespaces {
		namespace := fmt.Sprintf("foreign-%d", i)
		if err := c.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}); err != nil {
			return err
		}
		fill(namespace, made+rest/foreignNamespaces)
	}
	return group.Wait()
}

func foreignObject(namespace string, index int) (client.Object, error) {
	name := fmt.Sprintf("foreign-%05d", index)
	meta := metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: map[string]string{labelPurpose: purposeForeign}}
	data := map[string]string{"data": strings.Repeat("somebody else's ", 64)}
	switch index % 3 {
	case 0:
		return &corev1.ConfigMap{ObjectMeta: meta, Data: data}, nil
	case 1:
		return &corev1.Secret{ObjectMeta: meta, StringData: data}, nil
	default:
		objects, err := newServer(namespace, name).Build()
		if err != nil {
			return nil, err
		}
		objects.Deployment.Spec.Replicas = new(int32)
		objects.Deployment.Spec.Paused = true // or the controllers make as many ReplicaSets, for minutes
		objects.Deployment.Labels[labelPurpose] = purposeForeign
		return objects.Deployment, nil
	}
}
