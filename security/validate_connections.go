package security

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/internal/fielderrors"
)

// Validate says what is wrong with the spec.
func (c Connections) Validate() error {
	var errs field.ErrorList
	seen := map[string]bool{}
	for i, pair := range c {
		path := field.NewPath("connections").Index(i)
		wrong := validatePeer(path.Child("from"), pair.From)
		wrong = append(wrong, validatePeer(path.Child("to"), pair.To)...)
		if len(wrong) == 0 {
			wrong = pair.validateEnds(path)
		}
		errs = append(errs, wrong...)
		errs = append(errs, validatePorts(path.Child("to", "ports"), pair.To.Ports)...)
		key := peerKey(pair.From) + " " + peerKey(pair.To)
		if seen[key] {
			errs = append(errs, field.Duplicate(path, key))
		}
		seen[key] = true
	}
	return errs.ToAggregate()
}

// validateEnds of two peers that are well by themselves.
func (c Connection) validateEnds(path *field.Path) field.ErrorList {
	switch {
	case c.To.Entity == caisson.EntityGateway:
		return field.ErrorList{field.Forbidden(path.Child("to", "entity"),
			"a gateway calls, and is called from outside: write it in from")}
	case !isOurs(c.From) && !isOurs(c.To):
		return field.ErrorList{field.Forbidden(path, "neither end gets a policy: write pods that are not foreign as one of them")}
	}
	return validateMetadata(path.Child("to", "except"), c.To)
}

// peerKey is one for all peers whose policies would have one name.
func peerKey(peer caisson.Peer) string {
	switch {
	case peer.EveryPod:
		return peer.Namespace + "/*"
	case peer.Entity != "":
		return "entity " + string(peer.Entity)
	case !isPods(peer):
		return peer.Name
	}
	return peer.Namespace + "/" + peer.Name
}

func validatePeer(path *field.Path, peer caisson.Peer) field.ErrorList {
	kinds := 0
	for _, is := range []bool{len(peer.Labels) > 0, peer.EveryPod, len(peer.CIDRs) > 0, peer.Entity != ""} {
		if is {
			kinds++
		}
	}
	if kinds > 1 {
		return field.ErrorList{field.Forbidden(path,
			"labels, everyPod, cidrs and entity are peers of four kinds: keep one of them")}
	}
	var errs field.ErrorList
	if len(peer.CIDRs) == 0 && len(peer.Except) > 0 {
		errs = append(errs, field.Forbidden(path.Child("except"), "holds for cidrs alone: leave it out"))
	}
	switch {
	case peer.EveryPod:
		return append(errs, validatePeerName(path.Child("namespace"), peer.Namespace, "write the namespace of the pods")...)
	case peer.Entity != "":
		if known := caisson.Entities(); !slices.Contains(known, peer.Entity) {
			errs = append(errs, field.NotSupported(path.Child("entity"), peer.Entity, known))
		}
		return append(errs, validateNoNamespace(path.Child("namespace"), peer)...)
	case len(peer.CIDRs) > 0:
		errs = append(errs, validatePeerName(path.Child("name"), peer.Name, `write a name for the addresses, like "database"`)...)
		errs = append(errs, validateNoNamespace(path.Child("namespace"), peer)...)
		return append(errs, validateAddresses(path, peer)...)
	}
	errs = append(errs, validatePeerName(path.Child("name"), peer.Name, "write the workload's name")...)
	errs = append(errs, validatePeerName(path.Child("namespace"), peer.Namespace, "write the workload's namespace")...)
	if len(peer.Labels) == 0 {
		errs = append(errs, field.Required(path.Child("labels"), "no labels would select every pod of the namespace"))
	}
	return append(errs, fielderrors.Sorted(metav1validation.ValidateLabels(peer.Labels, path.Child("labels")))...)
}

func validateNoNamespace(path *field.Path, peer caisson.Peer) field.ErrorList {
	if peer.Namespace == "" {
		return nil
	}
	return field.ErrorList{field.Forbidden(path, "only pods are in a namespace: leave it out")}
}

// validatePeerName keeps dots out too: the names of policies are joined with them.
func validatePeerName(path *field.Path, name, remedy string) field.ErrorList {
	if name == "" {
		return field.ErrorList{field.Required(path, remedy)}
	}
	var errs field.ErrorList
	for _, message := range validation.IsDNS1123Label(name) {
		errs = append(errs, field.Invalid(path, name, message))
	}
	return errs
}

// validatePorts of the side that is called. What the caller listens on takes no part in the connection.
func validatePorts(path *field.Path, ports []caisson.Port) field.ErrorList {
	if len(ports) == 0 {
		return field.ErrorList{field.Required(path, "write the ports that may be called")}
	}
	var errs field.ErrorList
	protocols := []corev1.Protocol{corev1.ProtocolTCP, corev1.ProtocolUDP, corev1.ProtocolSCTP}
	for i, port := range ports {
		for _, message := range validation.IsValidPortNum(int(port.Port)) {
			errs = append(errs, field.Invalid(path.Index(i).Child("port"), port.Port, message))
		}
		if port.Protocol != "" && !slices.Contains(protocols, port.Protocol) {
			errs = append(errs, field.NotSupported(path.Index(i).Child("protocol"), port.Protocol, protocols))
		}
	}
	return errs
}
