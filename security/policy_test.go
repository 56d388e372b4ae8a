package security_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/security"
)

func TestEverythingIsDenied(t *testing.T) {
	deny := build(t, security.Namespace{Name: "shop"}).DefaultDeny.Spec
	require.Empty(t, deny.PodSelector.MatchLabels, "it selects every pod")
	require.Empty(t, deny.PodSelector.MatchExpressions)
	require.ElementsMatch(t, []string{"Ingress", "Egress"}, []string{string(deny.PolicyTypes[0]), string(deny.PolicyTypes[1])})
	require.Empty(t, deny.Ingress, "a single rule without peers would allow everything")
	require.Empty(t, deny.Egress)
}

func TestDNSAloneIsAllowed(t *testing.T) {
	dns := build(t, security.Namespace{Name: "shop"}).AllowDNS.Spec
	require.Empty(t, dns.PodSelector.MatchLabels, "every pod asks for names")
	require.Empty(t, dns.Ingress)
	require.Len(t, dns.PolicyTypes, 1)
	require.Len(t, dns.Egress, 1)
	require.Len(t, dns.Egress[0].To, 1)
	to := dns.Egress[0].To[0]
	require.Equal(t, map[string]string{"kubernetes.io/metadata.name": "kube-system"}, to.NamespaceSelector.MatchLabels)
	require.Equal(t, map[string]string{"k8s-app": "kube-dns"}, to.PodSelector.MatchLabels, "not to all of kube-system")
	ports := make([]string, len(dns.Egress[0].Ports))
	for i, port := range dns.Egress[0].Ports {
		ports[i] = string(*port.Protocol) + " " + port.Port.String()
	}
	require.Equal(t, []string{"UDP 53", "TCP 53"}, ports, "long answers come over TCP")
}

func TestAllTrafficOnlyWhenAskedFor(t *testing.T) {
	objs := build(t, security.Namespace{Name: "shop", AllowAllTraffic: true})
	require.Nil(t, objs.DefaultDeny)
	require.Nil(t, objs.AllowDNS, "a policy that allows DNS would deny the rest")
	require.Len(t, objs.All(), 3, "what is nil is left out")
}
