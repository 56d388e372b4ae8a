package security_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/caissonhq/caisson/security"
)

func TestMistakesAreExplained(t *testing.T) {
	list := func(name corev1.ResourceName, quantity string) corev1.ResourceList {
		return corev1.ResourceList{name: resource.MustParse(quantity)}
	}
	type namespace = security.Namespace
	cases := map[string]struct {
		reason string
		change func(*namespace)
		want   string
	}{
		"no name": {
			reason: "There is nothing to create.", change: func(n *namespace) { n.Name = "" },
			want: `name: Required value: write a DNS label, like "shop"`,
		},
		"default": {
			reason: "It is everybody's.", change: func(n *namespace) { n.Name = "default" },
			want: `name: Invalid value: "default": belongs to Kubernetes: choose a name of your own`,
		},
		"kube-system": {
			reason: "Deny all, and the cluster stands still.", change: func(n *namespace) { n.Name = "kube-system" },
			want: `name: Invalid value: "kube-system": belongs to Kubernetes: choose a name of your own`,
		},
		"bad name": {
			reason: "Names of namespaces are DNS labels.", change: func(n *namespace) { n.Name = "Shop" },
			want: `name: Invalid value: "Shop": a lowercase RFC 1123 label must consist of`,
		},
		"bad label": {
			reason: "The API server would refuse it.", change: func(n *namespace) { n.Labels = map[string]string{"a b": "c"} },
			want: `labels: Invalid value: "a b": name part must consist of`,
		},
		"bad annotation": {
			reason: "The API server would refuse it.", change: func(n *namespace) { n.Annotations = map[string]string{"a b": "c"} },
			want: `annotations: Invalid value: "a b": name part must consist of`,
		},
		"bad level": {
			reason: "It is a typo.", change: func(n *namespace) { n.PodSecurity = "strict" },
			want: `podSecurity: Unsupported value: "strict": supported values: "restricted", "baseline", "privileged"`,
		},
		"bad version": {
			reason: "Kubernetes would take it for latest.", change: func(n *namespace) { n.PodSecurityVersion = "1.34" },
			want: `podSecurityVersion: Invalid value: "1.34": must be v1.<minor>, like "v1.34", or latest`,
		},
		"quota below zero": {
			reason: "There is no such quota.", change: func(n *namespace) { n.Quota = list("pods", "-1") },
			want: `quota[pods]: Invalid value: "-1": must not be negative`,
		},
		"misspelt quota": {
			reason: "It would limit nothing.", change: func(n *namespace) { n.Quota = list("limits.cpus", "1") },
			want: `quota: Unsupported value: "limits.cpus": supported values: "cpu", "memory"`,
		},
		"default below zero": {
			reason: "There is no such default.", change: func(n *namespace) { n.Limits.Default = list("example.com/gpu", "-1") },
			want: `limits.default[example.com/gpu]: Invalid value: "-1": must not be negative`,
		},
		"max below zero": {
			reason: "No container could run.", change: func(n *namespace) { n.Limits.Max = list("example.com/gpu", "-1") },
			want: `limits.max[example.com/gpu]: Invalid value: "-1": must not be negative`,
		},
		"misspelt max": {
			reason: "It would limit nothing.", change: func(n *namespace) { n.Limits.Max = list("cpus", "1") },
			want: `limits.max: Unsupported value: "cpus": supported values: "cpu", "memory", "ephemeral-storage"`,
		},
		"misspelt default": {
			reason: "A LimitRange knows what containers have.", change: func(n *namespace) { n.Limits.DefaultRequest = list("requests.cpu", "1") },
			want: `limits.defaultRequest: Unsupported value: "requests.cpu": supported values: "cpu", "memory"`,
		},
		"default above max": {
			reason: "The API server would refuse it.", change: func(n *namespace) { n.Limits.Default = list("cpu", "10") },
			want: `limits.default[cpu]: Invalid value: "10": must not be above max, which is 3`,
		},
		"request above default": {
			reason: "The API server would refuse it.", change: func(n *namespace) { n.Limits.DefaultRequest = list("memory", "1Gi") },
			want: `limits.defaultRequest[memory]: Invalid value: "1Gi": must not be above default, which is 256Mi`,
		},
		"max below the default's": {
			reason: "A smaller max needs smaller defaults beside it.",
			change: func(n *namespace) { n.Limits.Max = list("ephemeral-storage", "100Mi") },
			want:   `limits.default[ephemeral-storage]: Invalid value: "512Mi": must not be above max, which is 100Mi`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			n := namespace{Name: "shop"}
			tc.change(&n)
			err := n.Validate()
			require.ErrorContains(t, err, tc.want, tc.reason)
			require.True(t, strings.HasPrefix(err.Error(), tc.want), "%v: the field comes first, and there is one error", err)
			objects, err := n.Objects()
			require.ErrorContains(t, err, tc.want)
			require.Nil(t, objects)
		})
	}
}

func TestAllMistakesAtOnce(t *testing.T) {
	err := security.Namespace{PodSecurity: "x", PodSecurityVersion: "x"}.Validate()
	for _, path := range []string{"name", "podSecurity", "podSecurityVersion"} {
		require.ErrorContains(t, err, path+": ")
	}
}

func TestTornObjectsAreRefused(t *testing.T) {
	cases := map[string]struct {
		reason string
		tear   func(*security.NamespaceObjects)
		want   string
	}{
		"elsewhere": {
			reason: "It would hold for another namespace.", tear: func(o *security.NamespaceObjects) { o.ResourceQuota.Namespace = "other" },
			want: `objects[3].metadata.namespace: Invalid value: "other": must be "shop"`,
		},
		"renamed": {
			reason: "The policies would stay behind.", tear: func(o *security.NamespaceObjects) { o.Namespace.Name = "other" },
			want: `objects[1].metadata.namespace: Invalid value: "shop": must be "other"`,
		},
		"no namespace": {
			reason: "The rest has no place.", tear: func(o *security.NamespaceObjects) { o.Namespace = nil },
			want: "namespace: Required value: the other objects live in it",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			objs := build(t, security.Namespace{Name: "shop"})
			tc.tear(objs)
			require.ErrorContains(t, objs.Validate(), tc.want, tc.reason)
		})
	}
}
