package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply/applytest"
	"github.com/caissonhq/caisson/environment"
)

// caisson runs the command as main does.
func runCaisson(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, &out, &errs)
	return code, out.String(), errs.String()
}

func TestUp(t *testing.T) {
	for _, example := range []string{"production", "staging", "dev"} {
		t.Run(example, func(t *testing.T) {
			code, stdout, stderr := runCaisson(t, "up", example, "--exit")
			require.Zero(t, code, stderr)
			require.Regexp(t, `^Cluster shop-`+example+` was made in fra1, .*
Pool general: \d x s-.*, \d nodes? ha(s|ve) joined\.
`, stdout)
			require.Contains(t, stdout, "created  Deployment")
			require.Regexp(t, `Everything is available, .* Applied once more: \d+ unchanged\.`, stdout)
		})
	}
}

// What DigitalOcean offers changes, and what runs on a pool that scales itself needs a node of it.
func TestUpWithAnyPools(t *testing.T) {
	text, err := os.ReadFile("dev.yaml")
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "env.yaml")
	text = []byte(strings.NewReplacer("region: fra1", `region: atl1
cluster: {id: 0b9fb7e5-0d67-4d6c-8c4e-0f1f8f3c1f25, version: "1.33"}`, "preset: dev", `size: m3-2vcpu-16gb
    count: 1
  - preset: interruptible`, "calls: [api]", `calls: [api]
workers:
  - name: batch
    image: registry.example.com/shop/batch@sha256:737a40b9f86be43d87f408a2bd3fbdde726bfb6eb34e253e9ef11d3cb6649a2d
    pool: interruptible`).Replace(string(text)))
	require.NoError(t, os.WriteFile(file, text, 0o600))
	code, stdout, stderr := runCaisson(t, "up", "-f", file, "--exit", "--timeout", "1m")
	require.Zero(t, code, stderr)
	require.Regexp(t, `^Cluster shop-dev was made in atl1, .*
Pool general: 1 x m3-2vcpu-16gb, 1 node has joined\.
Pool interruptible: 0 to 3 x s-2vcpu-8gb-amd, 3 nodes have joined\.
`, stdout)
}

func TestRender(t *testing.T) {
	env, err := environment.Load("production.yaml")
	require.NoError(t, err)
	objects, err := env.Objects()
	require.NoError(t, err)

	code, stdout, _ := runCaisson(t, "render", "-f", "production.yaml")
	require.Zero(t, code)
	documents := strings.Split(strings.TrimPrefix(stdout, "---\n"), "\n---\n")
	require.Len(t, documents, len(objects))
	for _, document := range documents {
		var object map[string]any
		require.NoError(t, yaml.UnmarshalStrict([]byte(document), &object))
		require.NotEmpty(t, object["kind"])
		require.NotContains(t, object, "status")
	}

	code, stdout, _ = runCaisson(t, "render", "-f", "production.yaml", "-o", "json")
	require.Zero(t, code)
	var list struct {
		Items []json.RawMessage `json:"items"`
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &list))
	require.Len(t, list.Items, len(objects))

	for _, format := range []string{"table", "markdown"} {
		code, stdout, _ = runCaisson(t, "render", "-f", "production.yaml", "-o", format)
		require.Zero(t, code)
		require.Contains(t, stdout, "HorizontalPodAutoscaler")
	}
}

func TestSchema(t *testing.T) {
	code, stdout, _ := runCaisson(t, "schema")
	require.Zero(t, code)
	require.Equal(t, string(environment.Schema()), stdout)
}

