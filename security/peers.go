package security

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/caissonhq/caisson"
)

// EveryPod of a namespace is a peer: the monitoring that scrapes all workloads, or an operator in a namespace of its own.
// The ports are TCP's.
//
// It is Foreign: in a namespace that does not deny by default, a policy would cut off all its pods from everything else.
// Where it is a Namespace of yours, set Foreign to false, and its side gets a policy too, without which nothing passes.
func EveryPod(namespace string, ports ...int32) caisson.Peer {
	return caisson.Peer{Name: namespace, Namespace: namespace, EveryPod: true, Foreign: true, Ports: tcp(ports)}
}

// Addresses outside the cluster are a peer: a managed database in the VPC, an API of a partner. The name is for the
// names of policies. The ports are TCP's.
//
// Pods and nodes have no addresses to the policies of DOKS' Cilium: ranges that hold theirs do not let them through. As
// callers, addresses are those that arrive: a load balancer that is not told to keep the client's has its own.
func Addresses(name string, cidrs []string, ports ...int32) caisson.Peer {
	return caisson.Peer{Name: name, CIDRs: append([]string(nil), cidrs...), Ports: tcp(ports)}
}

// Internet is every address but the private ones: RFC 1918, 100.64.0.0/10 of carriers (RFC 6598) and 169.254.0.0/16 of
// the link (RFC 3927), where the metadata service of a Droplet is, which gives its user data and tokens to whoever asks;
// of IPv6 fc00::/7 (RFC 4193) and fe80::/10 (RFC 4291). The VPC is private too: name its databases with Addresses. The
// ports are TCP's.
func Internet(ports ...int32) caisson.Peer {
	return caisson.Peer{
		Name:  "internet",
		CIDRs: []string{"0.0.0.0/0", "::/0"},
		Except: []string{
			"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16",
			"fc00::/7", "fe80::/10",
		},
		Ports: tcp(ports),
	}
}

// KubeAPIServer is the cluster's API server as a peer: called by workloads that have an Access, calling webhooks.
//
// A fact is that Cilium gives its addresses an identity of their own, which neither a range of addresses nor a selector
// of pods matches (https://github.com/cilium/cilium/issues/20550): hence a CiliumNetworkPolicy. A fact is also that Cilium
// asks its policies about the port behind the Service kubernetes, not the Service's 443. Which port that is on DOKS is
// not documented: 443 and 6443 are both let through, to the API server alone.
func KubeAPIServer() caisson.Peer {
	return caisson.Peer{
		Name: string(caisson.EntityKubeAPIServer), Entity: caisson.EntityKubeAPIServer, Ports: tcp([]int32{443, 6443}),
	}
}

// Gateway is the proxy behind the Gateways and Ingresses of DOKS' Cilium, as a caller: whatever comes through any of them,
// from outside or from other pods, has its identity, reserved:ingress. What may pass is said by their routes.
func Gateway() caisson.Peer {
	return caisson.Peer{Name: string(caisson.EntityGateway), Entity: caisson.EntityGateway}
}

func tcp(ports []int32) []caisson.Port {
	all := make([]caisson.Port, len(ports))
	for i, port := range ports {
		all[i] = caisson.Port{Port: port, Protocol: corev1.ProtocolTCP}
	}
	return all
}

func isPods(peer caisson.Peer) bool { return peer.EveryPod || len(peer.Labels) > 0 }

// isOurs tells peers that get policies.
func isOurs(peer caisson.Peer) bool { return isPods(peer) && !peer.Foreign }
