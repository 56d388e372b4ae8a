package security_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/caissonhq/caisson/internal/golden"
	"github.com/caissonhq/caisson/security"
)

// maximal has every field set.
func maximal() security.Namespace {
	return security.Namespace{
		Name:   "shop",
		Labels: map[string]string{"team": "shop"}, Annotations: map[string]string{"example.com/owner": "shop"},
		PodSecurity: security.Baseline, PodSecurityVersion: "v1.36", AllowAllTraffic: true,
		Quota: corev1.ResourceList{
			corev1.ResourcePods: resource.MustParse("7"), "count/jobs.batch": resource.MustParse("9"),
		},
		Limits: security.Limits{
			Max:            corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("2")},
			Default:        corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("300Mi")},
			DefaultRequest: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("100Mi")},
		},
	}
}

func build(t *testing.T, n security.Namespace) *security.NamespaceObjects {
	t.Helper()
	objs, err := n.Build()
	require.NoError(t, err)
	require.NoError(t, objs.Validate())
	return objs
}

func TestGolden(t *testing.T) {
	for name, namespace := range map[string]security.Namespace{"namespace": {Name: "shop"}, "maximal": maximal()} {
		t.Run(name, func(t *testing.T) {
			golden.Compare(t, "testdata/"+name+".golden.yaml", golden.YAML(t, build(t, namespace).All()))
			again, err := namespace.Objects()
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(build(t, namespace).All(), again), "the same spec gives the same objects")
		})
	}
}

func TestDefaultsAreRestricted(t *testing.T) {
	objs := build(t, security.Namespace{Name: "shop"})
	for _, mode := range []string{"enforce", "audit", "warn"} {
		require.Equal(t, "restricted", objs.Namespace.Labels["pod-security.kubernetes.io/"+mode])
		require.Equal(t, "v1.34", objs.Namespace.Labels["pod-security.kubernetes.io/"+mode+"-version"],
			"pinned: an upgrade of the cluster must not refuse pods that it accepted before")
	}
	require.Len(t, security.PodSecurityLevels(), 3)
	require.Empty(t, security.Namespace{Name: "shop"}.Requires())
	require.Empty(t, objs.Requires())
}

func TestNamespaceCarriesWhatIsGiven(t *testing.T) {
	objs := build(t, maximal())
	require.Equal(t, "shop", objs.Namespace.Name)
	require.Equal(t, "shop", objs.Namespace.Labels["team"])
	require.Equal(t, map[string]string{"example.com/owner": "shop"}, objs.Namespace.Annotations)
	require.Equal(t, "baseline", objs.Namespace.Labels["pod-security.kubernetes.io/enforce"])
	require.Equal(t, "v1.36", objs.Namespace.Labels["pod-security.kubernetes.io/enforce-version"])
}

// Weaker standards have a field whose name says so; a label must not be a second way.
func TestLabelsDoNotWeakenTheStandards(t *testing.T) {
	objs := build(t, security.Namespace{Name: "shop", Labels: map[string]string{
		"pod-security.kubernetes.io/enforce": "privileged", "app.kubernetes.io/managed-by": "somebody",
	}})
	require.Equal(t, "restricted", objs.Namespace.Labels["pod-security.kubernetes.io/enforce"])
	require.Equal(t, "caisson", objs.Namespace.Labels["app.kubernetes.io/managed-by"])
}

func TestBuildSharesNothing(t *testing.T) {
	// A quantity of so many digits points to them.
	const long = "100000000000000000000000000001"
	given := func() security.Namespace {
		n := maximal()
		n.Quota[corev1.ResourceLimitsMemory] = resource.MustParse(long)
		return n
	}
	spec := given()
	objs := build(t, spec)
	objs.Namespace.Labels["changed"] = "changed"
	objs.Namespace.Annotations["changed"] = "changed"
	limits := &objs.LimitRange.Spec.Limits[0]
	for _, list := range []corev1.ResourceList{objs.ResourceQuota.Spec.Hard, limits.Max, limits.Default, limits.DefaultRequest} {
		for name, quantity := range list {
			if quantity.String() == long {
				quantity.AsDec().SetUnscaled(9)
			}
			list[name] = resource.MustParse("9")
		}
	}
	require.Empty(t, cmp.Diff(given(), spec))
	require.Empty(t, cmp.Diff(build(t, given()).All(), build(t, spec).All()), "nor with what was built before")
	require.NotContains(t, objs.ResourceQuota.Labels, "changed")
}
