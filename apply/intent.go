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

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
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
		in.err = fmt.Errorf("the cluster does not serve %s: install what defines it", kind)
	case err != nil:
		in.err = fmt.Errorf("ask the cluster which kinds it serves: %w", err)
	case in.ref.Name == "":
		in.err = errors.New("metadata.name: write a name; generated names cannot be found again")
	case namespaced && in.ref.Namespace == "":
		in.err = errors.New("metadata.namespace: write a namespace")
	case !namespaced && in.ref.Namespace != "":
		in.err = fmt.Errorf("metadata.namespace: a %s has none, leave it out", kind.Kind)
	}
	if in.err != nil {
		return in
	}
	if in.body, in.err = content(object); in.err != nil {
		return in
	}
	in.body["apiVersion"], in.body["kind"] = kind.GroupVersion().String(), kind.Kind
	sent := in.sent()
	labels := sent.GetLabels()
	if labels == nil {
		labels = map[string]string{}
	}
	labels[labelPartOf] = set.ID()
	sent.SetLabels(labels)
	in.hash, in.err = intentHash(in.ref, in.body)
	annotations := sent.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[annotationIntent] = in.hash
	sent.SetAnnotations(annotations)
	return in
}

// sent shares the intent's body.
func (in *intent) sent() *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: in.body}
}

// content is the object as JSON without what belongs to the server.
func content(object caisson.Object) (map[string]any, error) {
	body, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object.DeepCopyObject())
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	delete(body, "status")
	for _, name := range []string{
		"creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid",
		"deletionTimestamp", "deletionGracePeriodSeconds",
	} {
		unstructured.RemoveNestedField(body, "metadata", name)
	}
	return body, plainSecret(body)
}

// plainSecret moves stringData to data. A key that is later removed from stringData would stay in data for ever.
func plainSecret(body map[string]any) error {
	text, found, err := unstructured.NestedStringMap(body, "stringData")
	if err != nil || !found {
		return err
	}
	data, _, err := unstructured.NestedStringMap(body, "data")
	if err != nil {
		return err
	}
	if data == nil {
		data = map[string]string{}
	}
	for key, value := range text {
		data[key] = base64.StdEncoding.EncodeToString([]byte(value))
	}
	delete(body, "stringData")
	return unstructured.SetNestedStringMap(body, data, "data")
}

// intentHash tells one intent from another, also when the difference is a field that is no longer in it, which no
// comparison with the live object could show. Of a Secret it covers the names of the keys, never a value.
func intentHash(ref caisson.Ref, body map[string]any) (string, error) {
	if isSecret(ref) {
		body = maps.Clone(body)
		data, _, err := unstructured.NestedMap(body, "data")
		if err != nil {
			return "", err
		}
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
