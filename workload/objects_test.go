package workload_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/caissonhq/caisson/workload"
)

// What is changed after Build passes through Validate again on its way to the cluster.
func TestTornObjectsAreRefused(t *testing.T) {
	const carry = `does not select the pods of the Deployment, which carry the labels "app.kubernetes.io/instance=web,`
	cases := map[string]struct {
		reason string
		tear   func(*workload.ServerObjects)
		want   []string
	}{
		"no deployment": {
			reason: "The rest is nothing without it.", tear: func(o *workload.ServerObjects) { o.Deployment = nil },
			want: []string{"deployment: Required value: a server is nothing without it"},
		},
		"pod labels": {
			reason: "Service, budget and Deployment would find no pods.",
			tear:   func(o *workload.ServerObjects) { o.Deployment.Spec.Template.Labels = nil },
			want: []string{
				"deployment.spec.selector: Invalid value: ", "service.spec.selector: Invalid value: ",
				"podDisruptionBudget.spec.selector: Invalid value: ",
			},
		},
		"track": {
			reason: "The Deployment would not find its pods, and make more without end.",
			tear:   func(o *workload.ServerObjects) { delete(o.Deployment.Spec.Template.Labels, "caisson.dev/track") },
			want:   []string{`deployment.spec.selector: Invalid value: "app.kubernetes.io/instance=web,caisson.dev/track=stable": does not select`},
		},
		"bad selector": {
			reason: "There is no such operator.",
			tear: func(o *workload.ServerObjects) {
				o.Deployment.Spec.Selector.MatchExpressions = []metav1.LabelSelectorRequirement{{Key: "a", Operator: "Is"}}
			},
			want: []string{"deployment.spec.selector: Invalid value: ", `"Is" is not a valid label selector operator`},
		},
		"service": {
			reason: "It would answer with nothing.", tear: func(o *workload.ServerObjects) { o.Service.Spec.Selector["a"] = "b" },
			want: []string{`service.spec.selector: Invalid value: "a=b,app.kubernetes.io/instance=web": ` + carry},
		},
		"service without selector": {
			reason: "It would have no pods at all.", tear: func(o *workload.ServerObjects) { o.Service.Spec.Selector = nil },
			want: []string{"service.spec.selector: Required value: write labels that the pods of the Deployment carry"},
		},
		"target port": {
			reason: "It would answer with nothing.",
			tear:   func(o *workload.ServerObjects) { o.Service.Spec.Ports[0].TargetPort = intstr.FromString("grpc") },
			want:   []string{`service.spec.ports[0].targetPort: Invalid value: "grpc": no container has a port of this name`},
		},
		"budget": {
			reason: "It would protect nothing.",
			tear:   func(o *workload.ServerObjects) { o.PodDisruptionBudget.Spec.Selector.MatchLabels["a"] = "b" },
			want:   []string{`podDisruptionBudget.spec.selector: Invalid value: "a=b,app.kubernetes.io/instance=web": ` + carry},
		},
		"budget of all": {
			reason: "It would hold for every pod of the namespace.",
			tear:   func(o *workload.ServerObjects) { o.PodDisruptionBudget.Spec.Selector = &metav1.LabelSelector{} },
			want:   []string{"podDisruptionBudget.spec.selector: Required value: write labels"},
		},
		"budget of none": {
			reason: "It would protect nothing.", tear: func(o *workload.ServerObjects) { o.PodDisruptionBudget.Spec.Selector = nil },
			want: []string{"podDisruptionBudget.spec.selector: Invalid value: "},
		},
		"autoscaler": {
			reason: "It would scale nothing.",
			tear:   func(o *workload.ServerObjects) { o.HorizontalPodAutoscaler.Spec.ScaleTargetRef.Name = "x" },
			want: []string{
				`horizontalPodAutoscaler.spec.scaleTargetRef.name: Invalid value: "x": must be the Deployment's name, "web"`,
			},
		},
		"autoscaler of another kind": {
			reason: "It would scale nothing.",
			tear:   func(o *workload.ServerObjects) { o.HorizontalPodAutoscaler.Spec.ScaleTargetRef.Kind = "StatefulSet" },
			want:   []string{`horizontalPodAutoscaler.spec.scaleTargetRef.kind: Invalid value: "StatefulSet": must be Deployment`},
		},
		"renamed deployment": {
			reason: "The autoscaler would look for the old name.", tear: func(o *workload.ServerObjects) { o.Deployment.Name = "x" },
			want: []string{`horizontalPodAutoscaler.spec.scaleTargetRef.name: Invalid value: "web": must be the Deployment's name, "x"`},
		},
		"replicas": {
			reason: "Every reconcile would undo the autoscaler.",
			tear:   func(o *workload.ServerObjects) { o.Deployment.Spec.Replicas = new(int32(2)) },
			want: []string{
				"deployment.spec.replicas: Invalid value: 2: the HorizontalPodAutoscaler owns it: set this to nil, or the autoscaler to nil",
			},
		},
		"namespaces": {
			reason: "They would not find each other.", tear: func(o *workload.ServerObjects) { o.Service.Namespace = "x" },
			want: []string{`Service.metadata.namespace: Invalid value: "x": must be the Deployment's, "shop"`},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			objs := build(t, web())
			tc.tear(objs)
			for _, want := range tc.want {
				require.ErrorContains(t, objs.Validate(), want, tc.reason)
			}
		})
	}
}

// Not every change tears something: what the library does not know of is the caller's to decide.
func TestChangesThatHoldTogether(t *testing.T) {
	cases := map[string]struct {
		reason string
		change func(*workload.ServerObjects)
		left   int
	}{
		"less": {
			reason: "Nil is left out, and a Deployment stands alone.", left: 1,
			change: func(o *workload.ServerObjects) {
				o.HorizontalPodAutoscaler, o.PodDisruptionBudget, o.Service, o.ServiceAccount = nil, nil, nil, nil
			},
		},
		"fixed number": {
			reason: "Without the autoscaler the number is the caller's.", left: 4,
			change: func(o *workload.ServerObjects) {
				o.HorizontalPodAutoscaler, o.Deployment.Spec.Replicas = nil, new(int32(2))
			},
		},
		"port by number": {
			reason: "A number needs no name.", left: 5,
			change: func(o *workload.ServerObjects) { o.Service.Spec.Ports[0].TargetPort = intstr.FromInt32(8080) },
		},
		"more labels": {
			reason: "Pods may carry more than is selected.", left: 5,
			change: func(o *workload.ServerObjects) { o.Deployment.Spec.Template.Labels["team"] = "shop" },
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			objs := build(t, web())
			tc.change(objs)
			require.NoError(t, objs.Validate(), tc.reason)
			objects, err := objs.Objects()
			require.NoError(t, err)
			require.Len(t, objects, tc.left, tc.reason)
		})
	}
}
