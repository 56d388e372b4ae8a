package cluster

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the embedded text anew from the nested module")

// TestSourceEqualsNestedModule keeps the embedded text true. The nested module is the original.
func TestSourceEqualsNestedModule(t *testing.T) {
	paths, err := filepath.Glob("controlplane/*")
	require.NoError(t, err)
	want := map[string]string{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		want[filepath.Base(path)] = string(text)
	}
	require.Contains(t, want, "go.mod")
	require.Contains(t, want, "go.sum")
	if *update {
		require.NoError(t, os.RemoveAll("source"))
		require.NoError(t, os.Mkdir("source", 0o755))
		for name, text := range want {
			require.NoError(t, os.WriteFile(filepath.Join("source", name+".txt"), []byte(text), 0o644))
		}
		t.Skip("written; run again without -update to compare")
	}
	all, err := files()
	require.NoError(t, err)
	got := map[string]string{}
	for name, text := range all {
		got[name] = string(text)
	}
	require.Empty(t, cmp.Diff(want, got), "run go test ./internal/cluster -run TestSource -update")
}

func TestHashChangesWithTextAndFlags(t *testing.T) {
	all, err := files()
	require.NoError(t, err)
	args, err := buildArgs(all["go.mod"])
	require.NoError(t, err)
	before := hash(all, args)
	require.Equal(t, before, hash(all, args))
	require.NotEqual(t, before, hash(all, args[1:]))
	all["main.go"] = append(all["main.go"], '\n')
	require.NotEqual(t, before, hash(all, args))
}
