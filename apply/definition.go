package apply

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/caissonhq/caisson"
)

// definitions are the kinds that CustomResourceDefinitions of the set define, and whether their objects have a namespace.
// The cluster may not serve them yet.
type definitions map[schema.GroupKind]bool

var definitionKind = schema.GroupKind{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}

func (d definitions) add(in *intent) {
	if in.err != nil || in.ref.GroupKind() != definitionKind {
		return
	}
	body, err := content(in.object, in.ref)
	if err != nil {
		return // it will fail by itself
	}
	if kind, namespaced := defines(body); kind.Kind != "" {
		d[kind] = namespaced
	}
}

// defines gives the kind that a CustomResourceDefinition defines.
func defines(body map[string]any) (kind schema.GroupKind, namespaced bool) {
	kind.Group, _, _ = unstructured.NestedString(body, "spec", "group")
	kind.Kind, _, _ = unstructured.NestedString(body, "spec", "names", "kind")
	scope, _, _ := unstructured.NestedString(body, "spec", "scope")
	return kind, scope == "Namespaced"
}

// brings says that an object is of a kind that the set itself defines, and that the cluster does not serve yet.
func (r *run) brings(ref caisson.Ref) bool {
	return r.scopes[ref.GroupVersionKind()].brought
}

const (
	// establishTimeout bounds the wait for the API server to serve what a definition defines; it takes about a second.
	establishTimeout = 30 * time.Second
	establishPoll    = 100 * time.Millisecond
)

// awaitEstablished waits until the cluster serves a kind whose definition has just been applied.
func (r *run) awaitEstablished(ctx context.Context, s *step) error {
	ctx, cancel := context.WithTimeout(ctx, establishTimeout)
	defer cancel()
	state := "it does not say that it is Established"
	for {
		if now, err := get(ctx, r.client, s.change.Ref); err == nil && now != nil {
			kind, _ := defines(now.Object)
			established, message := condition(now, "Established")
			if _, err := r.mapping(ctx, kind); established && err == nil {
				return nil
			}
			if accepted, refused := condition(now, "NamesAccepted"); !accepted && refused != "" {
				message = refused
			}
			if message != "" {
				state = message
			}
		}
		if pause(ctx, establishPoll) != nil {
			return fmt.Errorf("was applied, but the cluster does not serve it: %s", state)
		}
	}
}

// condition of an object's status: whether it is true, and what it says.
func condition(object *unstructured.Unstructured, name string) (isTrue bool, message string) {
	conditions, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions")
	for _, one := range conditions {
		fields, _ := one.(map[string]any)
		if fields["type"] == name {
			message, _ := fields["message"].(string)
			return fields["status"] == "True", message
		}
	}
	return false, ""
}
