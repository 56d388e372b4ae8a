package main

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
)

var floorUntyped = strategy{
	name: "floor", title: "floor: the bare LISTs, untyped", reads: true,
	about: "One labelled, paged LIST for each kind, all kinds at once, and nothing else: who reads the cluster untyped (JSON) " +
		"cannot do with less.",
	start: func(namespace string) caller { return &floor{namespace: namespace} },
}

var floorTyped = strategy{
	name: "floor-typed", title: "floor: the bare LISTs, typed", reads: true,
	about: "The same into Go types, which come as protobuf. Only kinds that the program was compiled with can be read so.",
	start: func(namespace string) caller { return &floor{namespace: namespace, typed: true} },
}

const pageSize = 500

type floor struct {
	namespace string
	typed     bool
	client    client.Client
}

// loadLists are empty lists of the kinds of the load.
func loadLists() []client.ObjectList {
	return []client.ObjectList{
		&corev1.ConfigMapList{}, &corev1.SecretList{}, &corev1.ServiceAccountList{}, &corev1.ServiceList{},
		&appsv1.DeploymentList{}, &policyv1.PodDisruptionBudgetList{}, &autoscalingv2.HorizontalPodAutoscalerList{},
		&networkingv1.NetworkPolicyList{}, &rbacv1.RoleList{},
	}
}

func (f *floor) prepare(job) error { return nil }

func (f *floor) connect(config *rest.Config) (err error) {
	f.client, err = newClient(config)
	return err
}

func (f *floor) call(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, list := range loadLists() {
		if !f.typed {
			gvk, err := apiutil.GVKForObject(list, scheme.Scheme)
			if err != nil {
				return err
			}
			untyped := &unstructured.UnstructuredList{}
			untyped.SetGroupVersionKind(gvk)
			list = untyped
		}
		group.Go(func() error { return f.list(ctx, list) })
	}
	return group.Wait()
}

func (f *floor) list(ctx context.Context, list client.ObjectList) error {
	for token := ""; ; {
		err := f.client.List(ctx, list, client.InNamespace(f.namespace), client.MatchingLabels{labelPurpose: purposeLoad},
			client.Limit(pageSize), client.Continue(token))
		if err != nil {
			return fmt.Errorf("list: %w", err)
		}
		if token = list.GetContinue(); token == "" {
			return nil
		}
	}
}
