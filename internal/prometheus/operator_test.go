package prometheus_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/apply/applytest"
	"github.com/caissonhq/caisson/monitoring"
)

// operator is the newest version of the operator's module that the module proxy has whole. Its CRDs are those that users install.
const operator = "github.com/prometheus-operator/prometheus-operator@v0.94.1"

// withOperator is a control plane that knows the operator's kinds.
func withOperator(t *testing.T) client.Client {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", operator).Output()
	require.NoError(t, err, "the CRDs of the operator are taken from its module")
	var module struct{ Dir string }
	require.NoError(t, json.Unmarshal(out, &module))
	c := applytest.Shared(t).Client
	var crds []caisson.Object
	for _, kind := range []string{"prometheusrules", "servicemonitors", "podmonitors"} {
		text, err := os.ReadFile(filepath.Join(module.Dir, "example", "prometheus-operator-crd", "monitoring.coreos.com_"+kind+".yaml"))
		require.NoError(t, err)
		crd := &unstructured.Unstructured{}
		require.NoError(t, yaml.Unmarshal(text, &crd.Object))
		crds = append(crds, crd)
	}
	_, err = apply.Apply(t.Context(), c, apply.Set{Namespace: "default", Name: "operator", Program: "test"}, crds)
	require.NoError(t, err)
	return c
}

// The API server takes all objects with strict validation by the operator's own schemas, and a second run finds nothing to do.
func TestOperatorTakesTheObjects(t *testing.T) {
	c := withOperator(t)
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "monitored"}}
	require.NoError(t, c.Create(t.Context(), namespace))
	builders := []caisson.Builder{
		monitoring.Rules{
			Name: "all", Namespace: namespace.Name, RunbookURL: "https://example.com/{alert}", Definitions: named(t, definitions()),
		},
		monitoring.Scrape{Name: "web", Namespace: namespace.Name, Select: map[string]string{"app": "web"}, Tier: monitoring.Critical},
		monitoring.Scrape{Name: "bot", Namespace: namespace.Name, Select: map[string]string{"app": "bot"}, Pods: true, HonorLabels: true},
	}
	set := apply.Set{Namespace: namespace.Name, Name: "monitoring", Program: "test"}
	report, err := apply.Reconcile(t.Context(), c, set, builders)
	require.NoError(t, err)
	require.Equal(t, 3, report.Count(caisson.Created))
	report, err = apply.Reconcile(t.Context(), c, set, builders)
	require.NoError(t, err)
	require.Equal(t, 3, report.Count(caisson.Unchanged), report.Summary())

	// The schemas do look.
	wrong := monitoringv1.Duration("5 minutes")
	rules, err := builders[0].(monitoring.Rules).Build()
	require.NoError(t, err)
	rules.PrometheusRule.Name = "wrong"
	rules.PrometheusRule.Spec.Groups[0].Interval = &wrong
	_, err = apply.Reconcile(t.Context(), c, apply.Set{Namespace: namespace.Name, Name: "wrong", Program: "test"}, []caisson.Builder{rules})
	require.ErrorContains(t, err, "spec.groups[0].interval")
}

// Without the operator nothing is created, and the error says how to get it.
func TestWithoutTheOperator(t *testing.T) {
	c := applytest.Start(t).Client
	_, err := apply.Reconcile(t.Context(), c, apply.Set{Namespace: "default", Name: "monitoring", Program: "test"}, []caisson.Builder{
		monitoring.Scrape{Name: "web", Namespace: "default", Select: map[string]string{"app": "web"}},
	})
	var missing *apply.RequirementError
	require.ErrorAs(t, err, &missing)
	require.ErrorContains(t, err, "1-click")
}

// named gives definitions names of their own, of which the list has many by the same.
func named(t *testing.T, all []monitoring.Definition) []monitoring.Definition {
	t.Helper()
	var groups []monitoring.Definition
	seen := map[string]bool{}
	for _, definition := range all {
		group := defined(t, definition)
		if !seen[group.Name] {
			groups = append(groups, group)
		}
		seen[group.Name] = true
	}
	return groups
}
