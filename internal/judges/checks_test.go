package main

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/caissonhq/caisson"
)

func TestChecksOfOtherJudgesHold(t *testing.T) {
	needed := spared{}
	forEach(t, func(t *testing.T, s set) {
		found, err := held(s)
		require.NoError(t, err)
		needed.require(t, s.name, found)
	})
	needed.requireAllOf(t, "kube-linter", "polaris", "kubescape", "caisson")
}

// with sets a field of the only object of a kind.
func with(t *testing.T, kind string, value any, path ...string) func(s *set) {
	t.Helper()
	return func(s *set) {
		objects := s.of(kind)
		require.Len(t, objects, 1, kind)
		require.NoError(t, unstructured.SetNestedField(objects[0].Object, value, path...))
	}
}

// inPod sets a field of the pod's spec.
func inPod(t *testing.T, value any, path ...string) func(s *set) {
	t.Helper()
	return with(t, "Deployment", value, append([]string{"spec", "template", "spec"}, path...)...)
}

// inContainer sets a field of the container.
func inContainer(t *testing.T, field string, value any) func(s *set) {
	t.Helper()
	return func(s *set) {
		container := map[string]any{"name": "web", "image": image, "ports": []any{map[string]any{"name": "http", "containerPort": int64(8080)}}}
		container[field] = value
		inPod(t, []any{container}, "containers")(s)
	}
}

// adding an object that our builders do not make.
func adding(object map[string]any) func(s *set) {
	return func(s *set) { s.objects = append(s.objects, &unstructured.Unstructured{Object: object}) }
}

func role(kind string, rule map[string]any) func(s *set) {
	return adding(map[string]any{"kind": kind, "metadata": map[string]any{"name": "r", "namespace": "shop"}, "rules": []any{rule}})
}

func TestChecksSeeFaults(t *testing.T) {
	faults := map[string]func(s *set){
		"use-namespace":                 with(t, "Deployment", "default", "metadata", "namespace"),
		"default-service-account":       inPod(t, "default", "serviceAccountName"),
		"non-existent-service-account":  inPod(t, "other", "serviceAccountName"),
		"automountServiceAccountToken":  inPod(t, true, "automountServiceAccountToken"),
		"metadataAndInstanceMismatched": with(t, "Deployment", "other", "metadata", "labels", caisson.LabelInstance),
		"priorityClassNotSet":           func(*set) {},
		"C-0077 common labels":          with(t, "Deployment", "", "spec", "template", "metadata", "labels", caisson.LabelName),
		"non-isolated-pod":              func(s *set) { s.objects = append(s.objects[:1], s.objects[3:]...) },
		"topologySpreadConstraint":      inPod(t, []any{}, "topologySpreadConstraints"),
		"emptyDir has a size limit":     inPod(t, []any{map[string]any{"name": "a", "emptyDir": map[string]any{}}}, "volumes"),

		"latest-tag":           inContainer(t, "image", "web:latest"),
		"livenessProbeMissing": func(*set) {},
		"liveness-port, readiness-port and startup-port": inContainer(t, "readinessProbe", map[string]any{"tcpSocket": map[string]any{"port": "other"}}),
		"privileged-ports and ssh-port":                  inContainer(t, "ports", []any{map[string]any{"name": "http", "containerPort": int64(22)}}),
		"env-var-secret":                                 inContainer(t, "env", []any{map[string]any{"name": "DB_PASSWORD", "value": "x"}}),
		"duplicate-env-var": inContainer(t, "env", []any{
			map[string]any{"name": "A", "value": "x"}, map[string]any{"name": "A", "value": "y"},
		}),

		"dangling-service and invalid-target-ports": with(t, "Service", "other", "spec", "selector", caisson.LabelInstance),
		"exposed-services":                          with(t, "Service", "NodePort", "spec", "type"),
		"missingNetworkPolicy": adding(map[string]any{
			"kind": "NetworkPolicy", "metadata": map[string]any{"name": "p", "namespace": "shop"},
			"spec": map[string]any{"podSelector": map[string]any{"matchLabels": map[string]any{"a": "b", "c": "d"}}},
		}),
		"pdb-max-unavailable and pdb-unhealthy-pod-eviction-policy": with(t, "PodDisruptionBudget", int64(0), "spec", "maxUnavailable"),
		"hpaMinAvailability":               with(t, "HorizontalPodAutoscaler", int64(1), "spec", "minReplicas"),
		"hpaMaxAvailability":               with(t, "HorizontalPodAutoscaler", int64(2), "spec", "maxReplicas"),
		"dangling-horizontalpodautoscaler": with(t, "HorizontalPodAutoscaler", "other", "spec", "scaleTargetRef", "name"),
		"sensitiveConfigmapContent": adding(map[string]any{
			"kind": "ConfigMap", "metadata": map[string]any{"name": "c"}, "data": map[string]any{"db_password": "x"},
		}),
		"wildcard-in-rules": role("Role", map[string]any{"verbs": []any{"*"}}),
		"access-to-secrets": role("Role", map[string]any{"resources": []any{"secrets"}}),
		"rolePodExecAttach and clusterrolePodExecAttach": role("ClusterRole", map[string]any{"resources": []any{"pods/exec"}}),
		"cluster-admin-role-binding": adding(map[string]any{
			"kind": "ClusterRoleBinding", "metadata": map[string]any{"name": "b"}, "roleRef": map[string]any{"name": "cluster-admin"},
		}),
		"Pod Security admission is on": with(t, "Namespace", "baseline", "metadata", "labels", "pod-security.kubernetes.io/enforce"),
	}
	for _, check := range checks() {
		fault, known := faults[check.name]
		require.True(t, known, "show the check %q a fault", check.name)
		s, err := ours()
		require.NoError(t, err)
		fault(&s)
		w, err := newWorld(s)
		require.NoError(t, err)
		require.NotEmpty(t, check.find(w), check.name)
	}
	require.Len(t, faults, len(checks()), "no fault is left over")
}
