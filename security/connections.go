package security

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson"
)

// Connection says that the pods of From may open connections to the ports of To.
type Connection struct {
	From caisson.Peer `json:"from"`
	To   caisson.Peer `json:"to"`
}

// Connections are the only traffic that namespaces which deny by default let through, beside DNS. One declaration gives
// both sides' policies: egress of the caller, ingress of the called.
type Connections []Connection

// Build makes two policies for each connection. It talks to nothing, and gives the same for the same spec.
func (c Connections) Build() ([]*networkingv1.NetworkPolicy, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	var policies []*networkingv1.NetworkPolicy
	for _, pair := range c {
		policies = append(policies, pair.egress(), pair.ingress())
	}
	return policies, nil
}

func (c Connection) egress() *networkingv1.NetworkPolicy {
	policy := c.policy(c.From, c.From.Name+".to."+qualified(c.To, c.From), networkingv1.PolicyTypeEgress)
	policy.Spec.Egress = []networkingv1.NetworkPolicyEgressRule{{
		To: []networkingv1.NetworkPolicyPeer{selecting(c.To)}, Ports: policyPorts(c.To.Ports),
	}}
	return policy
}

func (c Connection) ingress() *networkingv1.NetworkPolicy {
	policy := c.policy(c.To, c.To.Name+".from."+qualified(c.From, c.To), networkingv1.PolicyTypeIngress)
	policy.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{
		From: []networkingv1.NetworkPolicyPeer{selecting(c.From)}, Ports: policyPorts(c.To.Ports),
	}}
	return policy
}

func (c Connection) policy(of caisson.Peer, name string, kind networkingv1.PolicyType) *networkingv1.NetworkPolicy {
	return &networkingv1.NetworkPolicy{
		TypeMeta:   typeMeta("networking.k8s.io/v1", "NetworkPolicy"),
		ObjectMeta: Namespace{Name: of.Namespace}.meta(name),
		Spec: networkingv1.NetworkPolicySpec{
			PodSelector: metav1.LabelSelector{MatchLabels: maps.Clone(of.Labels)},
			PolicyTypes: []networkingv1.PolicyType{kind},
		},
	}
}

// qualified adds the namespace of the other side where it is not the own. Names of policies are joined with dots, which
// names of workloads and namespaces cannot have, so that those of two connections never clash.
func qualified(peer, seenFrom caisson.Peer) string {
	if peer.Namespace == seenFrom.Namespace {
		return peer.Name
	}
	return peer.Namespace + "." + peer.Name
}

func selecting(peer caisson.Peer) networkingv1.NetworkPolicyPeer {
	return networkingv1.NetworkPolicyPeer{
		NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{corev1.LabelMetadataName: peer.Namespace}},
		PodSelector:       &metav1.LabelSelector{MatchLabels: maps.Clone(peer.Labels)},
	}
}

func policyPorts(ports []caisson.Port) []networkingv1.NetworkPolicyPort {
	all := make([]networkingv1.NetworkPolicyPort, len(ports))
	for i, port := range ports {
		protocol := port.Protocol
		if protocol == "" {
			protocol = corev1.ProtocolTCP
		}
		all[i] = policyPort(protocol, port.Port)
	}
	return all
}

// Objects builds the policies.
func (c Connections) Objects() ([]caisson.Object, error) {
	policies, err := c.Build()
	all := make([]caisson.Object, len(policies))
	for i, policy := range policies {
		all[i] = policy
	}
	return all, err
}

// Requires nothing beyond Kubernetes; that the network enforces policies is DOKS' part, by Cilium.
func (c Connections) Requires() []caisson.Requirement { return nil }

var _ caisson.Builder = Connections{}
