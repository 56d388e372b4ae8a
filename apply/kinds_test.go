package apply_test

import (
	"bufio"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/security"
	"github.com/caissonhq/caisson/workload"
)

//go:embed testdata/kinds.yaml
var kindsText string

//go:embed testdata/crds.yaml
var crdsText string

// decode gives typed objects where client-go has a type, as programs do, and untyped ones for the rest.
func decode(t *testing.T, text string) []caisson.Object {
	t.Helper()
	var all []caisson.Object
	for reader := utilyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(text))); ; {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		object, _, err := scheme.Codecs.UniversalDeserializer().Decode(document, nil, nil)
		if runtime.IsNotRegisteredError(err) {
			untyped := &unstructured.Unstructured{}
			require.NoError(t, yaml.Unmarshal(document, &untyped.Object))
			object, err = untyped, nil
		}
		require.NoError(t, err, string(document))
		all = append(all, object.(caisson.Object))
	}
}

// defineKinds has the cluster serve the kinds of testdata/crds.yaml, and waits until it does.
func (p place) defineKinds(t *testing.T) {
	t.Helper()
	for _, definition := range decode(t, crdsText) {
		object := definition.(client.Object)
		require.NoError(t, client.IgnoreAlreadyExists(p.Client.Create(t.Context(), object)))
		require.Eventually(t, func() bool {
			now := &unstructured.Unstructured{}
			now.SetGroupVersionKind(object.GetObjectKind().GroupVersionKind())
			require.NoError(t, p.Client.Get(t.Context(), client.ObjectKeyFromObject(object), now))
			conditions := lookup(now.Object, path{"status", "conditions"})
			return strings.Contains(fmt.Sprint(conditions), "status:True type:Established")
		}, time.Minute, 50*time.Millisecond)
	}
}

// otherKinds are those of testdata/kinds.yaml. Quotas and limits go to the other namespace, where they limit nobody.
func otherKinds(t *testing.T, namespace, other string) []caisson.Object {
	t.Helper()
	return decode(t, strings.NewReplacer("NAMESPACE", namespace, "OTHER", other).Replace(kindsText))
}

// servers in each profile, and one with every field set.
func servers(namespace string) []workload.Server {
	image := "registry.digitalocean.com/shop/web@sha256:" + strings.Repeat("0", 64)
	all := []workload.Server{{
		Name: "maximal", Namespace: namespace, Image: "registry.digitalocean.com/shop/web:1.2", AllowMutableTag: true,
		Command: []string{"/web"}, Args: []string{"--verbose"},
		Env: []corev1.EnvVar{
			{Name: "COLOR", Value: "blue"},
			{Name: "KEY", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
				LocalObjectReference: corev1.LocalObjectReference{Name: "keys"}, Key: "web",
			}}},
		},
		Port: 8080, ServicePort: 80, ReadinessPath: "/readyz", LivenessPath: "/livez",
		Profile: workload.Staging, Preset: workload.Bot,
		Resources: corev1.ResourceRequirements{
			Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("1300m")},
			Limits:   corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("3072Mi")},
		},
		Autoscale: &workload.Autoscale{Min: 3, Max: 7, CPUPercent: 50, MemoryPercent: 60},
		Placement: caisson.Placement{
			NodeSelector: map[string]string{caisson.LabelPool: "general"},
			Tolerations: []corev1.Toleration{{
				Key: "dedicated", Operator: corev1.TolerationOpEqual, Value: "web",
				Effect: corev1.TaintEffectNoExecute, TolerationSeconds: new(int64(30)),
			}},
		},
	}}
	for _, profile := range workload.Profiles() {
		all = append(all, workload.Server{
			Name: string(profile), Namespace: namespace, Image: image, Port: 8080, Profile: profile,
		})
	}
	return append(all, workload.Server{
		Name: "fixed", Namespace: namespace, Image: image, Port: 8080, Replicas: new(int32(2)),
	})
}

// namespaces: the default, and one with every field set.
func namespaces(prefix string) []security.Namespace {
	return []security.Namespace{{Name: prefix + "-default"}, {
		Name:   prefix + "-maximal",
		Labels: map[string]string{"team": "shop"}, Annotations: map[string]string{"example.com/owner": "shop"},
		PodSecurity: security.Baseline, PodSecurityVersion: "v1.34",
		Quota: corev1.ResourceList{
			corev1.ResourcePods: resource.MustParse("7"), "count/jobs.batch": resource.MustParse("9"),
			corev1.ResourceRequestsCPU: resource.MustParse("2500m"),
		},
		Limits: security.Limits{
			Max:            corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("2")},
			Default:        corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("300Mi")},
			DefaultRequest: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("100Mi")},
		},
	}}
}

func connections(namespace, other string) security.Connections {
	peer := func(namespace, name string) caisson.Peer {
		return caisson.Peer{
			Name: name, Namespace: namespace, Labels: map[string]string{caisson.LabelInstance: name},
			Ports: []caisson.Port{{Name: "http", Port: 8080}, {Name: "dns", Port: 53, Protocol: corev1.ProtocolUDP}},
		}
	}
	return security.Connections{
		{From: peer(namespace, "bot"), To: peer(namespace, "api")}, {From: peer(other, "bot"), To: peer(namespace, "api")},
	}
}
