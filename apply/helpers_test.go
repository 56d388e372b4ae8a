package apply_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"

	"github.com/go-logr/logr"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/apply/applytest"
)

// builder is the least that Plan and Reconcile take.
type builder struct {
	objects  []caisson.Object
	requires []caisson.Requirement
	invalid  error
}

func (b builder) Objects() ([]caisson.Object, error) { return b.objects, nil }
func (b builder) Validate() error                    { return b.invalid }
func (b builder) Requires() []caisson.Requirement    { return b.requires }

func built(objects ...caisson.Object) []caisson.Builder {
	return []caisson.Builder{builder{objects: objects}}
}

// place is a namespace of a test on the shared cluster, and a set in it.
type place struct {
	*applytest.Cluster
	namespace string
	set       apply.Set
	writes    *atomic.Int64 // requests that would change something
}

func newPlace(t *testing.T) place {
	t.Helper()
	p := place{Cluster: applytest.Shared(t), writes: &atomic.Int64{}}
	p.namespace = p.Namespace(t)
	p.set = apply.Set{Namespace: p.namespace, Name: "shop", Program: "test"}
	return p
}

func (p place) connect(t *testing.T) client.WithWatch {
	t.Helper()
	c, err := client.NewWithWatch(p.Config, client.Options{Log: logr.FromSlogHandler(slog.DiscardHandler)})
	require.NoError(t, err)
	return c
}

// client of the program under test; it counts what it writes.
func (p place) client(t *testing.T) client.Client {
	t.Helper()
	return interceptor.NewClient(p.connect(t), interceptor.Funcs{
		Apply: func(ctx context.Context, c client.WithWatch, o runtime.ApplyConfiguration, opts ...client.ApplyOption) error {
			if len((&client.ApplyOptions{}).ApplyOptions(opts).DryRun) == 0 {
				p.writes.Add(1)
			}
			return c.Apply(ctx, o, opts...)
		},
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
			p.writes.Add(1)
			return c.Create(ctx, o, opts...)
		},
		Update: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.UpdateOption) error {
			if len((&client.UpdateOptions{}).ApplyOptions(opts).DryRun) == 0 {
				p.writes.Add(1)
			}
			return c.Update(ctx, o, opts...)
		},
		Patch: func(
			ctx context.Context, c client.WithWatch, o client.Object, patch client.Patch, opts ...client.PatchOption,
		) error {
			p.writes.Add(1)
			return c.Patch(ctx, o, patch, opts...)
		},
		Delete: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.DeleteOption) error {
			p.writes.Add(1)
			return c.Delete(ctx, o, opts...)
		},
	})
}

func (p place) get(t *testing.T, object client.Object) {
	t.Helper()
	require.NoError(t, p.Client.Get(t.Context(), client.ObjectKeyFromObject(object), object))
}

func configMap(namespace, name, value string) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Data:       map[string]string{"key": value},
	}
}

func secret(namespace, name, value string) *corev1.Secret {
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Data:       map[string][]byte{"password": []byte(value)},
	}
}

func policy(namespace, name string) *networkingv1.NetworkPolicy {
	return &networkingv1.NetworkPolicy{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: networkingv1.NetworkPolicySpec{
			PodSelector: metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}},
			PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress},
		},
	}
}

// actions of a report by the names of the objects.
func actions(report *caisson.Report) map[string]caisson.Action {
	all := map[string]caisson.Action{}
	for _, change := range report.Changes {
		all[change.Ref.Kind+" "+change.Ref.Name] = change.Action
	}
	return all
}
