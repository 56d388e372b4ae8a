package security

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/caissonhq/caisson"
)

// Validate says what is wrong with the spec.
func (c Connections) Validate() error {
	var errs field.ErrorList
	seen := map[string]bool{}
	for i, pair := range c {
		path := field.NewPath("connections").Index(i)
		errs = append(errs, validatePeer(path.Child("from"), pair.From)...)
		errs = append(errs, validatePeer(path.Child("to"), pair.To)...)
		errs = append(errs, validatePorts(path.Child("to", "ports"), pair.To.Ports)...)
		key := pair.From.Namespace + "/" + pair.From.Name + " " + pair.To.Namespace + "/" + pair.To.Name
		if seen[key] {
			errs = append(errs, field.Duplicate(path, key))
		}
		seen[key] = true
	}
	return errs.ToAggregate()
}

func validatePeer(path *field.Path, peer caisson.Peer) field.ErrorList {
	errs := validatePeerName(path.Child("name"), peer.Name, "write the workload's name")
	errs = append(errs, validatePeerName(path.Child("namespace"), peer.Namespace, "write the workload's namespace")...)
	if len(peer.Labels) == 0 {
		errs = append(errs, field.Required(path.Child("labels"), "no labels would select every pod of the namespace"))
	}
	return append(errs, metav1validation.ValidateLabels(peer.Labels, path.Child("labels"))...)
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
