package schema_test

import (
	"encoding/json"
	"reflect"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/caissonhq/caisson/internal/schema"
)

type color string

type part struct {
	Size *int32 `json:"size"`
}

type common struct {
	Name string `json:"name"`
}

// holder of a field that a test is about.
type holder[T any] struct {
	V T `json:"v,omitempty"`
}

func of[T any]() reflect.Type { return reflect.TypeFor[holder[T]]() }

func generate(t *testing.T, kind reflect.Type, o schema.Options) map[string]any {
	t.Helper()
	text, err := schema.Generate(kind, o)
	require.NoError(t, err)
	var got map[string]any
	require.NoError(t, json.Unmarshal(text, &got))
	require.Equal(t, "http://json-schema.org/draft-07/schema#", got["$schema"])
	delete(got, "$schema")
	return got
}

func TestGenerate(t *testing.T) {
	type object = map[string]any
	type list = []any
	colors := object{"type": "string", "enum": list{"red", "blue"}}
	cases := map[string]struct {
		reason string
		of     reflect.Type
		want   object // "v" is the field that the case is about
	}{
		"Text":     {"a string is text", of[string](), object{"type": "string"}},
		"Boolean":  {"a bool is a boolean", of[bool](), object{"type": "boolean"}},
		"Integer":  {"all sizes of int are integers", of[int32](), object{"type": "integer"}},
		"Number":   {"a float is a number", of[float64](), object{"type": "number"}},
		"Pointer":  {"a pointer is what it points to", of[*int64](), object{"type": "integer"}},
		"Enum":     {"the caller knows the values of a named string", of[color](), colors},
		"Duration": {"Kubernetes writes it as text", of[metav1.Duration](), object{"type": "string"}},
		"Time": {
			"Kubernetes writes it as RFC 3339 does", of[metav1.Time](), object{"type": "string", "format": "date-time"},
		},
		"IntOrString": {"as its name says", of[intstr.IntOrString](), object{"type": list{"string", "integer"}}},
		"List": {
			"each item has the schema of the element", of[[]color](),
			object{"type": "array", "items": colors},
		},
		"Map": {
			"each value has the schema of the element", of[map[string]color](),
			object{"type": "object", "additionalProperties": colors},
		},
		"Struct": {
			"a field without omitempty is required, and no other field is allowed", of[part](),
			object{
				"type": "object", "additionalProperties": false, "required": list{"size"},
				"properties": object{"size": object{"type": "integer"}},
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := generate(t, tc.of, schema.Options{Enums: map[reflect.Type][]string{
				reflect.TypeFor[color](): {"red", "blue"},
			}})
			want := object{"type": "object", "additionalProperties": false, "properties": object{"v": tc.want}}
			require.Empty(t, cmp.Diff(want, got), tc.reason)
		})
	}
}

func TestEmbeddedStructIsInlined(t *testing.T) {
	type whole struct {
		common  `json:",inline"`
		Ignored string `json:"-"`
		Other   string `json:"other,omitempty"`
	}
	got := generate(t, reflect.TypeFor[whole](), schema.Options{Title: "Whole", Fixed: map[string]string{"name": "web"}})
	want := map[string]any{
		"title": "Whole", "type": "object", "additionalProperties": false, "required": []any{"name"},
		"properties": map[string]any{
			"name":  map[string]any{"type": "string", "enum": []any{"web"}},
			"other": map[string]any{"type": "string"},
		},
	}
	require.Empty(t, cmp.Diff(want, got))
}

// A type that is used in a file can have fields that are said elsewhere there, or that have a default there.
func TestWithoutAndOptional(t *testing.T) {
	type shared struct {
		Name   string `json:"name"`
		Region string `json:"region"`
		Pools  []any  `json:"pools"` // of which no schema can be made
	}
	kind := reflect.TypeFor[shared]()
	got := generate(t, kind, schema.Options{
		Without: map[reflect.Type][]string{kind: {"pools"}}, Optional: map[reflect.Type][]string{kind: {"name"}},
	})
	text := map[string]any{"type": "string"}
	require.Empty(t, cmp.Diff(map[string]any{
		"type": "object", "additionalProperties": false, "required": []any{"region"},
		"properties": map[string]any{"name": text, "region": text},
	}, got))
}

type recursive struct {
	Parts []recursive `json:"parts"`
}

func TestGenerateRefuses(t *testing.T) {
	cases := map[string]struct {
		reason string
		of     reflect.Type
		fixed  map[string]string
		want   string
	}{
		"Anything":  {"a field that allows anything checks nothing", of[any](), nil, "does not know interface {}"},
		"OwnForm":   {"its form in JSON cannot be seen", of[metav1.MicroTime](), nil, "v1.MicroTime has a form of its own"},
		"Recursion": {"it would never end", reflect.TypeFor[recursive](), nil, "recursive contains itself"},
		"NoTag": {
			"the name in files would be the one in Go", reflect.TypeFor[struct{ V string }](), nil, "V has no name in JSON",
		},
		"Fixed": {
			"a name that does not exist is a mistake", reflect.TypeFor[part](), map[string]string{"kind": "x"}, "no field kind",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := schema.Generate(tc.of, schema.Options{Fixed: tc.fixed})
			require.ErrorContains(t, err, tc.want, tc.reason)
		})
	}
}

// The pattern must refuse nothing that Kubernetes reads, or an editor marks what is right.
func TestQuantityPattern(t *testing.T) {
	got := generate(t, of[resource.Quantity](), schema.Options{})
	v, ok := got["properties"].(map[string]any)["v"].(map[string]any)
	require.True(t, ok)
	require.Equal(t, []any{"string", "number"}, v["type"])
	pattern := regexp.MustCompile(v["pattern"].(string))
	for _, text := range []string{
		"1", "250m", "512Mi", "1.5Gi", ".5", "5.", "+1k", "-1", "1e3", "1E3", "1E-3", "1E", "10n", "3u", "1Ei",
		"", "1 Gi", "512mi", "1K", "1KB", "one", "1e", "Gi1", "1,5", "0x10", "1ee3",
	} {
		_, err := resource.ParseQuantity(text)
		require.Equal(t, err == nil, pattern.MatchString(text), "%q: %v", text, err)
	}
}
