package security

import (
	"maps"
	"net/netip"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/caissonhq/caisson"
)

func podSelector(peer caisson.Peer) metav1.LabelSelector {
	return metav1.LabelSelector{MatchLabels: maps.Clone(peer.Labels)}
}

// policyPeers of any peer but an entity.
func policyPeers(peer caisson.Peer) []networkingv1.NetworkPolicyPeer {
	if !isPods(peer) {
		all := make([]networkingv1.NetworkPolicyPeer, len(peer.CIDRs))
		for i, cidr := range peer.CIDRs {
			all[i].IPBlock = &networkingv1.IPBlock{CIDR: cidr, Except: within(cidr, peer.Except)}
		}
		return all
	}
	one := networkingv1.NetworkPolicyPeer{
		NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{corev1.LabelMetadataName: peer.Namespace}},
	}
	if !peer.EveryPod {
		one.PodSelector = new(podSelector(peer))
	}
	return []networkingv1.NetworkPolicyPeer{one}
}

// within gives the ranges that are part of another. The API server refuses exceptions that are not.
func within(cidr string, ranges []string) []string {
	outer, err := netip.ParsePrefix(cidr)
	if err != nil {
		return nil
	}
	var all []string
	for _, text := range ranges {
		if inner, err := netip.ParsePrefix(text); err == nil && contains(outer, inner) {
			all = append(all, text)
		}
	}
	return all
}

// contains tells that inner is a smaller part of outer.
func contains(outer, inner netip.Prefix) bool {
	return inner.Bits() > outer.Bits() && outer.Contains(inner.Addr())
}

func policyPorts(ports []caisson.Port) []networkingv1.NetworkPolicyPort {
	all := make([]networkingv1.NetworkPolicyPort, len(ports))
	for i, port := range ports {
		all[i] = policyPort(protocolOf(port), port.Port)
	}
	return all
}

func protocolOf(port caisson.Port) corev1.Protocol {
	if port.Protocol == "" {
		return corev1.ProtocolTCP
	}
	return port.Protocol
}

func ciliumKind() schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: "cilium.io", Version: "v2", Kind: "CiliumNetworkPolicy"}
}

// ciliumPorts is the most that Cilium's schema allows in one list of ports. Of the lists any may match.
const ciliumPorts = 40

// ciliumPolicy stands beside NetworkPolicies: what either lets through passes. It is unstructured, as Cilium's types
// would have every user compile Cilium.
func ciliumPolicy(
	meta metav1.ObjectMeta, of caisson.Peer, entity caisson.Entity, ports []caisson.Port, way networkingv1.PolicyType,
) *unstructured.Unstructured {
	selector := map[string]any{}
	if len(of.Labels) > 0 {
		labels := map[string]any{}
		for name, value := range of.Labels {
			labels[name] = value
		}
		selector["matchLabels"] = labels
	}
	var toPorts []any
	for some := range slices.Chunk(ports, ciliumPorts) {
		list := make([]any, len(some))
		for i, port := range some {
			list[i] = map[string]any{"port": strconv.Itoa(int(port.Port)), "protocol": string(protocolOf(port))}
		}
		toPorts = append(toPorts, map[string]any{"ports": list})
	}
	section, entities := "ingress", "fromEntities"
	if way == networkingv1.PolicyTypeEgress {
		section, entities = "egress", "toEntities"
	}
	policy := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{
		"endpointSelector": selector,
		section: []any{map[string]any{
			entities:  []any{ciliumName(entity)},
			"toPorts": toPorts,
		}},
	}}}
	policy.SetGroupVersionKind(ciliumKind())
	policy.SetNamespace(meta.Namespace)
	policy.SetName(meta.Name)
	policy.SetLabels(meta.Labels)
	return policy
}

// ciliumName of an entity: https://docs.cilium.io/en/stable/security/policy/language/#entities-based
func ciliumName(entity caisson.Entity) string {
	if entity == caisson.EntityGateway {
		return "ingress"
	}
	return string(entity)
}