func TestMistakes(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.yaml")
	text, err := os.ReadFile("dev.yaml")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(bad, bytes.Replace(text, []byte("port:"), []byte("prt:"), 1), 0o600))

	cases := map[string]struct {
		reason string
		args   []string
		want   string
	}{
		"unknown field": {
			"the line and what to write spare a search",
			[]string{"plan", "-f", bad},
			bad + ":20: servers[0].prt: there is no such field: write port",
		},
		"no file":        {"there is no default to fall back to", []string{"apply"}, "give its file with -f"},
		"missing file":   {"the error names it", []string{"render", "-f", "nothing.yaml"}, "nothing.yaml"},
		"no such format": {"before anything is done", []string{"render", "-f", "dev.yaml", "-o", "xml"}, "-o xml"},
		"no such example": {
			"the names are few enough to list", []string{"up", "prod"}, "there are production, staging and dev",
		},
		"an example on an existing cluster": {
			"its images are made up", []string{"up", "--context", "any"}, "--context needs -f",
		},
		"made-up images on an existing cluster": {
			"no registry has them", []string{"up", "--context", "any", "-f", "dev.yaml"}, "is made up",
		},
		"no such context": {
			"the remedy is a flag", []string{"plan", "-f", "dev.yaml", "--context", "nowhere"}, "name one with --context",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			code, _, stderr := runCaisson(t, tc.args...)
			require.Equal(t, exitError, code, tc.reason)
			require.Contains(t, stderr, tc.want, tc.reason)
		})
	}
}

// TestLife of an environment on an existing cluster: what plan, apply and delete say and how they exit.
func TestLife(t *testing.T) {
	env, err := environment.Load("dev.yaml")
	require.NoError(t, err)
	nodes, err := env.Nodes()
	require.NoError(t, err)
	t.Setenv("KUBECONFIG", applytest.Start(t, nodes...).Kubeconfig)
	text, err := os.ReadFile("dev.yaml")
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "env.yaml")
	require.NoError(t, os.WriteFile(file, bytes.ReplaceAll(text, []byte("registry.example.com"), []byte("registry.digitalocean.com")), 0o600))

	report := func(args ...string) (int, caisson.Report) {
		code, stdout, stderr := runCaisson(t, append(args, "-f", file, "-o", "json")...)
		var report caisson.Report
		require.NoError(t, json.Unmarshal([]byte(stdout), &report), "%s%s", stdout, stderr)
		return code, report
	}
	code, plan := report("plan")
	require.Equal(t, exitChanges, code)
	require.Equal(t, len(plan.Changes), plan.Count(caisson.Created))

	code, stdout, stderr := runCaisson(t, "up", "--context", "caisson", "-f", file)
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "unchanged")

	code, plan = report("plan")
	require.Zero(t, code)
	require.Equal(t, len(plan.Changes), plan.Count(caisson.Unchanged))
	code, applied := report("apply")
	require.Zero(t, code)
	require.False(t, applied.Changed())

	saved := filepath.Join(t.TempDir(), "plan.json")
	edited, err := os.ReadFile(file)
	require.NoError(t, err)
	original := slices.Clone(edited)
	edited = bytes.Replace(edited, []byte("port: 8080"), []byte("port: 9090"), 1)
	require.NotEqual(t, original, edited)
	require.NoError(t, os.WriteFile(file, edited, 0o600))
	code, plan = report("plan", "--save", saved)
	require.Equal(t, exitChanges, code)
	code, applied = report("apply", "--plan", saved)
	require.Zero(t, code)
	require.Equal(t, plan, applied)
	code, _, stderr = runCaisson(t, "apply", "--plan", saved, "-f", file)
	require.Equal(t, exitError, code)
	require.Contains(t, stderr, "make a new one")
	code, _, stderr = runCaisson(t, "apply", "--plan", file, "-f", file)
	require.Equal(t, exitError, code)
	require.Contains(t, stderr, "make it with plan --save")
	code, _, stderr = runCaisson(t, "rollback", "--to", "9", "-f", file)
	require.Equal(t, exitError, code)
	require.Contains(t, stderr, "these are: 2, 1")
	code, _ = report("rollback")
	require.Zero(t, code)
	require.NoError(t, os.WriteFile(file, original, 0o600))
	code, _ = report("plan")
	require.Zero(t, code, "the environment is as it was")

	code, planned := report("delete")
	require.Zero(t, code)
	require.True(t, planned.Changed())
	code, plan = report("plan")
	require.Zero(t, code, "delete without --yes must delete nothing")

	code, deleted := report("delete", "--yes", "--namespace")
	require.Zero(t, code)
	require.Equal(t, len(plan.Changes), deleted.Count(caisson.Pruned))
	for _, format := range []string{"yaml", "markdown", "table"} {
		code, stdout, _ := runCaisson(t, "delete", "--yes", "-f", file, "-o", format)
		require.Zero(t, code, "deleting what is gone is a success")
		require.NotEmpty(t, stdout)
	}
}
