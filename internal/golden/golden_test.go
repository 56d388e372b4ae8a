package golden_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/internal/golden"
)

// failing notes that a test failed, instead of failing.
type failing struct {
	testing.TB

	failed bool
}

func (f *failing) Helper()               {}
func (f *failing) Errorf(string, ...any) { f.failed = true }

func TestCompare(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.golden")
	require.NoError(t, os.WriteFile(path, []byte("a\n"), 0o600))
	golden.Compare(t, path, []byte("a\n"))
	f := &failing{TB: t}
	golden.Compare(f, path, []byte("b\n"))
	require.True(t, f.failed)
}

func TestYAML(t *testing.T) {
	text := golden.YAML(t, []caisson.Object{
		&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "a"}},
		&corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: "b"}},
	})
	require.Equal(t, "---\nmetadata:\n  name: a\n---\nmetadata:\n  name: b\nspec: {}\n", string(text))
}
