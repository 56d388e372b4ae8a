package prometheus_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const generated = "../../monitoring/testdata"

// tool of this module, as a user would run it in a folder. Discovery of clouds is left out of its build.
func tool(ctx context.Context, t *testing.T, folder string, args ...string) (string, error) {
	t.Helper()
	environment := append(os.Environ(), "GOWORK=off", "GOFLAGS=-tags=remove_all_sd,netgo -mod=readonly")
	find := exec.CommandContext(ctx, "go", "tool", "-n", args[0])
	find.Env, find.Stderr = environment, os.Stderr
	path, err := find.Output()
	require.NoError(t, err)
	command := exec.CommandContext(ctx, strings.TrimSpace(string(path)), args[1:]...)
	command.Dir = folder
	out, err := command.CombinedOutput()
	return string(out), err
}

// What users are given to run with their own promtool passes with it.
func TestPromtoolPassesTheTests(t *testing.T) {
	files, err := filepath.Glob(generated + "/rules/*.test.yaml")
	require.NoError(t, err)
	require.Greater(t, len(files), 10)
	out, err := tool(t.Context(), t, generated+"/rules", append([]string{"promtool", "test", "rules"}, bases(files)...)...)
	require.NoError(t, err, "%.3000s", out)
}

// And fails where a rule is other than its tests.
func TestPromtoolFailsTheTests(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"node-memory-high.rules.yaml", "node-memory-high.test.yaml"} {
		text, err := os.ReadFile(filepath.Join(generated, "rules", name))
		require.NoError(t, err)
		changed := strings.ReplaceAll(string(text), "> 0.85", "> 0.86")
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(changed), 0o600))
	}
	out, err := tool(t.Context(), t, folder, "promtool", "test", "rules", "node-memory-high.test.yaml")
	require.Error(t, err)
	require.Contains(t, out, "NodeMemoryHigh: More than the threshold fires")
}

func TestPromtoolFindsNothing(t *testing.T) {
	files, err := filepath.Glob(generated + "/rules/*.rules.yaml")
	require.NoError(t, err)
	out, err := tool(t.Context(), t, generated+"/rules", append([]string{"promtool", "check", "rules", "--lint=all", "--lint-fatal"}, bases(files)...)...)
	require.NoError(t, err, out)
}

func TestPromtoolTakesTheScrapes(t *testing.T) {
	files, err := filepath.Glob(generated + "/scrape/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	config := "global: {scrape_interval: 30s}\nscrape_configs:\n"
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		config += string(text)
	}
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "prometheus.yaml"), []byte(config), 0o600))
	out, err := tool(t.Context(), t, folder, "promtool", "check", "config", "--lint=all", "--lint-fatal", "prometheus.yaml")
	require.NoError(t, err, out)
}

// pint finds nothing but that the watchdog always fires, which is what it is for.
func TestPintFindsNothing(t *testing.T) {
	files, err := filepath.Glob(generated + "/rules/*.rules.yaml")
	require.NoError(t, err)
	out, err := tool(t.Context(), t, generated+"/rules", append([]string{"pint", "--offline", "--no-color", "-l", "error", "lint"}, bases(files)...)...)
	require.NoError(t, err, out)
	var findings []string
	for line := range strings.SplitSeq(out, "\n") {
		for _, grave := range []string{"Information:", "Warning:", "Bug:", "Fatal:"} {
			if strings.HasPrefix(line, grave) {
				findings = append(findings, line)
			}
		}
	}
	require.Equal(t, []string{"Warning: always firing alert (alerts/comparison)"}, findings, out)
	require.Contains(t, out, "watchdog.rules.yaml")
}

func bases(files []string) []string {
	all := make([]string, len(files))
	for i, file := range files {
		all[i] = filepath.Base(file)
	}
	return all
}
