package schema_test

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/caissonhq/caisson/internal/schema"
)

func TestDescriptions(t *testing.T) {
	type env struct {
		Vars []corev1.EnvVar `json:"vars,omitempty"`
	}
	got := generate(t, reflect.TypeFor[env](), schema.Options{})
	items := got["properties"].(map[string]any)["vars"].(map[string]any)["items"].(map[string]any)
	require.Equal(t, "EnvVar represents an environment variable present in a Container.", items["description"],
		"types of Kubernetes are described by SwaggerDoc")
	name := items["properties"].(map[string]any)["name"].(map[string]any)
	require.Contains(t, name["description"], "Name of the environment variable.")
}

// Documented is described
// in two lines.
//
// And in two paragraphs.
type Documented struct {
	corev1.LocalObjectReference `json:",inline"`
	// First and Second of two.
	First  string `json:"first,omitempty"`
	Second string `json:"second,omitempty"`

	Alone string `json:"alone,omitempty"`
}

func TestDocComments(t *testing.T) {
	kind := reflect.TypeFor[Documented]()
	folder := t.TempDir()
	text, err := os.ReadFile("comments_test.go")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "documented.go"), text, 0o600))
	got := generate(t, kind, schema.Options{Sources: map[string]string{kind.PkgPath(): folder}})
	require.Equal(t, "Documented is described in two lines.\n\nAnd in two paragraphs.", got["description"],
		"the own comment counts, not the SwaggerDoc of what is embedded")
	properties := got["properties"].(map[string]any)
	describes := func(name string) any { return properties[name].(map[string]any)["description"] }
	require.Equal(t, "First and Second of two.", describes("first"))
	require.Equal(t, "First and Second of two.", describes("second"), "a comment is about the lines that follow it")
	require.Nil(t, describes("alone"), "an empty line ends what a comment is about")
	require.Contains(t, describes("name"), "Name of the referent", "a field of an embedded type keeps its description")

	_, err = schema.Generate(kind, schema.Options{Sources: map[string]string{kind.PkgPath(): t.TempDir()}})
	require.ErrorContains(t, err, "no Go files", "a folder that was moved must not leave the schema without descriptions")
}
