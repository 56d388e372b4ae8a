// Package golden compares what a test has made with a file that was looked at by a person.
package golden

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"github.com/caissonhq/caisson"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Compare fails the test if a file does not hold what was made. With -update it writes the file instead.
func Compare(tb testing.TB, path string, got []byte) {
	tb.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	want, err := os.ReadFile(path) //nolint:gosec // the path is the test's own
	if err != nil {
		tb.Fatalf("%v: write it with -update, and look at it", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		tb.Errorf("%s is other than what was made; if that is meant, write it with -update and look at it (-want +got):\n%s",
			path, diff)
	}
}

// YAML of objects, a document each, without the status, which is a cluster's.
func YAML(tb testing.TB, objects []caisson.Object) []byte {
	tb.Helper()
	var all bytes.Buffer
	for _, object := range objects {
		content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
		if err != nil {
			tb.Fatal(err)
		}
		delete(content, "status")
		text, err := yaml.Marshal(content)
		if err != nil {
			tb.Fatal(err)
		}
		all.WriteString("---\n")
		all.Write(text)
	}
	return all.Bytes()
}
