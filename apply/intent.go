package apply

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// intent is what is sent for one object: only what its builder said.
type intent struct {
	ref      caisson.Ref
	body     map[string]any
	hash     string
	requires []caisson.Requirement
	err      error // why it cannot be sent
}

// newIntent never fails: what is wrong with an object is kept for its entry in the report.
func newIntent(c client.Client, set Set, object caisson.Object, requires []caisson.Requirement) *intent {
	if value := reflect.ValueOf(object); !value.IsValid() || value.Kind() == reflect.Pointer && value.IsNil() {
		return &intent{ref: caisson.Ref{Kind: fmt.Sprintf("%T", object)}, err: errors.New("is nil: leave it out")}
	}
	in := &intent{ref: caisson.Ref{Namespace: object.GetNamespace(), Name: object.GetName()}, requires: requires}
	kind, err := c.GroupVersionKindFor(object)
	if err != nil {
		in.ref.Kind = fmt.Sprintf("%T", object)
		in.err = fmt.Errorf("the client's scheme does not know its type: %w", err)
		return in
	}
	in.ref = caisson.RefTo(kind, object)
	mapping, err := c.RESTMapper().RESTMapping(kind.GroupKind(), kind.Version)
	switch namespaced := err == nil && mapping.Scope.Name() == meta.RESTScopeNameNamespace; {
	case meta.IsNoMatchError(err):
		in.err = notServed(kind, requires)
	case err != nil:
		in.err = fmt.Errorf("ask the cluster which kinds it serves: %w", err)
	case in.ref.Name == "":
		in.err = errors.New("metadata.name: write a name; generated names cannot be found again")
	case in.ref == parentRef(set):
		in.err = errors.New("metadata.name: is that of the set's own parent, choose another")
	case namespaced && in.ref.Namespace == "":
		in.err = errors.New("metadata.namespace: write a namespace")
	case !namespaced && in.ref.Namespace != "":
		in.err = fmt.Errorf("metadata.namespace: a %s has none, leave it out", kind.Kind)
	}
	if in.err != nil {
		return in
	}
	if in.body, in.err = content(object, in.ref); in.err != nil {
		return in
	}
	in.body["apiVersion"], in.body["kind"] = kind.GroupVersion().String(), kind.Kind
	sent := in.sent()
	labels, annotations := orEmpty(sent.GetLabels()), orEmpty(sent.GetAnnotations())
	labels[labelPartOf] = set.ID()
	sent.SetLabels(labels)
	// Not part of what somebody wants, even if they built it from what they read.
	delete(annotations, annotationIntent)
	delete(annotations, corev1.LastAppliedConfigAnnotation)
	sent.SetAnnotations(annotations)
	if in.hash, in.err = intentHash(in.ref, in.body); in.err != nil {
		return in
	}
	annotations[annotationIntent] = in.hash
	sent.SetAnnotations(annotations)
	return in
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

// sent shares the intent's body.
func (in *intent) sent() *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: in.body}
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
	delete(body, "status")
	for _, name := range []string{
		"creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid",
		"deletionTimestamp", "deletionGracePeriodSeconds",
	} {
		unstructured.RemoveNestedField(body, "metadata", name)
	}
	if !isSecret(ref) {
		return body, nil
	}
	return body, plainSecret(body)
}

// plainSecret moves stringData to data. A key that is later removed from stringData would stay in data for ever. Its
// errors name keys and never a value.
func plainSecret(body map[string]any) error {
	data := map[string]any{}
	for _, name := range []string{"data", "stringData"} {
		values, ok := body[name].(map[string]any)
		if !ok && body[name] != nil {
			return fmt.Errorf("%s: must be keys with values", name)
		}
		for key, value := range values {
			text, ok := value.(string)
			if !ok {
				return fmt.Errorf("%s[%s]: must be text: put it in quotes", name, key)
			}
			if name == "stringData" {
				text = base64.StdEncoding.EncodeToString([]byte(text))
			}
			data[key] = text
		}
	}
	delete(body, "stringData")
	body["data"] = data
	return nil
}

// intentHash tells one intent from another, also when the difference is a field that is no longer in it, which no
// comparison with the live object could show. Of a Secret it covers the names of the keys, never a value.
func intentHash(ref caisson.Ref, body map[string]any) (string, error) {
	if isSecret(ref) {
		body = maps.Clone(body)
		data, _ := body["data"].(map[string]any)
		body["data"] = slices.Sorted(maps.Keys(data))
	}
	text, err := json.Marshal(body)
	if err != nil {
		return "", fmt.Errorf("encode: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16]), nil
}

func isSecret(ref caisson.Ref) bool { return ref.Group == "" && ref.Kind == "Secret" }
