package golden_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/internal/golden"
)

// failing notes how a test failed, instead of failing.
type failing struct {
	testing.TB

	message string
}

func (f *failing) Helper() {}

func (f *failing) Errorf(format string, args ...any) { f.message = fmt.Sprintf(format, args...) }

// Fatalf panics, as the real one ends the test.
func (f *failing) Fatalf(format string, args ...any) {
	f.Errorf(format, args...)
	panic(f)
}

func TestCompare(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.golden")
	f := &failing{TB: t}
	require.Panics(t, func() { golden.Compare(f, path, []byte("a\n")) })
	require.Contains(t, f.message, "-update", "the first run says how to write the file")
	require.NoFileExists(t, path, "nothing is written unless told to")

	require.NoError(t, os.WriteFile(path, []byte("a\n"), 0o600))
	golden.Compare(t, path, []byte("a\n"))
	golden.Compare(f, path, []byte("b\n"))
	require.Regexp(t, `(?s)`+path+` is other than .*a.*b`, f.message)
}

func TestUpdate(t *testing.T) {
	require.NoError(t, flag.Set("update", "true"))
	t.Cleanup(func() { require.NoError(t, flag.Set("update", "false")) })
	path := filepath.Join(t.TempDir(), "testdata", "a.golden")
	for _, content := range []string{"a\n", "b\n"} {
		golden.Compare(t, path, []byte(content))
		written, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, content, string(written))
	}
}

func TestYAML(t *testing.T) {
	text := golden.YAML(t, []caisson.Object{
		&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "a"}},
		&corev1.Service{
			ObjectMeta: metav1.ObjectMeta{Name: "b"},
			Status:     corev1.ServiceStatus{Conditions: []metav1.Condition{{Type: "Ready"}}},
		},
	})
	require.Equal(t, "---\nmetadata:\n  name: a\n---\nmetadata:\n  name: b\nspec: {}\n", string(text), "the status is a cluster's")
}
