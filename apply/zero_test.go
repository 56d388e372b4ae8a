package apply

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/caissonhq/caisson"
)

func TestDropZeroStructs(t *testing.T) {
	meta := metav1.ObjectMeta{Name: "a"}
	cases := map[string]struct {
		reason string
		object caisson.Object
		want   string
	}{
		"target port": {
			"0 is no port; the server takes the Service's own",
			&corev1.Service{ObjectMeta: meta, Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{
				{Port: 80}, {Port: 81, TargetPort: intstr.FromString("http")},
			}}},
			`{"metadata": {"name": "a"}, "spec": {"ports": [{"port": 80}, {"port": 81, "targetPort": "http"}]}}`,
		},
		"strategy and resources": {
			"deep in lists too",
			&appsv1.Deployment{ObjectMeta: meta, Spec: appsv1.DeploymentSpec{Template: corev1.PodTemplateSpec{
				Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "a"}}},
			}}},
			`{"metadata": {"name": "a"}, "spec": {"selector": null, "template": {"spec": {"containers": [{"name": "a"}]}}}}`,
		},
		"what means something when it is empty": {
			"an empty selector selects all pods, an empty rule allows all",
			&networkingv1.NetworkPolicy{ObjectMeta: meta, Spec: networkingv1.NetworkPolicySpec{
				Ingress: []networkingv1.NetworkPolicyIngressRule{{}},
				Egress: []networkingv1.NetworkPolicyEgressRule{{To: []networkingv1.NetworkPolicyPeer{
					{NamespaceSelector: &metav1.LabelSelector{}},
				}}},
			}},
			`{"metadata": {"name": "a"}, "spec": {"podSelector": {}, "ingress": [{}], "egress": [{"to": [{"namespaceSelector": {}}]}]}}`,
		},
		"volumes without settings": {
			"a pointer was set by somebody",
			&corev1.Pod{ObjectMeta: meta, Spec: corev1.PodSpec{Volumes: []corev1.Volume{
				{Name: "a", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
			}}},
			`{"metadata": {"name": "a"}, "spec": {"containers": null, "volumes": [{"name": "a", "emptyDir": {}}]}}`,
		},
		"untyped": {
			"every field was written by somebody",
			&unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{"strategy": map[string]any{}}}},
			`{"spec": {"strategy": {}}}`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			body, err := content(tc.object, caisson.Ref{})
			require.NoError(t, err)
			text, err := json.Marshal(body)
			require.NoError(t, err)
			require.JSONEq(t, tc.want, string(text), tc.reason)
		})
	}
}
