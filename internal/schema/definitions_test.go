package schema_test

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/caissonhq/caisson/internal/schema"
)

// Outer is used once, and Inner twice.
type Outer struct {
	// First is described by the field.
	First Inner `json:"first,omitzero"`

	Others []Inner           `json:"others,omitempty"`
	Sizes  map[string]Amount `json:"sizes,omitempty"`
}

// Inner is described by the type.
type Inner struct {
	Size resource.Quantity `json:"size,omitzero"`
}

// Amount is used once.
type Amount struct {
	Least resource.Quantity `json:"least,omitzero"`
}

func TestWhatIsUsedTwiceIsDefined(t *testing.T) {
	type object = map[string]any
	text, err := os.ReadFile("definitions_test.go")
	require.NoError(t, err)
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "types.go"), text, 0o600))
	kind := reflect.TypeFor[Outer]()
	got := generate(t, kind, schema.Options{Sources: map[string]string{kind.PkgPath(): folder}})

	definitions := got["definitions"].(object)
	quantity := definitions["Quantity"].(object)
	require.Contains(t, quantity, "pattern")
	reference := object{"$ref": "#/definitions/Quantity"}
	require.Empty(t, cmp.Diff(object{
		"Quantity": quantity,
		"Inner": object{
			"description": "Inner is described by the type.", "type": "object", "additionalProperties": false,
			"properties": object{"size": reference},
		},
	}, definitions), "what is used once has no name")
	require.Empty(t, cmp.Diff(object{
		"first":  object{"$ref": "#/definitions/Inner", "description": "First is described by the field."},
		"others": object{"type": "array", "items": object{"$ref": "#/definitions/Inner"}},
		"sizes": object{"type": "object", "additionalProperties": object{
			"description": "Amount is used once.", "type": "object", "additionalProperties": false,
			"properties": object{"least": reference},
		}},
	}, got["properties"]))
}

func TestTwoTypesOfOneName(t *testing.T) {
	type EnvVar struct{}
	type both struct {
		A EnvVar          `json:"a"`
		B EnvVar          `json:"b"`
		C corev1.EnvVar   `json:"c"`
		D []corev1.EnvVar `json:"d"`
	}
	_, err := schema.Generate(reflect.TypeFor[both](), schema.Options{})
	require.ErrorContains(t, err, "two types are called EnvVar")
}
