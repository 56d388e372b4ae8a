package caisson

import corev1 "k8s.io/api/core/v1"

// Peer is one end of a connection: the pods that carry the labels in a namespace, and the ports they listen on. A
// workload gives its own (workload.Server.Peer), and security.Connections makes network policies of pairs.
type Peer struct {
	// Name for people, in errors and in the names of policies.
	Name string `json:"name"`
	// Namespace of the pods.
	Namespace string `json:"namespace"`
	// Labels that select the pods.
	Labels map[string]string `json:"labels"`
	// Ports that the pods listen on. A peer that only calls others has none.
	Ports []Port `json:"ports,omitempty"`
}

// Port that pods listen on.
type Port struct {
	// Name of the container's port: "http".
	Name string `json:"name"`
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
