package security_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/security"
)

// list of one quantity, or of none where the text is no quantity.
func list(name, text string) corev1.ResourceList {
	quantity, err := resource.ParseQuantity(text)
	if err != nil {
		return nil
	}
	return corev1.ResourceList{corev1.ResourceName(name): quantity}
}

func FuzzNamespaceBuild(f *testing.F) {
	f.Add("shop", "team", "shop", "restricted", "v1.34", "pods", "9", "cpu", "3", "1", "50m", false)
	f.Add("shop", "a/b", "x", "", "", "count/jobs.batch", "1e30", "example.com/gpu", "1", "1", "1", true)
	f.Add("", "a b", "", "?", "latest ", "pod", "-1", "", "x", "-1", "0", false)
	f.Fuzz(func(t *testing.T, name, key, value, level, version, quotaName, quota, limitName, most, usual, request string, all bool) {
		namespace := security.Namespace{
			Name: name, Labels: map[string]string{key: value}, Annotations: map[string]string{value: key},
			PodSecurity: security.PodSecurity(level), PodSecurityVersion: version, AllowAllTraffic: all,
			Quota: list(quotaName, quota),
			Limits: security.Limits{
				Max: list(limitName, most), Default: list(limitName, usual), DefaultRequest: list(limitName, request),
			},
		}
		objs, err := namespace.Build()
		require.Equal(t, err, namespace.Validate(), "Build and Validate must agree")
		if err != nil {
			require.Nil(t, objs)
			return
		}
		require.NoError(t, objs.Validate(), "what Build gives must pass its own checks")
		require.Equal(t, !all, objs.DefaultDeny != nil, "traffic is denied unless it is allowed by name")
		require.Equal(t, string(namespace.PodSecurity) == "" || level == "restricted",
			objs.Namespace.Labels["pod-security.kubernetes.io/enforce"] == "restricted")
	})
}

func FuzzConnectionsBuild(f *testing.F) {
	f.Add("shop", "bot", "shop", "api", "app", "bot", int32(8080), "TCP")
	f.Add("jobs", "bot.to", "shop", "", "a b", "", int32(-1), "tcp")
	f.Fuzz(func(t *testing.T, fromNamespace, from, toNamespace, to, key, value string, port int32, protocol string) {
		labels := map[string]string{key: value}
		connections := security.Connections{{
			From: caisson.Peer{Name: from, Namespace: fromNamespace, Labels: labels},
			To: caisson.Peer{
				Name: to, Namespace: toNamespace, Labels: labels,
				Ports: []caisson.Port{{Port: port, Protocol: corev1.Protocol(protocol)}},
			},
		}}
		objs, err := connections.Build()
		require.Equal(t, err, connections.Validate(), "Build and Validate must agree")
		if err != nil {
			require.Nil(t, objs)
			return
		}
		policies := objs.NetworkPolicies
		require.Len(t, policies, 2)
		require.Equal(t, []string{fromNamespace, toNamespace}, []string{policies[0].Namespace, policies[1].Namespace})
	})
}

func FuzzAccessBuild(f *testing.F) {
	f.Add("web", "shop", "", "apps", "deployments", "get", "web", "", "", false)
	f.Add("web", "shop", "stage", "", "pods/exec", "create", "", "create pods/exec", "debugging", false)
	f.Add("web", "shop", "", "*", "*", "*", "*", "* *.*", "it is all", true)
	f.Fuzz(func(t *testing.T, name, namespace, in, group, resource, verb, object, grant, reason string, wide bool) {
		access := security.Access{
			Name: name, Namespace: namespace, In: in, ClusterWide: wide,
			Rules: []rbacv1.PolicyRule{rule(group, []string{resource}, []string{verb})},
		}
		if object != "" {
			access.Rules[0].ResourceNames = []string{object}
		}
		if grant != "" {
			access.Allow = []security.Exception{{Grant: grant, Reason: reason}}
		}
		objs, err := access.Build()
		require.Equal(t, err, access.Validate(), "Build and Validate must agree")
		if err != nil {
			require.Nil(t, objs)
			return
		}
		require.NoError(t, objs.Validate(), "what Build gives must pass its own checks")
		require.Len(t, objs.All(), 2)
		require.Equal(t, wide, objs.ClusterRole != nil)
		if grant == "" {
			for _, text := range []string{group, resource, verb} {
				require.NotContains(t, text, "*", "a wildcard needs an exception")
			}
		}
	})
}

func FuzzPeersBuild(f *testing.F) {
	f.Add("database", "", "10.110.0.0/20", "10.110.1.0/24", "", false)
	f.Add("", "shop", "", "", "", true)
	f.Add("", "", "", "", "gateway", false)
	f.Add("world", "", "::/0", "0.0.0.0/8", "kube-apiserver", true)
	f.Fuzz(func(t *testing.T, name, namespace, cidr, except, entity string, every bool) {
		other := caisson.Peer{
			Name: name, Namespace: namespace, EveryPod: every, Entity: caisson.Entity(entity), Ports: []caisson.Port{{Port: 443}},
		}
		if cidr != "" {
			other.CIDRs = []string{cidr}
		}
		if except != "" {
			other.Except = []string{except}
		}
		bot := peer("shop", "bot", caisson.Port{Port: 8080})
		for _, connections := range []security.Connections{{{From: bot, To: other}}, {{From: other, To: bot}}} {
			objs, err := connections.Build()
			require.Equal(t, err, connections.Validate(), "Build and Validate must agree")
			if err != nil {
				require.Nil(t, objs)
				continue
			}
			require.NotEmpty(t, objs.All())
			for _, policy := range objs.NetworkPolicies {
				for _, rule := range policy.Spec.Egress {
					require.NotEmpty(t, rule.To, "no peers would be everybody")
					require.NotEmpty(t, rule.Ports)
				}
				for _, rule := range policy.Spec.Ingress {
					require.NotEmpty(t, rule.From, "no peers would be everybody")
				}
			}
		}
	})
}
