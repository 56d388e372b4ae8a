package apply_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/go-logr/logr"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// watch looks for a canary, a value that is nowhere but in Secrets, in all that a run says and leaves behind.
type watch struct {
	canary string
	forms  []string // that the canary can have in a text
	mu     sync.Mutex
	log    bytes.Buffer
	stderr string // path of a file
	found  []string
}

func newWatch(t *testing.T) *watch {
	t.Helper()
	w := &watch{canary: "Canary" + rand.Text(), stderr: filepath.Join(t.TempDir(), "stderr")}
	w.forms = []string{w.canary, hex.EncodeToString([]byte(w.canary)), strings.ToLower(w.canary)}
	for before, shared := range []int{0, 2, 3} { // base64 looks different after each number of bytes, modulo 3
		encoded := base64.StdEncoding.EncodeToString([]byte("xx"[:before] + w.canary))
		w.forms = append(w.forms, encoded[shared:len(encoded)-4]) // without the letters that hold others' bits too
	}
	file, err := os.Create(w.stderr)
	require.NoError(t, err)
	old := os.Stderr
	os.Stderr = file // where klog writes what goes past the context's logger
	t.Cleanup(func() {
		os.Stderr = old
		_ = file.Close()
	})
	return w
}

// Write takes what is logged.
func (w *watch) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(line)
}

// logger takes everything down to V(7). From V(8) on client-go itself logs whole bodies, for whoever asks it to.
func (w *watch) logger() logr.Logger {
	return logr.FromSlogHandler(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.Level(-7)}))
}

func (w *watch) context(ctx context.Context) context.Context { return logr.NewContext(ctx, w.logger()) }

// look for the canary in a text.
func (w *watch) look(where, text string) {
	for _, form := range w.forms {
		if strings.Contains(text, form) {
			w.found = append(w.found, fmt.Sprintf("%s: %s", where, text))
			return
		}
	}
}

// lookAtReport and at its error, however they are printed.
func (w *watch) lookAtReport(t *testing.T, report *caisson.Report, err error) {
	t.Helper()
	w.look("report", printed(t, report))
	text, jsonErr := json.Marshal(report)
	require.NoError(t, jsonErr)
	w.look("report as JSON", string(text))
	w.look("report as Go", fmt.Sprintf("%+v %#v", report, report))
	if err != nil {
		w.look("error", err.Error())
		w.look("error as Go", fmt.Sprintf("%+v", err))
	}
}

// lookAtLogs of this process.
func (w *watch) lookAtLogs(t *testing.T) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.look("log", w.log.String())
	text, err := os.ReadFile(w.stderr)
	require.NoError(t, err)
	w.look("standard error", string(text))
}

// lookAtObjects of a namespace, whole but for the data of Secrets and what kubectl wrote to them.
func (w *watch) lookAtObjects(t *testing.T, p place) {
	t.Helper()
	for _, kind := range []schema.GroupVersionKind{
		{Version: "v1", Kind: "Secret"}, {Version: "v1", Kind: "ConfigMap"}, {Version: "v1", Kind: "Event"},
	} {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(kind)
		require.NoError(t, p.Client.List(t.Context(), list, client.InNamespace(p.namespace)))
		for _, object := range list.Items {
			if kind.Kind == "Secret" {
				delete(object.Object, "data")
				annotations := object.GetAnnotations()
				delete(annotations, lastApplied)
				object.SetAnnotations(annotations)
			}
			text, err := json.Marshal(object.Object)
			require.NoError(t, err)
			w.look("object", string(text))
		}
	}
}
