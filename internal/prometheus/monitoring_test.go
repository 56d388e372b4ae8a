package prometheus_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson/internal/prometheus"
	"github.com/caissonhq/caisson/monitoring"
)

// definitions of each kind, and in each form that changes the expression.
func definitions() []monitoring.Definition {
	match := map[string]string{"cluster": "production", "namespace": "shop"}
	native := monitoring.OpenTelemetry()
	native.Native, native.Buckets = true, nil
	return []monitoring.Definition{
		monitoring.PodRestarts{},
		monitoring.PodRestarts{Name: "Matched", Match: match},
		monitoring.NodeCPU{},
		monitoring.NodeCPU{Name: "Matched", Match: map[string]string{"cluster": "production"}},
		monitoring.NodeMemory{},
		monitoring.NodeMemory{Name: "Matched", Match: map[string]string{"cluster": "production"}},
		monitoring.PodPending{},
		monitoring.PodPending{Name: "Matched", Match: match},
		monitoring.ErrorRate{},
		monitoring.ErrorRate{Name: "Matched", Match: match},
		monitoring.ErrorRate{Name: "OpenTelemetry", HTTP: monitoring.OpenTelemetry()},
		monitoring.ErrorRate{Name: "Native", HTTP: native, Match: match},
		monitoring.ErrorRate{Name: "IngressNGINX", HTTP: monitoring.IngressNGINX()},
		monitoring.Latency{},
		monitoring.Latency{Name: "Matched", Match: match},
		monitoring.Latency{Name: "OpenTelemetry", HTTP: monitoring.OpenTelemetry()},
		monitoring.Latency{Name: "Native", HTTP: native, Match: match},
		monitoring.Latency{Name: "IngressNGINX", HTTP: monitoring.IngressNGINX()},
		monitoring.NodeDown{},
		monitoring.NodeDown{Name: "Matched", Match: map[string]string{"cluster": "production"}},
		monitoring.Targets{Job: "web"},
		monitoring.Targets{Job: "web", Name: "Matched", Match: match},
		monitoring.ScheduledJob{Namespace: "shop", CronJob: "backup", Every: hours(24)},
		monitoring.ScheduledJob{Name: "Matched", Namespace: "shop", CronJob: "report", Every: hours(1), Match: map[string]string{"cluster": "production"}},
		monitoring.Certificate{},
		monitoring.Certificate{Name: "Matched", Match: map[string]string{"cluster": "production"}},
		monitoring.Volume{},
		monitoring.Volume{Name: "Matched", Match: match},
	}
}

// Each alert fires when its tests say so, and at no other time.
func TestAlerts(t *testing.T) {
	for _, definition := range definitions() {
		group := defined(t, definition)
		for _, alert := range group.Alerts {
			t.Run(fmt.Sprintf("%T %s", definition, alert.Name), func(t *testing.T) {
				for _, test := range alert.Tests {
					problem, err := prometheus.Run(group, alert.Name, test)
					require.NoError(t, err)
					if problem != "" {
						t.Error(problem)
					}
				}
			})
		}
	}
}

func hours(n int) metav1.Duration { return metav1.Duration{Duration: time.Duration(n) * time.Hour} }
