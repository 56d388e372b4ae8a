package workload_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/internal/golden"
	"github.com/caissonhq/caisson/workload"
)

func TestGolden(t *testing.T) {
	bot := web()
	bot.Name, bot.Preset = "bot", workload.Bot
	for name, server := range map[string]workload.Server{
		"production": web(), "bot": bot, "staging": in(workload.Staging), "dev": in(workload.Dev), "maximal": maximal(),
	} {
		t.Run(name, func(t *testing.T) {
			golden.Compare(t, "testdata/"+name+".golden.yaml", golden.YAML(t, build(t, server).All()))
			again, err := server.Objects()
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(build(t, server).All(), again), "the same spec gives the same objects")
		})
	}
}

// Every object is found by its labels, and is where the others are.
func TestObjectsBelongTogether(t *testing.T) {
	objs := build(t, web())
	require.Len(t, objs.All(), 5)
	for _, object := range objs.All() {
		require.Equal(t, "web", object.GetName())
		require.Equal(t, "shop", object.GetNamespace())
		require.Equal(t, map[string]string{
			"app.kubernetes.io/name": "web", "app.kubernetes.io/instance": "web", "app.kubernetes.io/managed-by": "caisson",
		}, object.GetLabels())
		require.NotEmpty(t, object.GetObjectKind().GroupVersionKind().Kind, "%T must print as a whole", object)
	}
}

// A release puts a second Deployment beside the first: each must find its own pods alone, and the Service both.
func TestTracksStandSideBySide(t *testing.T) {
	objs := build(t, web())
	stable := labels.Set(objs.Deployment.Spec.Template.Labels)
	candidate := labels.Merge(stable, labels.Set{caisson.LabelTrack: "candidate"})
	deployment := labels.SelectorFromSet(objs.Deployment.Spec.Selector.MatchLabels)
	require.True(t, deployment.Matches(stable))
	require.False(t, deployment.Matches(candidate))
	for name, selector := range map[string]map[string]string{
		"service": objs.Service.Spec.Selector, "budget": objs.PodDisruptionBudget.Spec.Selector.MatchLabels,
	} {
		require.True(t, labels.SelectorFromSet(selector).Matches(stable), name)
		require.True(t, labels.SelectorFromSet(selector).Matches(candidate), name)
	}
}

func TestAutoscalingRequiresMetrics(t *testing.T) {
	requirements := web().Requires()
	require.Len(t, requirements, 1)
	require.Equal(t, "metrics.k8s.io/v1beta1, Kind=PodMetrics", requirements[0].Kind.String())
	require.Equal(t, "HorizontalPodAutoscaler shop/web reads what its pods use", requirements[0].For)
	require.Contains(t, requirements[0].Remedy, "metrics-server")
	require.Equal(t, requirements, build(t, web()).Requires(), "what Build gives requires what the spec does")

	fixed := web()
	fixed.Replicas = new(int32(2))
	require.Empty(t, fixed.Requires(), "without an autoscaler no metrics are needed")
	require.Empty(t, in(workload.Dev).Requires())
	require.Empty(t, workload.Server{}.Requires(), "a broken spec is told by Validate")
}
