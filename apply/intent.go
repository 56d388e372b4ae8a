package apply

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// intent is one object that somebody wants. What is sent for it is made when it is needed, and not kept: a set may hold
// many, and an object in its encoded form takes ten times the memory.
type intent struct {
	ref      caisson.Ref
	object   caisson.Object
	set      Set
	requires []caisson.Requirement
	rollOn   []caisson.Ref
	stamp    string // of rollOn
	err      error  // why it cannot be sent
}

// newIntent never fails: what is wrong with an object is kept for its entry in the report.
func newIntent(c client.Client, set Set, object caisson.Object, requires []caisson.Requirement) *intent {
	if value := reflect.ValueOf(object); !value.IsValid() || value.Kind() == reflect.Pointer && value.IsNil() {
		return &intent{ref: caisson.Ref{Kind: fmt.Sprintf("%T", object)}, err: errors.New("is nil: leave it out")}
	}
	in := &intent{
		ref:    caisson.Ref{Namespace: object.GetNamespace(), Name: object.GetName()},
		object: object, set: set, requires: requires,
	}
	kind, err := kindOf(c, object)
	if err != nil {
		in.ref.Kind = fmt.Sprintf("%T", object)
		in.err = fmt.Errorf("the client's scheme does not know its type, and its apiVersion and kind are not set: %w", err)
		return in
	}
	in.ref = caisson.RefTo(kind, object)
	if in.rollOn, in.err = rollsOn(object); in.err != nil {
		return in
	}
	switch {
	case in.ref.Name == "":
		in.err = errors.New("metadata.name: write a name; generated names cannot be found again")
	case in.ref == parentRef(set):
		in.err = errors.New("metadata.name: is that of the set's own parent, choose another")
	}
	return in
}

// kindOf an object by the client's scheme, or by what it says of itself: blocks build kinds that not every scheme knows.
func kindOf(c client.Client, object caisson.Object) (schema.GroupVersionKind, error) {
	kind, err := c.GroupVersionKindFor(object)
	said := object.GetObjectKind().GroupVersionKind()
	if runtime.IsNotRegisteredError(err) && said.Kind != "" && said.Version != "" {
		return said, nil
	}
	return kind, err
}

// locate says what keeps the intent from having a place on the cluster.
func (in *intent) locate(where scope) error {
	switch kind := in.ref.GroupVersionKind(); {
	case where.err != nil:
		return where.err
	case !where.served && !where.brought:
		return notServed(kind, in.requires)
	case where.namespaced && in.ref.Namespace == "":
		return errors.New("metadata.namespace: write a namespace")
	case !where.namespaced && in.ref.Namespace != "":
		return fmt.Errorf("metadata.namespace: a %s has none, leave it out", kind.Kind)
	}
	return nil
}

// notServed gives the remedy that the builder knows for the kind.
func notServed(kind schema.GroupVersionKind, requires []caisson.Requirement) error {
	for _, requirement := range requires {
		if requirement.Kind.GroupKind() == kind.GroupKind() {
			return &RequirementError{requirement}
		}
	}
	return fmt.Errorf("the cluster does not serve %s: install what defines it", kind)
}

// encode what is sent for the object: what its builder said, the set's label, and the intent's hash.
func (in *intent) encode() (*unstructured.Unstructured, error) {
	body, err := content(in.object, in.ref)
	if err != nil {
		return nil, err
	}
	sent := &unstructured.Unstructured{Object: body}
	if len(in.rollOn) > 0 {
		if err := stampOn(sent, in.stamp); err != nil {
			return nil, fmt.Errorf("encode: %w", err)
		}
	}
	sent.SetGroupVersionKind(in.ref.GroupVersionKind())
	labels, annotations := orEmpty(sent.GetLabels()), orEmpty(sent.GetAnnotations())
	labels[labelPartOf] = in.set.ID()
	sent.SetLabels(labels)
	// Not part of what somebody wants, even if they built it from what they read.
	delete(annotations, annotationIntent)
	delete(annotations, corev1.LastAppliedConfigAnnotation)
	sent.SetAnnotations(annotations)
	annotations[annotationIntent] = intentHash(in.ref, body)
	sent.SetAnnotations(annotations)
	return sent, nil
}

// content is the object as JSON without what belongs to the server.
func content(object caisson.Object, ref caisson.Ref) (map[string]any, error) {
	// By way of text: an unstructured object may hold Go values that JSON does not have, on which a deep copy panics.
	text, err := json.Marshal(object)
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	body := map[string]any{}
	if err := utiljson.Unmarshal(text, &body); err != nil { // whole numbers stay whole
		return nil, fmt.Errorf("encode: %w", err)
	}
	dropZeroStructs(object, body)
	delete(body, "status")
	for _, name := range []string{
		"creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid",
		"deletionTimestamp", "deletionGracePeriodSeconds", "generateName", // which means nothing beside a name
	} {
		unstructured.RemoveNestedField(body, "metadata", name)
	}
	if !isSecret(ref) {
		return body, nil
	}
	return body, plainSecret(body)
}

func isSecret(ref caisson.Ref) bool { return ref.Group == "" && ref.Kind == "Secret" }
