package prometheus_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson/internal/prometheus"
	"github.com/caissonhq/caisson/monitoring"
)

// Rules as they are found in blogs, charts and mixins decide wrongly where the library's own do not. The README tells of them.
func TestUsualRules(t *testing.T) {
	volume := func(expr string) string {
		return fmt.Sprintf(expr, `kubelet_volume_stats_available_bytes{job="kubelet"}`, `kubelet_volume_stats_capacity_bytes{job="kubelet"}`)
	}
	cases := []struct {
		what       string
		definition monitoring.Definition
		expr       string
		wait       time.Duration
		wrong      []string // scenes in which it fires and should not, or the other way round
	}{
		{
			"restarts", monitoring.PodRestarts{}, `increase(kube_pod_container_status_restarts_total[1h]) > 5`, 0,
			[]string{
				"As many restarts as are allowed do not fire, of a new pod or an old one.",
			},
		},
		{
			"CPU of nodes", monitoring.NodeCPU{}, `1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])) > 0.9`, 15 * time.Minute,
			[]string{"Less than the threshold does not fire, however long."},
		},
		{
			"CPU of nodes", monitoring.NodeCPU{},
			`sum by (instance) (avg without (cpu) (rate(node_cpu_seconds_total{job="node-exporter",mode!~"idle|iowait"}[5m]))) > 0.9`,
			15 * time.Minute,
			[]string{
				"Missed scrapes do not begin the waiting anew.", "A restart of node-exporter does not begin the waiting anew.",
			},
		},
		{
			"memory of nodes", monitoring.NodeMemory{},
			`1 - node_memory_MemAvailable_bytes{job="node-exporter"} / node_memory_MemTotal_bytes{job="node-exporter"} > 0.85`, 15 * time.Minute,
			[]string{"A restart of node-exporter does not begin the waiting anew."},
		},
		{
			"errors", monitoring.ErrorRate{},
			`sum by (namespace, service) (rate(http_requests_total{code=~"5.."}[5m]))
			/ sum by (namespace, service) (rate(http_requests_total[5m])) > 0.05`, 5 * time.Minute,
			[]string{"Too few requests to tell by do not fire, if all of them fail."},
		},
		{
			"errors", monitoring.ErrorRate{}, `rate(http_requests_total{code=~"5.."}[5m]) / rate(http_requests_total[5m]) > 0.05`, 5 * time.Minute,
			[]string{"Fewer errors than the threshold do not fire, however long."},
		},
		{
			"pending pods", monitoring.PodPending{}, `kube_pod_status_phase{phase="Pending"}`, 5 * time.Minute,
			[]string{"A pod that starts in time does not fire."},
		},
		{
			"volumes that fill", monitoring.Volume{}, volume("%[1]s / %[2]s < 0.4 and predict_linear(%[1]s[6h], 345600) < 0"), time.Hour,
			[]string{"A large file that is written once does not fire."},
		},
	}
	for _, tc := range cases {
		group := defined(t, tc.definition)
		i := len(group.Alerts) - 1
		require.Empty(t, wronglyDecided(t, group, i), tc.what)
		usual := group
		usual.Alerts = slices.Clone(group.Alerts)
		usual.Alerts[i].Expr, usual.Alerts[i].For = tc.expr, metav1.Duration{Duration: tc.wait}
		wrong := wronglyDecided(t, usual, i)
		require.Subset(t, wrong, tc.wrong, "%s\n%s", tc.expr, strings.Join(wrong, "\n"))
		t.Logf("| %s | `%s` | %s |", tc.what, tc.expr, strings.Join(tc.wrong, " "))
	}
}

// wronglyDecided are the tests in which an alert fires and should not, or the other way round. Labels and words do not matter.
func wronglyDecided(t *testing.T, group monitoring.Group, i int) []string {
	t.Helper()
	alert := group.Alerts[i]
	var wrong []string
	for _, test := range alert.Tests {
		observed, err := prometheus.Observe(group, alert.Name, test)
		require.NoError(t, err)
		for j, expected := range test.Expect {
			if (len(expected.Firing) > 0) != (len(observed[j]) > 0) {
				wrong = append(wrong, test.Name)
				break
			}
		}
	}
	return wrong
}
