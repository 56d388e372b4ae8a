package security

import (
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/caissonhq/caisson"
)

// Connection says that From may open connections to the ports of To. At least one of the two is pods of yours.
type Connection struct {
	From caisson.Peer `json:"from"`
	To   caisson.Peer `json:"to"`
}

// Connections are the only traffic that namespaces which deny by default let through, beside DNS. One declaration gives
// both sides' policies: egress of the caller, ingress of the called. Only pods have policies, and only those that are not
// foreign get them: where the other side is addresses, an entity or foreign, there is one.
type Connections []Connection

// ConnectionObjects are the policies of connections. Change them as you like before they are applied.
type ConnectionObjects struct {
	NetworkPolicies []*networkingv1.NetworkPolicy
	// CiliumNetworkPolicies of kind cilium.io/v2 are for entities, which a NetworkPolicy cannot name.
	CiliumNetworkPolicies []*unstructured.Unstructured
}

// Build makes a policy for each side of each connection that gets one. It talks to nothing, and gives the same for the same
// spec. The error is a list of field errors, each with the path of the field and what to write instead.
func (c Connections) Build() (*ConnectionObjects, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	objs := &ConnectionObjects{}
	for _, pair := range c {
		if isOurs(pair.From) {
			objs.add(pair.From, pair.To, pair.To.Ports, networkingv1.PolicyTypeEgress)
		}
		if isOurs(pair.To) {
			objs.add(pair.To, pair.From, pair.To.Ports, networkingv1.PolicyTypeIngress)
		}
	}
	return objs, nil
}

// add the policy of one side.
func (o *ConnectionObjects) add(of, other caisson.Peer, ports []caisson.Port, way networkingv1.PolicyType) {
	meta := Namespace{Name: of.Namespace}.meta(policyName(of, other, way))
	if other.Entity != "" {
		o.CiliumNetworkPolicies = append(o.CiliumNetworkPolicies, ciliumPolicy(meta, of, other.Entity, ports, way))
		return
	}
	policy := &networkingv1.NetworkPolicy{
		TypeMeta:   typeMeta("networking.k8s.io/v1", "NetworkPolicy"),
		ObjectMeta: meta,
		Spec: networkingv1.NetworkPolicySpec{
			PodSelector: podSelector(of), PolicyTypes: []networkingv1.PolicyType{way},
		},
	}
	if way == networkingv1.PolicyTypeEgress {
		policy.Spec.Egress = []networkingv1.NetworkPolicyEgressRule{{To: policyPeers(other), Ports: policyPorts(ports)}}
	} else {
		policy.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{From: policyPeers(other), Ports: policyPorts(ports)}}
	}
	o.NetworkPolicies = append(o.NetworkPolicies, policy)
}

// policyName joins with dots, which names of workloads and namespaces cannot have. The word between says of which kinds the
// ends are, so that the policies of two connections never have one name.
func policyName(of, other caisson.Peer, way networkingv1.PolicyType) string {
	left, word, right := of.Name, "from", other.Name
	if way == networkingv1.PolicyTypeEgress {
		word = "to"
	}
	switch {
	case other.EveryPod:
		word, right = word+"-all", other.Namespace
	case other.Entity != "":
		word, right = word+"-outside", string(other.Entity)
	case !isPods(other):
		word += "-outside"
	case other.Namespace != of.Namespace:
		right = other.Namespace + "." + other.Name
	}
	if of.EveryPod {
		left, word = of.Namespace, "all-"+word
	}
	return left + "." + word + "." + right
}

// Objects builds the policies.
func (c Connections) Objects() ([]caisson.Object, error) {
	objs, err := c.Build()
	if err != nil {
		return nil, err
	}
	return objs.All(), nil
}

// Requires Cilium's own policies where an entity is an end. That the network enforces any policies is DOKS' part.
func (c Connections) Requires() []caisson.Requirement {
	objs, err := c.Build()
	if err != nil {
		return nil
	}
	return objs.Requires()
}

// All gives all policies.
func (o *ConnectionObjects) All() []caisson.Object {
	all := make([]caisson.Object, 0, len(o.NetworkPolicies)+len(o.CiliumNetworkPolicies))
	for _, policy := range o.NetworkPolicies {
		all = append(all, policy)
	}
	for _, policy := range o.CiliumNetworkPolicies {
		all = append(all, policy)
	}
	return all
}

// Objects gives all policies.
func (o *ConnectionObjects) Objects() ([]caisson.Object, error) { return o.All(), nil }

// Validate finds nothing: no policy depends on another.
func (o *ConnectionObjects) Validate() error { return nil }

// Requires Cilium's own policies where there are some.
func (o *ConnectionObjects) Requires() []caisson.Requirement {
	if len(o.CiliumNetworkPolicies) == 0 {
		return nil
	}
	first := o.CiliumNetworkPolicies[0]
	return []caisson.Requirement{{
		Kind: ciliumKind(),
		For: "CiliumNetworkPolicy " + first.GetNamespace() + "/" + first.GetName() +
			" names a gateway or the API server, which a NetworkPolicy cannot",
		Remedy: "DOKS brings Cilium; elsewhere install it, or write a NetworkPolicy with the addresses in place of the entity",
	}}
}

var (
	_ caisson.Builder = Connections{}
	_ caisson.Builder = (*ConnectionObjects)(nil)
)
