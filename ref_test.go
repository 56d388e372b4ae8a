package caisson_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson"
)

func ref(kind, name string) caisson.Ref {
	return caisson.Ref{Group: "apps", Version: "v1", Kind: kind, Namespace: "shop", Name: name}
}

func TestRefTo(t *testing.T) {
	kind := appsv1.SchemeGroupVersion.WithKind("Deployment")
	// Typed objects that come from a cluster have lost their kind.
	got := caisson.RefTo(kind, &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "api"}})
	require.Equal(t, ref("Deployment", "api"), got)
	require.Equal(t, kind, got.GroupVersionKind())
	require.Equal(t, kind.GroupKind(), got.GroupKind())
}

func TestRefString(t *testing.T) {
	require.Equal(t, "Deployment shop/api", ref("Deployment", "api").String())
	require.Equal(t, "Namespace shop", caisson.Ref{Version: "v1", Kind: "Namespace", Name: "shop"}.String(),
		"What is in no namespace has no slash.")
}

func TestRefsSort(t *testing.T) {
	v1, v2, other := ref("Deployment", "api"), ref("Deployment", "api"), ref("Deployment", "api")
	v2.Version, other.Group = "v2", "example.com"
	cluster := caisson.Ref{Version: "v1", Kind: "Namespace", Name: "shop"}
	want := []caisson.Ref{cluster, v1, ref("Deployment", "bot"), v2, other, ref("StatefulSet", "api")}
	for shift := range want {
		got := slices.Concat(want[shift:], want[:shift])
		slices.SortFunc(got, caisson.Ref.Compare)
		require.Equal(t, want, got, "A list must be the same however it came; kinds stand together.")
	}
	require.Zero(t, v1.Compare(ref("Deployment", "api")))
}
