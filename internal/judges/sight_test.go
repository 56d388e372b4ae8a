package main

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// broken is our defaults with one fault.
func broken(t *testing.T, fault func(container, pod map[string]any)) set {
	t.Helper()
	s, err := ours()
	require.NoError(t, err)
	deployment := s.of("Deployment")[0]
	pod, _, err := unstructured.NestedMap(deployment.Object, "spec", "template", "spec")
	require.NoError(t, err)
	containers, _ := pod["containers"].([]any)
	container, _ := containers[0].(map[string]any)
	fault(container, pod)
	require.NoError(t, unstructured.SetNestedMap(deployment.Object, pod, "spec", "template", "spec"))
	return s
}

// A judge that sees no fault proves nothing.
func TestPodSecuritySeesFaults(t *testing.T) {
	found, err := podSecurity(broken(t, func(_, pod map[string]any) { pod["hostNetwork"] = true }))
	require.NoError(t, err)
	require.Len(t, found, 2, "by both versions")
	require.Contains(t, found[0].String(), "hostNetwork=true")
	require.Equal(t, "Deployment shop/web", found[0].object)
}

func TestKubeScoreSeesFaults(t *testing.T) {
	found, err := kubeScore(t.Context(), broken(t, func(container, _ map[string]any) { delete(container, "resources") }))
	require.NoError(t, err)
	var checks []string
	for _, f := range found {
		checks = append(checks, f.check)
	}
	require.ElementsMatch(t, []string{"container-resources", "container-ephemeral-storage-request-and-limit"}, checks)
}

func TestKubesecSeesFaults(t *testing.T) {
	scores, err := kubesec(broken(t, func(container, _ map[string]any) {
		context, _ := container["securityContext"].(map[string]any)
		context["readOnlyRootFilesystem"] = false
	}))
	require.NoError(t, err)
	require.Equal(t, []scored{{object: "Deployment shop/web", points: 13, atMost: 14, advice: []string{"ReadOnlyRootFilesystem"}}}, scores)
}

func TestKubeconformSeesFaults(t *testing.T) {
	judge, err := newKubeconform(t.Context(), t.TempDir())
	require.NoError(t, err)
	for reason, fault := range map[string]func(container, pod map[string]any){
		"a misspelt field": func(_, pod map[string]any) { pod["runAsNonRot"] = true },
		"a wrong type":     func(_, pod map[string]any) { pod["terminationGracePeriodSeconds"] = "30" },
		"deep inside": func(container, _ map[string]any) {
			context, _ := container["securityContext"].(map[string]any)
			context["runAsNonRot"] = true
		},
	} {
		found, err := judge.judge(broken(t, fault))
		require.NoError(t, err)
		require.Len(t, found, 1, reason)
		require.Equal(t, "Deployment shop/web", found[0].object)
	}
	unknown, err := ours()
	require.NoError(t, err)
	unknown.objects[0].SetKind("Namespaces")
	found, err := judge.judge(unknown)
	require.NoError(t, err)
	require.Len(t, found, 1, "a kind without a schema is not valid")
}
