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

func maximal() security.Namespace {
	return security.Namespace{
		Name:   "shop",
		Labels: map[string]string{"team": "shop"}, Annotations: map[string]string{"example.com/owner": "shop"},
		PodSecurity: security.Baseline, PodSecurityVersion: "v1.36", AllowAllTraffic: true,
		Quota:  corev1.ResourceList{corev1.ResourcePods: resource.MustParse("7")},
		Limits: security.Limits{Max: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("2")}},
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
		golden.Compare(t, "testdata/"+name+".golden.yaml", golden.YAML(t, build(t, namespace).All()))
		again, err := namespace.Objects()
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(build(t, namespace).All(), again), "the same spec gives the same objects")
	}
}

func TestDefaultsDeny(t *testing.T) {
	objs := build(t, security.Namespace{Name: "shop"})
	for _, mode := range []string{"enforce", "audit", "warn"} {
		require.Equal(t, "restricted", objs.Namespace.Labels["pod-security.kubernetes.io/"+mode])
		require.Equal(t, "v1.34", objs.Namespace.Labels["pod-security.kubernetes.io/"+mode+"-version"],
			"pinned: an upgrade of the cluster must not refuse pods that it accepted before")
	}
	deny := objs.DefaultDeny.Spec
	require.Empty(t, deny.PodSelector.MatchLabels, "it selects every pod")
	require.Len(t, deny.PolicyTypes, 2)
	require.Empty(t, deny.Ingress)
	require.Empty(t, deny.Egress)
	dns := objs.AllowDNS.Spec
	require.Empty(t, dns.Ingress)
	require.Len(t, dns.Egress, 1)
	ports := make([]string, len(dns.Egress[0].Ports))
	for i, port := range dns.Egress[0].Ports {
		ports[i] = string(*port.Protocol) + " " + port.Port.String()
	}
	require.Equal(t, []string{"UDP 53", "TCP 53"}, ports, "long answers come over TCP")
	require.Equal(t, resource.MustParse("0"), objs.ResourceQuota.Spec.Hard[corev1.ResourceServicesNodePorts])
}

func TestBuildSharesNothing(t *testing.T) {
	spec, untouched := maximal(), maximal()
	objs := build(t, spec)
	objs.Namespace.Labels["changed"] = "changed"
	objs.Namespace.Annotations["changed"] = "changed"
	objs.ResourceQuota.Spec.Hard[corev1.ResourcePods] = resource.MustParse("9")
	objs.LimitRange.Spec.Limits[0].Max[corev1.ResourceCPU] = resource.MustParse("9")
	require.Empty(t, cmp.Diff(untouched, spec))
}

func TestMistakesAreExplained(t *testing.T) {
	one := corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("10")}
	cases := map[string]struct {
		reason string
		change func(*security.Namespace)
		want   string
	}{
		"no name":     {"nothing to create", func(n *security.Namespace) { n.Name = "" }, "name: Required value: write a DNS label"},
		"default":     {"everybody's", func(n *security.Namespace) { n.Name = "default" }, "belongs to Kubernetes"},
		"kube-system": {"Kubernetes' own", func(n *security.Namespace) { n.Name = "kube-system" }, "belongs to Kubernetes"},
		"bad name":    {"no DNS label", func(n *security.Namespace) { n.Name = "Shop" }, `name: Invalid value: "Shop"`},
		"bad label":   {"the API server would refuse it", func(n *security.Namespace) { n.Labels = map[string]string{"a b": "c"} }, "labels: Invalid value"},
		"bad level":   {"a typo", func(n *security.Namespace) { n.PodSecurity = "strict" }, `podSecurity: Unsupported value: "strict"`},
		"bad version": {"a typo", func(n *security.Namespace) { n.PodSecurityVersion = "1.34" }, `podSecurityVersion: Invalid value: "1.34": must be v1.<minor>`},
		"below zero":  {"there are none", func(n *security.Namespace) { n.Quota = corev1.ResourceList{"pods": resource.MustParse("-1")} }, "quota[pods]"},
		"default > max": {
			"the API server would refuse it", func(n *security.Namespace) { n.Limits.Default = one },
			"limits.default[cpu]: Invalid value: \"10\": must not be above max, which is 3",
		},
		"request > default": {
			"the API server would refuse it", func(n *security.Namespace) { n.Limits.DefaultRequest = one },
			"limits.defaultRequest[cpu]: Invalid value: \"10\": must not be above default, which is 250m",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			namespace := security.Namespace{Name: "shop"}
			tc.change(&namespace)
			require.ErrorContains(t, namespace.Validate(), tc.want, tc.reason)
			_, err := namespace.Build()
			require.ErrorContains(t, err, tc.want, tc.reason)
		})
	}
}

func TestTornObjectsAreRefused(t *testing.T) {
	objs := build(t, security.Namespace{Name: "shop"})
	objs.ResourceQuota.Namespace = "other"
	require.ErrorContains(t, objs.Validate(), `must be "shop"`)
	objs.Namespace = nil
	require.ErrorContains(t, objs.Validate(), "the other objects live in it")
}

func FuzzNamespaceBuild(f *testing.F) {
	f.Add("shop", "team", "shop", "restricted", "v1.34", "9", "3")
	f.Add("", "a b", "", "?", "", "-1", "x")
	f.Fuzz(func(t *testing.T, name, key, value, level, version, quota, limit string) {
		namespace := security.Namespace{
			Name: name, Labels: map[string]string{key: value},
			PodSecurity: security.PodSecurity(level), PodSecurityVersion: version,
			Quota: corev1.ResourceList{},
		}
		if quantity, err := resource.ParseQuantity(quota); err == nil {
			namespace.Quota[corev1.ResourcePods] = quantity
		}
		if quantity, err := resource.ParseQuantity(limit); err == nil {
			namespace.Limits.Max = corev1.ResourceList{corev1.ResourceCPU: quantity}
		}
		objs, err := namespace.Build()
		if err == nil {
			require.NoError(t, objs.Validate(), "what Build gives must pass its own checks")
		}
	})
}
