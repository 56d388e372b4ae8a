package caisson

import corev1 "k8s.io/api/core/v1"

// Peer is one end of a connection: pods, addresses, or what the network knows by name. It is a plain value that others
// make: a workload gives its own (workload.Server.Peer), package security has functions for the rest, and
// security.Connections makes network policies of pairs. Exactly one of Labels, EveryPod, CIDRs and Entity says which kind
// of peer it is.
type Peer struct {
	// Name for people, in errors and in the names of policies.
	Name string `json:"name,omitempty"`
	// Namespace of the pods. Addresses and entities have none.
	Namespace string `json:"namespace,omitempty"`
	// Labels that select the pods.
	Labels map[string]string `json:"labels,omitempty"`
	// EveryPod of the namespace.
	EveryPod bool `json:"everyPod,omitempty"`
	// Foreign pods are somebody else's, like those of a chart, and get no policy: the first for a pod denies it all else that
	// it does. Only the other end gets its policy.
	Foreign bool `json:"foreign,omitempty"`
	// CIDRs are ranges of addresses of neither pods nor nodes, like 10.110.0.0/20.
	CIDRs []string `json:"cidrs,omitempty"`
	// Except are ranges within those of CIDRs that do not belong to the peer.
	Except []string `json:"except,omitempty"`
	// Entity that has no address which a policy could name.
	Entity Entity `json:"entity,omitempty"`
	// Ports that are listened on. A peer that only calls others has none.
	Ports []Port `json:"ports,omitempty"`
}

// Entity is what the network of DOKS knows by an identity of its own, whatever its address is.
type Entity string

const (
	// EntityKubeAPIServer is the cluster's API server, which DigitalOcean runs outside the cluster.
	EntityKubeAPIServer Entity = "kube-apiserver"
	// EntityGateway is the proxy behind every Gateway and Ingress of DOKS' Cilium.
	EntityGateway Entity = "gateway"
)

// Entities that there are.
func Entities() []Entity { return []Entity{EntityKubeAPIServer, EntityGateway} }

// Port that is listened on.
type Port struct {
	// Name of the container's port: "http".
	Name string `json:"name,omitempty"`
	// Port is the number, 1 to 65535.
	Port int32 `json:"port"`
	// Protocol is TCP when empty.
	Protocol corev1.Protocol `json:"protocol,omitempty"`
}

// Placement chooses nodes for pods: those with all the labels, also if they carry the tolerated taints. A pool gives its
// own (nodepool.Pool.Placement). The zero value leaves it to the scheduler.
type Placement struct {
	NodeSelector map[string]string   `json:"nodeSelector,omitempty"`
	Tolerations  []corev1.Toleration `json:"tolerations,omitempty"`
}
