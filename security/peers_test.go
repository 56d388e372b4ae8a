package security_test

import (
	"net/netip"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/internal/golden"
	"github.com/caissonhq/caisson/security"
)

// ours is every pod of a namespace that denies by default.
func ours(namespace string, ports ...int32) caisson.Peer {
	all := security.EveryPod(namespace, ports...)
	all.Foreign = false
	return all
}

// outward is a bot that talks to all that is no workload, and is talked to by it.
func outward() security.Connections {
	bot := peer("shop", "bot", caisson.Port{Name: "http", Port: 8080})
	return security.Connections{
		{From: bot, To: security.Internet(443)},
		{From: bot, To: security.Addresses("database", []string{"10.110.0.0/20"}, 25060)},
		{From: bot, To: security.KubeAPIServer()},
		{From: bot, To: security.EveryPod("mail", 1025)},
		{From: bot, To: ours("queue", 5672)},
		{From: security.EveryPod("monitoring"), To: bot},
		{From: security.Gateway(), To: bot},
		{From: security.KubeAPIServer(), To: bot},
		{From: security.Addresses("balancer", []string{"10.111.0.7/32"}), To: bot},
	}
}

func buildConnections(t *testing.T, c security.Connections) *security.ConnectionObjects {
	t.Helper()
	objs, err := c.Build()
	require.NoError(t, err)
	return objs
}

func TestPeersGolden(t *testing.T) {
	objs := buildConnections(t, outward())
	golden.Compare(t, "testdata/peers.golden.yaml", golden.YAML(t, objs.All()))
	again, err := outward().Objects()
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(objs.All(), again), "the same spec gives the same objects")
}

// Only pods have policies.
func TestOnlyThePodsSideIsEmitted(t *testing.T) {
	objs := buildConnections(t, outward())
	names := map[string]string{}
	for _, object := range objs.All() {
		names[object.GetNamespace()+"/"+object.GetName()] = object.GetObjectKind().GroupVersionKind().Kind
	}
	require.Equal(t, map[string]string{
		"shop/bot.to-outside.internet":         "NetworkPolicy",
		"shop/bot.to-outside.database":         "NetworkPolicy",
		"shop/bot.to-outside.kube-apiserver":   "CiliumNetworkPolicy",
		"shop/bot.to-all.mail":                 "NetworkPolicy",
		"shop/bot.to-all.queue":                "NetworkPolicy",
		"queue/queue.all-from.shop.bot":        "NetworkPolicy",
		"shop/bot.from-all.monitoring":         "NetworkPolicy",
		"shop/bot.from-outside.gateway":        "CiliumNetworkPolicy",
		"shop/bot.from-outside.kube-apiserver": "CiliumNetworkPolicy",
		"shop/bot.from-outside.balancer":       "NetworkPolicy",
	}, names)
}

// The first policy for a pod denies all that none lets through.
func TestForeignPodsGetNoPolicy(t *testing.T) {
	prometheus := peer("monitoring", "prometheus")
	prometheus.Foreign = true
	for _, from := range []caisson.Peer{prometheus, security.EveryPod("monitoring")} {
		policies := buildPolicies(t, security.Connections{{From: from, To: peer("shop", "bot", caisson.Port{Port: 8080})}})
		require.Len(t, policies, 1)
		require.Equal(t, "shop", policies[0].Namespace)
	}
}

func TestTheInternetIsWithoutPrivateAddresses(t *testing.T) {
	policy := buildPolicies(t, security.Connections{{From: peer("shop", "bot"), To: security.Internet(443)}})[0]
	reaches := func(text string) bool {
		address := netip.MustParseAddr(text)
		for _, to := range policy.Spec.Egress[0].To {
			inside := netip.MustParsePrefix(to.IPBlock.CIDR).Contains(address)
			for _, except := range to.IPBlock.Except {
				inside = inside && !netip.MustParsePrefix(except).Contains(address)
			}
			if inside {
				return true
			}
		}
		return false
	}
	for address, reason := range map[string]string{
		"10.0.0.1": "RFC 1918", "10.255.255.255": "RFC 1918", "172.16.0.1": "RFC 1918", "172.31.255.255": "RFC 1918",
		"192.168.1.1": "RFC 1918", "100.64.0.1": "carriers", "100.127.255.255": "carriers", "169.254.169.254": "metadata",
		"fd00::1": "unique local", "fc00::1": "unique local", "fe80::1": "link-local",
	} {
		require.False(t, reaches(address), "%s: %s", address, reason)
	}
	for _, address := range []string{
		"1.1.1.1", "9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "100.63.255.255", "100.128.0.0",
		"169.253.255.255", "192.167.255.255", "2606:4700::1111", "fec0::1",
	} {
		require.True(t, reaches(address), address)
	}
	require.Equal(t, "443", policy.Spec.Egress[0].Ports[0].Port.String())
}

