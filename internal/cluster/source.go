package cluster

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// source is the text of the nested module controlplane, each file with .txt at its end.
//
//go:embed source
var source embed.FS

// files gives the nested module's files by their real names.
func files() (map[string][]byte, error) {
	entries, err := fs.ReadDir(source, "source")
	if err != nil {
		return nil, err
	}
	all := map[string][]byte{}
	for _, entry := range entries {
		text, err := source.ReadFile("source/" + entry.Name())
		if err != nil {
			return nil, err
		}
		all[strings.TrimSuffix(entry.Name(), ".txt")] = text
	}
	return all, nil
}

// hash names a build: other text or other flags are another binary, and so is the same for another system that shares
// the cache.
func hash(all map[string][]byte, args []string) string {
	sum := sha256.New()
	// fmt prints maps in the order of their keys.
	_, _ = fmt.Fprintf(sum, "%s/%s\n%q\n%q", runtime.GOOS, runtime.GOARCH, args, all)
	return hex.EncodeToString(sum.Sum(nil))[:12]
}

// pinned gives the version of a module that a go.mod requires.
func pinned(gomod []byte, module string) (string, error) {
	found := regexp.MustCompile(`(?m)^\s+` + regexp.QuoteMeta(module) + ` (v\S+)`).FindSubmatch(gomod)
	if found == nil {
		return "", fmt.Errorf("the control plane's go.mod does not require %s", module)
	}
	return string(found[1]), nil
}

func writeAll(dir string, all map[string][]byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, text := range all {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
