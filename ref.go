package caisson

import (
	"cmp"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Ref names an object. It is comparable, and prints as kubectl's users say it: "Deployment shop/web".
type Ref struct {
	Group     string `json:"group,omitempty"`
	Version   string `json:"version"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
}

// RefTo names an object. The kind is a parameter, because typed objects rarely know theirs.
func RefTo(kind schema.GroupVersionKind, object Object) Ref {
	return Ref{
		Group: kind.Group, Version: kind.Version, Kind: kind.Kind,
		Namespace: object.GetNamespace(), Name: object.GetName(),
	}
}

// GroupVersionKind of the object.
func (r Ref) GroupVersionKind() schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: r.Group, Version: r.Version, Kind: r.Kind}
}

// GroupKind of the object.
func (r Ref) GroupKind() schema.GroupKind { return r.GroupVersionKind().GroupKind() }

func (r Ref) String() string {
	if r.Namespace == "" {
		return r.Kind + " " + r.Name
	}
	return r.Kind + " " + r.Namespace + "/" + r.Name
}

// Compare orders by namespace, kind and name, so that lists of refs read well and are the same every time.
func (r Ref) Compare(other Ref) int {
	return cmp.Or(
		strings.Compare(r.Namespace, other.Namespace), strings.Compare(r.Kind, other.Kind),
		strings.Compare(r.Group, other.Group), strings.Compare(r.Version, other.Version),
		strings.Compare(r.Name, other.Name),
	)
}
