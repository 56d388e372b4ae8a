package apply

import (
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	runtimeschema "k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/structured-merge-diff/v6/schema"
)

var update = flag.Bool("update", false, "write granular.json anew")

// The rules must be those of the schema that client-go brings: they decide what goes unsent.
func TestGranularRulesAreThoseOfTheSchema(t *testing.T) {
	rules := rulesOfSchema(t)
	if *update {
		text, err := json.MarshalIndent(rules, "", " ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile("granular.json", append(text, '\n'), 0o600))
		return
	}
	require.Equal(t, rules, granular(), "run make generate")
}

func rulesOfSchema(t *testing.T) granularRules {
	t.Helper()
	rules := granularRules{Kinds: map[string]string{}, Types: map[string]map[string]string{}}
	for kind := range scheme.Scheme.AllKnownTypes() {
		object := &unstructured.Unstructured{Object: map[string]any{}}
		object.SetGroupVersionKind(kind)
		typed, err := converter().ObjectToTyped(object)
		if err != nil || strings.HasSuffix(kind.Kind, "Options") || strings.Contains(kind.Version, "alpha") {
			continue // a list, or no object
		}
		r := reader{t, typed.Schema(), rules}
		rules.Kinds[kind.GroupVersion().String()+"/"+kind.Kind] = r.rule(typed.TypeRef())
	}
	return rules
}

type reader struct {
	t     *testing.T
	all   *schema.Schema
	rules granularRules
}

func (r reader) rule(ref schema.TypeRef) string {
	atom, ok := r.all.Resolve(ref)
	require.True(r.t, ok)
	switch {
	case atom.Scalar != nil, atom.Map != nil && (atom.List != nil || atom.Map.ElementRelationship == schema.Atomic):
		return ""
	case atom.Map != nil && len(atom.Fields) == 0:
		element, ok := r.all.Resolve(atom.Map.ElementType)
		require.True(r.t, ok)
		if element.Scalar == nil || element.Map != nil || element.List != nil {
			return "" // of maps, or of what is not known
		}
		return "*"
	case atom.Map != nil && ref.NamedType != nil:
		return r.named(*ref.NamedType, atom.Map)
	case atom.List != nil && atom.List.ElementRelationship == schema.Associative && len(atom.Keys) > 0:
		if item := r.rule(atom.List.ElementType); item != "" && item != "*" {
			return "[" + strings.Join(atom.Keys, ",") + "]" + item
		}
	}
	return ""
}

func (r reader) named(long string, fields *schema.Map) string {
	name := strings.TrimPrefix(long, "io.k8s.")
	if _, known := r.rules.Types[name]; known {
		return name
	}
	rules := map[string]string{}
	r.rules.Types[name] = rules // before its fields, which may be of the type itself
	for _, field := range fields.Fields {
		if rule := r.rule(field.Type); rule != "" && field.Name != "status" && field.Name != "managedFields" {
			rules[field.Name] = rule
		}
	}
	return name
}

func TestGranularSame(t *testing.T) {
	parse := func(text string) map[string]any {
		var value map[string]any
		require.NoError(t, json.Unmarshal([]byte(text), &value))
		return value
	}
	const head = `"apiVersion": "v1", "metadata": {"name": "a"}`
	cases := map[string]struct {
		reason       string
		kind         runtimeschema.GroupVersionKind
		live, wanted string
		want         bool
	}{
		"more in live": {
			"defaults of the server are none of ours",
			runtimeschema.GroupVersionKind{Version: "v1", Kind: "Pod"},
			`{"spec": {"containers": [{"name": "a", "image": "b", "ports": [{"containerPort": 1, "protocol": "TCP", "name": "x"}]}], "x": 1}}`,
			`{"spec": {"containers": [{"name": "a", "image": "b", "ports": [{"containerPort": 1, "protocol": "TCP"}]}]}}`, true,
		},
		"a label more in an atomic selector": {
			"the server would take it away",
			runtimeschema.GroupVersionKind{Group: "networking.k8s.io", Version: "v1", Kind: "NetworkPolicy"},
			`{"spec": {"podSelector": {"matchLabels": {"a": "b", "c": "d"}}}}`,
			`{"spec": {"podSelector": {"matchLabels": {"a": "b"}}}}`, false,
		},
		"a key left to its default": {
			"it could be that of another item",
			runtimeschema.GroupVersionKind{Version: "v1", Kind: "Service"},
			`{"spec": {"ports": [{"port": 53, "protocol": "UDP"}]}}`, `{"spec": {"ports": [{"port": 53}]}}`, false,
		},
		"items in another order": {
			"the full comparison knows what that means",
			runtimeschema.GroupVersionKind{Version: "v1", Kind: "Service"},
			`{"spec": {"ports": [{"port": 2, "protocol": "TCP"}, {"port": 1, "protocol": "TCP"}]}}`,
			`{"spec": {"ports": [{"port": 1, "protocol": "TCP"}, {"port": 2, "protocol": "TCP"}]}}`, false,
		},
		"a label more": {
			"others may add labels",
			runtimeschema.GroupVersionKind{Version: "v1", Kind: "ConfigMap"},
			`{"metadata": {"labels": {"a": "b", "c": "d"}}, "data": {"x": "y", "z": ""}}`,
			`{"metadata": {"labels": {"a": "b"}}, "data": {"x": "y"}}`, true,
		},
		"another value": {
			"that is what apply is for",
			runtimeschema.GroupVersionKind{Version: "v1", Kind: "ConfigMap"},
			`{"data": {"x": "z"}}`, `{"data": {"x": "y"}}`, false,
		},
		"an unknown kind": {
			"nothing is known of its fields",
			runtimeschema.GroupVersionKind{Group: "example.com", Version: "v1", Kind: "Thing"},
			`{` + head + `}`, `{` + head + `}`, false,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tc.want, granular().holds(tc.kind, parse(tc.live), parse(tc.wanted)), tc.reason)
		})
	}
}

func TestIdentical(t *testing.T) {
	values := []any{
		nil, "a", "", int64(1), 1.5, true,
		map[string]any{},
		map[string]any{"a": nil},
		map[string]any{"b": nil},
		map[string]any{"a": map[string]any{}},
		[]any{},
		[]any{nil},
		[]any{"a"},
		[]any{"a", "b"},
		[]any{[]any{}},
	}
	for i, a := range values {
		for j, b := range values {
			require.Equal(t, i == j, identical(a, b), "%#v and %#v", a, b)
		}
	}
}
