package main

import (
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// trivyProgram is what make trivy has built, or been given.
func trivyProgram(t *testing.T) string {
	t.Helper()
	program := os.Getenv("CAISSON_TRIVY")
	if program == "" {
		t.Skip("trivy is not asked: make trivy builds it, in 10 minutes, and asks")
	}
	return program
}

func TestTrivy(t *testing.T) {
	program := trivyProgram(t)
	all, err := corpus(root)
	require.NoError(t, err)
	for i, s := range all {
		all[i], err = complete(s)
		require.NoError(t, err, s.name)
	}
	found, err := trivy(t.Context(), program, t.TempDir(), all)
	require.NoError(t, err)
	needed := spared{}
	for _, s := range all {
		t.Run(s.name, func(t *testing.T) { needed.require(t, s.name, found[s.name]) })
	}
	needed.requireAllOf(t, "trivy")
}

func TestTrivySeesFaults(t *testing.T) {
	program := trivyProgram(t)
	var sets []set
	for check, fault := range map[string]func(container, pod map[string]any){
		"KSV018":  func(container, _ map[string]any) { delete(container, "resources") },
		"KSV009":  func(_, pod map[string]any) { pod["hostNetwork"] = true },
		"KSV0125": func(container, _ map[string]any) { container["image"] = "registry.example.com/web@sha256:00" },
		"KSV017": func(container, _ map[string]any) {
			container["securityContext"].(map[string]any)["privileged"] = true
		},
	} {
		s := broken(t, fault)
		s.name = check
		sets = append(sets, s)
	}
	found, err := trivy(t.Context(), program, t.TempDir(), sets)
	require.NoError(t, err)
	for _, s := range sets {
		require.True(t, slices.ContainsFunc(found[s.name], func(f finding) bool {
			return f.check == s.name && f.object == "Deployment shop/web"
		}), "%s: %v", s.name, found[s.name])
	}
}
