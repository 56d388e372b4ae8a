package cluster

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAPIServerFromAssets runs the built API server as if it were somebody else's: behind a script that leaves a mark,
// and that does not end when our pipe closes.
func TestAPIServerFromAssets(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in for a foreign kube-apiserver is a shell script")
	}
	path, err := binary(t.Context(), func(line string) { t.Log(line) })
	require.NoError(t, err)
	assets := t.TempDir()
	script := fmt.Sprintf(`#!/bin/sh
mkfifo %[1]s/never-closes
touch %[1]s/was-run
exec %[2]s kube-apiserver "$@" <>%[1]s/never-closes
`, assets, path)
	require.NoError(t, os.WriteFile(filepath.Join(assets, "kube-apiserver"), []byte(script), 0o700))
	t.Setenv(assetsVariable, assets)

	c, err := Start(t.Context(), Options{})
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(assets, "was-run"))
	require.NoError(t, c.Stop())
	require.NoDirExists(t, c.dir)
}

func TestAssetsWithoutAPIServer(t *testing.T) {
	t.Setenv(assetsVariable, t.TempDir())
	_, err := apiServerArgs(t.TempDir(), ports{})
	require.ErrorContains(t, err, "unset it, or put a kube-apiserver there")
}
