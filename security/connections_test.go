package security_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/internal/golden"
	"github.com/caissonhq/caisson/security"
)

func peer(namespace, name string, ports ...caisson.Port) caisson.Peer {
	return caisson.Peer{
		Name: name, Namespace: namespace, Labels: map[string]string{caisson.LabelInstance: name}, Ports: ports,
	}
}

func TestConnectionsGolden(t *testing.T) {
	api := peer("shop", "api", caisson.Port{Name: "http", Port: 8080}, caisson.Port{Name: "dns", Port: 53, Protocol: corev1.ProtocolUDP})
	connections := security.Connections{{From: peer("shop", "bot"), To: api}, {From: peer("jobs", "bot"), To: api}}
	objects, err := connections.Objects()
	require.NoError(t, err)
	golden.Compare(t, "testdata/connections.golden.yaml", golden.YAML(t, objects))

	names := map[string]bool{}
	for _, object := range objects {
		names[object.GetNamespace()+"/"+object.GetName()] = true
	}
	require.Len(t, names, 4, "callers of one name in two namespaces must not share a policy")
}

// Both ends must agree, or the connection is declared and does not work.
func TestBothSidesNameEachOther(t *testing.T) {
	policies, err := security.Connections{{From: peer("jobs", "bot"), To: peer("shop", "api", caisson.Port{Port: 8080})}}.Build()
	require.NoError(t, err)
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

func TestNamesOfPoliciesNeverClash(t *testing.T) {
	port := caisson.Port{Port: 8080}
	objects, err := security.Connections{
		{From: peer("shop", "x-to-y"), To: peer("shop", "z", port)},
		{From: peer("shop", "x"), To: peer("shop", "y-to-z", port)},
		{From: peer("jobs", "bot"), To: peer("shop", "z", port)},
		{From: peer("shop", "jobs-bot"), To: peer("shop", "z", port)},
	}.Objects()
	require.NoError(t, err)
	names := map[string]bool{}
	for _, object := range objects {
		names[object.GetNamespace()+"/"+object.GetName()] = true
	}
	require.Len(t, names, len(objects))
}

func TestMistakesInConnections(t *testing.T) {
	api := peer("shop", "api", caisson.Port{Port: 8080})
	cases := map[string]struct {
		reason string
		pairs  security.Connections
		want   string
	}{
		"no labels": {
			"it would let every pod of the namespace through",
			security.Connections{{From: caisson.Peer{Name: "a", Namespace: "shop"}, To: api}},
			"connections[0].from.labels: Required value",
		},
		"no ports": {
			"all ports are more than anybody needs",
			security.Connections{{From: api, To: peer("shop", "bot")}},
			"connections[0].to.ports: Required value",
		},
		"no name": {
			"the policies are named after it",
			security.Connections{{From: peer("shop", ""), To: api}},
			"connections[0].from.name: Required value",
		},
		"no namespace": {
			"names are only unique in one",
			security.Connections{{From: peer("", "bot"), To: api}},
			"connections[0].from.namespace: Required value",
		},
		"twice": {
			"their policies would have one name",
			security.Connections{{From: peer("shop", "bot"), To: api}, {From: peer("shop", "bot"), To: api}},
			"connections[1]: Duplicate value",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			require.ErrorContains(t, tc.pairs.Validate(), tc.want, tc.reason)
			objects, err := tc.pairs.Objects()
			require.Error(t, err)
			require.Empty(t, objects)
		})
	}
}
