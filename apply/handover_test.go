package apply_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
)

// Without the hand-over the server sets the number back to 1: an outage, at the moment when load made somebody switch
// autoscaling on.
func TestSwitchingAutoscalingOnKeepsTheReplicas(t *testing.T) {
	p := newPlace(t)
	fixed := deployment(p.namespace, "10m")
	fixed.Spec.Replicas = new(int32(4))
	p.apply(t, fixed)

	scaled := deployment(p.namespace, "10m")
	scaled.Spec.Replicas = nil
	plan, err := apply.Plan(t.Context(), p.Client, p.set, built(scaled), apply.Prune)
	require.NoError(t, err)
	report := p.apply(t, scaled)
	require.Equal(t, plan, report)
	for _, f := range report.Changes[0].Fields {
		require.NotEqual(t, "spec.replicas", f.Path)
	}
	require.EqualValues(t, 4, p.replicas(t))

	scale := &autoscalingv1.Scale{Spec: autoscalingv1.ScaleSpec{Replicas: 6}}
	require.NoError(t, p.Client.SubResource("scale").Update(t.Context(), deployment(p.namespace, "10m"),
		client.WithSubResourceBody(scale), client.FieldOwner("autoscaler")))
	scaled.Spec.Template.Annotations = map[string]string{"version": "2"}
	require.Equal(t, caisson.Updated, p.apply(t, scaled).Changes[0].Action)
	require.EqualValues(t, 6, p.replicas(t), "the autoscaler's number stays")
	require.False(t, p.apply(t, scaled).Changed())
}

func (p place) replicas(t *testing.T) int32 {
	t.Helper()
	var web appsv1.Deployment
	require.NoError(t, p.Client.Get(t.Context(), client.ObjectKey{Namespace: p.namespace, Name: "web"}, &web))
	return *web.Spec.Replicas
}