func TestEntitiesAreCiliums(t *testing.T) {
	objs := buildConnections(t, security.Connections{
		{From: security.Gateway(), To: peer("shop", "web", caisson.Port{Port: 8080}, caisson.Port{Port: 53, Protocol: corev1.ProtocolUDP})},
		{From: ours("tools"), To: security.KubeAPIServer()},
	})
	require.Empty(t, objs.NetworkPolicies, "one for the entity would need its addresses")
	require.Len(t, objs.CiliumNetworkPolicies, 2)
	web, tools := objs.CiliumNetworkPolicies[0], objs.CiliumNetworkPolicies[1]
	require.Equal(t, map[string]any{
		"endpointSelector": map[string]any{"matchLabels": map[string]any{"app.kubernetes.io/instance": "web"}},
		"ingress": []any{map[string]any{
			"fromEntities": []any{"ingress"},
			"toPorts": []any{map[string]any{"ports": []any{
				map[string]any{"port": "8080", "protocol": "TCP"}, map[string]any{"port": "53", "protocol": "UDP"},
			}}},
		}},
	}, web.Object["spec"])
	require.Equal(t, map[string]any{
		"endpointSelector": map[string]any{},
		"egress": []any{map[string]any{
			"toEntities": []any{"kube-apiserver"},
			"toPorts": []any{map[string]any{"ports": []any{
				map[string]any{"port": "443", "protocol": "TCP"}, map[string]any{"port": "6443", "protocol": "TCP"},
			}}},
		}},
	}, tools.Object["spec"], "an empty selector is every pod of the namespace")
	require.Equal(t, "caisson", web.GetLabels()["app.kubernetes.io/managed-by"])

	requires := objs.Requires()
	require.Len(t, requires, 1)
	require.Equal(t, "cilium.io/v2, Kind=CiliumNetworkPolicy", requires[0].Kind.String())
	require.Contains(t, requires[0].For, "shop/web.from-outside.gateway")
	require.NotEmpty(t, requires[0].Remedy)
	require.Empty(t, across().Requires(), "pods need none of it")
	require.Empty(t, security.Connections{{}}.Requires(), "what is wrong is told by Validate")
}

// Cilium's schema allows 40 ports in a list, and any number of lists.
func TestManyPortsOfAnEntityAreSeveralLists(t *testing.T) {
	web := peer("shop", "web")
	for number := range int32(81) {
		web.Ports = append(web.Ports, caisson.Port{Port: 8000 + number})
	}
	objs := buildConnections(t, security.Connections{{From: security.Gateway(), To: web}})
	rules, _, err := unstructured.NestedSlice(objs.CiliumNetworkPolicies[0].Object, "spec", "ingress")
	require.NoError(t, err)
	lists := rules[0].(map[string]any)["toPorts"].([]any)
	require.Len(t, lists, 3)
	number := 8000
	for i, size := range []int{40, 40, 1} {
		ports := lists[i].(map[string]any)["ports"].([]any)
		require.Len(t, ports, size)
		for _, port := range ports {
			require.Equal(t, strconv.Itoa(number), port.(map[string]any)["port"])
			number++
		}
	}
}

func TestEveryPodIsOfOneNamespace(t *testing.T) {
	policies := buildPolicies(t, security.Connections{{From: ours("monitoring"), To: peer("shop", "bot", caisson.Port{Port: 8080})}})
	egress, ingress := policies[0], policies[1]
	require.Empty(t, egress.Spec.PodSelector.MatchLabels)
	from := ingress.Spec.Ingress[0].From
	require.Len(t, from, 1)
	require.Equal(t, map[string]string{"kubernetes.io/metadata.name": "monitoring"}, from[0].NamespaceSelector.MatchLabels)
	require.Nil(t, from[0].PodSelector)
	require.Equal(t, []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}, ingress.Spec.PolicyTypes)
}

// Workloads may have any name, also that of another kind of peer.
func TestNamesOfPeersNeverClash(t *testing.T) {
	port := caisson.Port{Port: 8080}
	bot := peer("shop", "bot", port)
	c := outward()
	for _, name := range []string{"internet", "database", "kube-apiserver", "gateway", "monitoring", "mail", "shop", "all", "outside"} {
		c = append(c, security.Connection{From: bot, To: peer("shop", name, port)}, security.Connection{From: peer("shop", name), To: bot},
			security.Connection{From: peer("monitoring", name), To: bot})
	}
	c = append(c, security.Connection{From: bot, To: ours("shop", 1)}, security.Connection{From: ours("shop"), To: bot})
	objects, err := c.Objects()
	require.NoError(t, err)
	names := map[string]bool{}
	for _, object := range objects {
		names[object.GetObjectKind().GroupVersionKind().Kind+object.GetNamespace()+"/"+object.GetName()] = true
	}
	require.Len(t, names, len(objects))
}

func TestPeersShareNothing(t *testing.T) {
	cidrs := []string{"10.110.0.0/20"}
	database := security.Addresses("database", cidrs, 25060)
	cidrs[0] = "0.0.0.0/0"
	require.Equal(t, []string{"10.110.0.0/20"}, database.CIDRs)
	internet := security.Internet(443)
	internet.Except[0] = "changed"
	require.NotEqual(t, internet.Except[0], security.Internet(443).Except[0])

	spec := outward()
	objs := buildConnections(t, spec)
	for _, policy := range objs.NetworkPolicies {
		for _, rule := range policy.Spec.Egress {
			for _, to := range rule.To {
				if to.IPBlock != nil && len(to.IPBlock.Except) > 0 {
					to.IPBlock.Except[0] = "changed"
				}
			}
		}
	}
	for _, policy := range objs.CiliumNetworkPolicies {
		require.NoError(t, unstructured.SetNestedField(policy.Object, "changed", "spec", "endpointSelector", "matchLabels", "changed"))
		policy.SetLabels(map[string]string{"changed": "changed"})
	}
	require.Empty(t, cmp.Diff(outward(), spec))
	require.Empty(t, cmp.Diff(buildConnections(t, outward()).All(), buildConnections(t, spec).All()))
}
