package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// account is a DigitalOcean that the command reaches as it reaches the real one, and a file of an environment.
type account struct {
	t          *testing.T
	server     *nodepooltest.Server
	file       string
	kubeconfig string // what DigitalOcean gives
}

func newAccount(t *testing.T, o nodepooltest.Options) *account {
	t.Helper()
	a := &account{t: t, file: filepath.Join(t.TempDir(), "env.yaml")}
	o.RateLimit = nodepooltest.RateLimit{PerHour: -1, PerMinute: -1}
	o.Kubeconfig = func(string) ([]byte, error) { return []byte(a.kubeconfig), nil }
	a.server = nodepooltest.New(o)
	t.Cleanup(a.server.Close)
	listening := httptest.NewServer(a.server)
	t.Cleanup(listening.Close)
	t.Setenv(envToken, "secret")
	t.Setenv(envAPI, listening.URL)
	text, err := os.ReadFile("dev.yaml")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(a.file, text, 0o600))
	return a
}

// edit the file, where a text is once.
func (a *account) edit(from, to string) {
	a.t.Helper()
	text, err := os.ReadFile(a.file)
	require.NoError(a.t, err)
	require.Equal(a.t, 1, bytes.Count(text, []byte(from)), from)
	require.NoError(a.t, os.WriteFile(a.file, bytes.Replace(text, []byte(from), []byte(to), 1), 0o600))
}

func (a *account) nodepool(args ...string) (code int, stdout, stderr string) {
	a.t.Helper()
	return runCaisson(a.t, append(append([]string{"nodepool"}, args...), "-f", a.file)...)
}

// succeed gives what a command prints that must not fail.
func (a *account) succeed(args ...string) (stdout, stderr string) {
	a.t.Helper()
	code, stdout, stderr := a.nodepool(args...)
	require.Zero(a.t, code, "%v: %s", args, stderr)
	return stdout, stderr
}

// report of a command that must not fail.
func (a *account) report(args ...string) *caisson.Report {
	a.t.Helper()
	var report caisson.Report
	stdout, _ := a.succeed(append(args, "-o", "json")...)
	require.NoError(a.t, json.Unmarshal([]byte(stdout), &report))
	return &report
}

func (a *account) status(args ...string) (status nodepool.ClusterStatus) {
	a.t.Helper()
	stdout, _ := a.succeed(append([]string{"status", "-o", "json"}, args...)...)
	require.NoError(a.t, json.Unmarshal([]byte(stdout), &status))
	return status
}

func (a *account) writes() int {
	writes := 0
	for _, r := range a.server.Requests() {
		if r.Method != http.MethodGet {
			writes++
		}
	}
	return writes
}
