package security_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/internal/golden"
	"github.com/caissonhq/caisson/security"
)

func peer(namespace, name string, ports ...caisson.Port) caisson.Peer {
	return caisson.Peer{
		Name: name, Namespace: namespace, Labels: map[string]string{caisson.LabelInstance: name}, Ports: ports,
	}
}

// across is an API that is called from its own namespace and from another, by callers of one name.
func across() security.Connections {
	api := peer("shop", "api", caisson.Port{Name: "http", Port: 8080}, caisson.Port{Name: "dns", Port: 53, Protocol: corev1.ProtocolUDP})
	return security.Connections{{From: peer("shop", "bot"), To: api}, {From: peer("jobs", "bot"), To: api}}
}

// buildPolicies of connections between pods.
func buildPolicies(t *testing.T, c security.Connections) []*networkingv1.NetworkPolicy {
	t.Helper()
	objs, err := c.Build()
	require.NoError(t, err)
	require.NoError(t, objs.Validate())
	require.Empty(t, objs.CiliumNetworkPolicies)
	return objs.NetworkPolicies
}

func TestConnectionsGolden(t *testing.T) {
	objects, err := across().Objects()
	require.NoError(t, err)
	golden.Compare(t, "testdata/connections.golden.yaml", golden.YAML(t, objects))
	again, err := across().Objects()
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(objects, again), "the same spec gives the same objects")
	require.Empty(t, across().Requires())

	none, err := security.Connections{}.Objects()
	require.NoError(t, err, "a namespace without calls is a good one")
	require.Empty(t, none)
}

// Both ends must agree, or the connection is declared and does not work.
func TestBothSidesNameEachOther(t *testing.T) {
	policies := buildPolicies(t, security.Connections{{From: peer("jobs", "bot"), To: peer("shop", "api", caisson.Port{Port: 8080})}})
	require.Len(t, policies, 2)
	egress, ingress := policies[0], policies[1]
	require.Equal(t, "jobs", egress.Namespace)
	require.Equal(t, "shop", ingress.Namespace)
	require.Equal(t, egress.Spec.PodSelector, *ingress.Spec.Ingress[0].From[0].PodSelector)
	require.Equal(t, ingress.Spec.PodSelector, *egress.Spec.Egress[0].To[0].PodSelector)
	require.Equal(t, "jobs", ingress.Spec.Ingress[0].From[0].NamespaceSelector.MatchLabels["kubernetes.io/metadata.name"])
	require.Equal(t, "shop", egress.Spec.Egress[0].To[0].NamespaceSelector.MatchLabels["kubernetes.io/metadata.name"])
	require.Equal(t, egress.Spec.Egress[0].Ports, ingress.Spec.Ingress[0].Ports)
	require.Equal(t, corev1.ProtocolTCP, *egress.Spec.Egress[0].Ports[0].Protocol)
}

// One peer and one namespace in a single element mean "both"; in two elements they would mean "either".
func TestPeersAreNarrowedByBoth(t *testing.T) {
	policies := buildPolicies(t, across())
	for _, policy := range policies {
		require.Len(t, policy.Spec.PolicyTypes, 1, "%s must not deny the other direction", policy.Name)
		require.NotEmpty(t, policy.Spec.PodSelector.MatchLabels, "%s must not select every pod", policy.Name)
		for _, rule := range policy.Spec.Ingress {
			require.Len(t, rule.From, 1)
			require.NotNil(t, rule.From[0].NamespaceSelector)
			require.NotNil(t, rule.From[0].PodSelector)
			require.Len(t, rule.Ports, 2, "no ports would be all ports")
		}
		for _, rule := range policy.Spec.Egress {
			require.Len(t, rule.To, 1)
			require.NotNil(t, rule.To[0].NamespaceSelector)
			require.NotNil(t, rule.To[0].PodSelector)
			require.Len(t, rule.Ports, 2)
		}
	}
}

func TestNamesOfPoliciesNeverClash(t *testing.T) {
	port := caisson.Port{Port: 8080}
	objects, err := append(across(),
		security.Connection{From: peer("shop", "x-to-y"), To: peer("shop", "z", port)},
		security.Connection{From: peer("shop", "x"), To: peer("shop", "y-to-z", port)},
		security.Connection{From: peer("jobs", "bot"), To: peer("shop", "z", port)},
		security.Connection{From: peer("shop", "jobs-bot"), To: peer("shop", "z", port)},
	).Objects()
	require.NoError(t, err)
	names := map[string]bool{}
	for _, object := range objects {
		names[object.GetNamespace()+"/"+object.GetName()] = true
	}
	require.Len(t, names, len(objects))
}

func TestConnectionsShareNothing(t *testing.T) {
	spec := across()
	policies, again := buildPolicies(t, spec), buildPolicies(t, spec)
	policies[0].Spec.PodSelector.MatchLabels["changed"] = "changed"
	policies[0].Spec.Egress[0].To[0].PodSelector.MatchLabels["changed"] = "changed"
	policies[0].Labels["changed"] = "changed"
	*policies[0].Spec.Egress[0].Ports[0].Protocol = corev1.ProtocolSCTP
	require.Empty(t, cmp.Diff(across(), spec))
	require.Empty(t, cmp.Diff(again[1:], policies[1:]), "nor does one policy with another")
}
