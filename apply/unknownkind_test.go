package apply_test

import (
	"testing"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/apply/applytest"
)

// Schemes of clients seldom hold the kinds of operators. What an object says of itself is enough.
func TestKindsThatTheSchemeDoesNotKnow(t *testing.T) {
	set := apply.Set{Namespace: "default", Name: "unknown", Program: "test"}
	rule := &monitoringv1.PrometheusRule{ObjectMeta: metav1.ObjectMeta{Name: "rule", Namespace: "default"}}
	_, err := apply.Apply(t.Context(), applytest.NewClient(), set, []*monitoringv1.PrometheusRule{rule})
	require.ErrorContains(t, err, "its apiVersion and kind are not set")

	rule.TypeMeta = metav1.TypeMeta{APIVersion: "monitoring.coreos.com/v1", Kind: "PrometheusRule"}
	_, err = apply.Apply(t.Context(), applytest.NewClient(), set, []*monitoringv1.PrometheusRule{rule})
	require.ErrorContains(t, err, "the cluster does not serve monitoring.coreos.com/v1, Kind=PrometheusRule")
}
