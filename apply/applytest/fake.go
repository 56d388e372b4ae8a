package applytest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/meta/testrestmapper"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/applyconfigurations"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/structured-merge-diff/v6/typed"
)

// NewClient gives a client to a cluster in memory that holds the objects. It serves all kinds of client-go's scheme,
// and metrics.k8s.io, and it applies with the merge rules of a real server, also as a dry run.
func NewClient(objects ...client.Object) client.WithWatch {
	return newBuilder(objects...).WithInterceptorFuncs(interceptor.Funcs{Apply: applyOrPreview}).Build()
}

func newBuilder(objects ...client.Object) *fake.ClientBuilder {
	return fake.NewClientBuilder().
		WithScheme(scheme.Scheme).
		WithRESTMapper(restMapper()).
		WithTypeConverters(
			withoutForeignStatus{applyconfigurations.NewTypeConverter(scheme.Scheme)},
			managedfields.NewDeducedTypeConverter(),
		).
		WithReturnManagedFields(). // as a real server does
		WithObjects(objects...)
}

func restMapper() meta.RESTMapper {
	metrics := schema.GroupVersion{Group: "metrics.k8s.io", Version: "v1beta1"}
	served := meta.NewDefaultRESTMapper([]schema.GroupVersion{metrics})
	served.Add(metrics.WithKind("PodMetrics"), meta.RESTScopeNamespace)
	served.Add(metrics.WithKind("NodeMetrics"), meta.RESTScopeRoot)
	// As a real server does, prefer the newest stable version of a group; the scheme alone prefers autoscaling/v1.
	versions := scheme.Scheme.PrioritizedVersionsAllGroups()
	slices.SortStableFunc(versions, func(a, b schema.GroupVersion) int {
		return version.CompareKubeAwareVersionStrings(b.Version, a.Version)
	})
	return meta.MultiRESTMapper{testrestmapper.TestOnlyStaticRESTMapper(scheme.Scheme, versions...), served}
}

// applyOrPreview does a dry run on a copy: controller-runtime's fake answers one with what was sent, unmerged.
func applyOrPreview(
	ctx context.Context, c client.WithWatch, object runtime.ApplyConfiguration, opts ...client.ApplyOption,
) error {
	options := (&client.ApplyOptions{}).ApplyOptions(opts)
	if len(options.DryRun) == 0 {
		return c.Apply(ctx, object, opts...)
	}
	text, err := json.Marshal(object)
	if err != nil {
		return fmt.Errorf("encode what is applied: %w", err)
	}
	live := &unstructured.Unstructured{}
	if err := json.Unmarshal(text, live); err != nil {
		return fmt.Errorf("decode what is applied: %w", err)
	}
	var there []client.Object
	switch err := c.Get(ctx, client.ObjectKeyFromObject(live), live); {
	case err == nil:
		there = append(there, live)
	case !apierrors.IsNotFound(err):
		return err
	}
	options.DryRun = nil
	return newBuilder(there...).Build().Apply(ctx, object, options)
}

// withoutForeignStatus leaves out the status of NetworkPolicies, which have none: the fake adds an empty one before it
// merges, and then finds it in no schema.
type withoutForeignStatus struct{ managedfields.TypeConverter }

func (w withoutForeignStatus) ObjectToTyped(
	object runtime.Object, opts ...typed.ValidationOptions,
) (*typed.TypedValue, error) {
	policy := object.GetObjectKind().GroupVersionKind().GroupKind() ==
		schema.GroupKind{Group: networkingv1.GroupName, Kind: "NetworkPolicy"}
	if u, ok := object.(*unstructured.Unstructured); ok && policy {
		u = u.DeepCopy()
		delete(u.Object, "status")
		object = u
	}
	return w.TypeConverter.ObjectToTyped(object, opts...)
}
