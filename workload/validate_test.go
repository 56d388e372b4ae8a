package workload_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/caissonhq/caisson/workload"
)

func TestMistakesAreExplained(t *testing.T) {
	requests := func(name corev1.ResourceName, quantity string) corev1.ResourceRequirements {
		return corev1.ResourceRequirements{Requests: corev1.ResourceList{name: resource.MustParse(quantity)}}
	}
	cases := map[string]struct {
		reason string
		change func(*workload.Server)
		want   string
	}{
		"no name":        {"it names everything", func(s *workload.Server) { s.Name = "" }, `name: Required value: write a DNS label`},
		"bad name":       {"the Service needs a DNS label", func(s *workload.Server) { s.Name = "Web_1" }, `name: Invalid value: "Web_1"`},
		"long name":      {"labels hold 63", func(s *workload.Server) { s.Name = strings.Repeat("a", 64) }, "name: Invalid value"},
		"no namespace":   {"nobody said where", func(s *workload.Server) { s.Namespace = "" }, "namespace: Required value"},
		"no image":       {"there is nothing to run", func(s *workload.Server) { s.Image = "" }, "image: Required value: write registry/name@sha256"},
		"tag":            {"what a tag names can change", func(s *workload.Server) { s.Image = "web:1" }, "allowMutableTag: true accepts a tag"},
		"short digest":   {"it would never be pulled", func(s *workload.Server) { s.Image = "web@sha256:0" }, "64 hex digits"},
		"image of words": {"a slip of the keyboard", func(s *workload.Server) { s.Image += " x" }, "image: Invalid value"},
		"no port":        {"nothing could call it", func(s *workload.Server) { s.Port = 0 }, "port: Required value: write the port"},
		"port of root":   {"the program is not root", func(s *workload.Server) { s.Port = 80 }, "port: Invalid value: 80: must be between 1024 and 65535"},
		"service port":   {"no such port", func(s *workload.Server) { s.ServicePort = 70000 }, "servicePort: Invalid value"},
		"one path": {
			"a slow database would restart all", func(s *workload.Server) { s.ReadinessPath, s.LivenessPath = "/a", "/a" },
			"livenessPath: Invalid value: \"/a\": must differ from readinessPath",
		},
		"path":    {"no HTTP path", func(s *workload.Server) { s.ReadinessPath = "ready" }, `readinessPath: Invalid value: "ready": must begin with "/"`},
		"profile": {"a typo", func(s *workload.Server) { s.Profile = "prod" }, `profile: Unsupported value: "prod": supported values: "production"`},
		"preset":  {"a typo", func(s *workload.Server) { s.Preset = "web" }, `preset: Unsupported value: "web"`},
		"requests above the limit": {
			"the API server would refuse the pods later",
			func(s *workload.Server) { s.Resources = requests(corev1.ResourceCPU, "3") },
			"resources.requests[cpu]: Invalid value: \"3\": is above the limit of 1: raise the limit or lower the request",
		},
		"no requests": {
			"the scheduler would know nothing", func(s *workload.Server) { s.Resources = requests(corev1.ResourceMemory, "0") },
			"resources.requests[memory]",
		},
		"memory in thousandths": {
			"256m is a quarter of a byte", func(s *workload.Server) { s.Resources = requests(corev1.ResourceMemory, "256m") },
			`resources.requests[memory]: Invalid value: "256m": is less than 1Mi: write Mi or Gi`,
		},
		"unknown resource": {
			"the API server would refuse it", func(s *workload.Server) { s.Resources = requests("CPU", "1") },
			`resources.requests: Unsupported value: "CPU": supported values: "cpu"`,
		},
		"env twice": {
			"one would win in silence", func(s *workload.Server) { s.Env = []corev1.EnvVar{{Name: "A"}, {Name: "A"}} },
			`env[1].name: Duplicate value: "A"`,
		},
		"env name": {"no such variable", func(s *workload.Server) { s.Env = []corev1.EnvVar{{Name: "="}} }, "env[0].name: Invalid value"},
		"replicas and autoscale": {
			"two owners of one number",
			func(s *workload.Server) { s.Replicas, s.Autoscale = new(int32(3)), &workload.Autoscale{} }, "replicas: Invalid value: 3",
		},
		"negative replicas": {"there are none", func(s *workload.Server) { s.Replicas = new(int32(-1)) }, "replicas: Invalid value: -1"},
		"max below min": {
			"nothing could scale", func(s *workload.Server) { s.Autoscale = &workload.Autoscale{Min: 4, Max: 4} },
			"autoscale.max: Invalid value: 4: must be more than min, which is 4; for a fixed number write replicas",
		},
		"negative min": {"there are none", func(s *workload.Server) { s.Autoscale = &workload.Autoscale{Min: -1} }, "autoscale.min"},
		"percent": {
			"never reached", func(s *workload.Server) { s.Autoscale = &workload.Autoscale{CPUPercent: 5000} },
			"autoscale.cpuPercent: Invalid value: 5000",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			server := web()
			tc.change(&server)
			require.ErrorContains(t, server.Validate(), tc.want, tc.reason)
			_, err := server.Build()
			require.ErrorContains(t, err, tc.want, tc.reason)
			require.Empty(t, server.Requires())
		})
	}
}

func TestAllMistakesAtOnce(t *testing.T) {
	err := workload.Server{}.Validate()
	for _, path := range []string{"name", "namespace", "image", "port"} {
		require.ErrorContains(t, err, path+": Required value")
	}
}

// What is changed after Build passes through Validate again on its way to the cluster.
func TestTornObjectsAreRefused(t *testing.T) {
	cases := map[string]struct {
		reason string
		tear   func(*workload.ServerObjects)
		want   string
	}{
		"no deployment": {"the rest is nothing without it", func(o *workload.ServerObjects) { o.Deployment = nil }, "deployment: Required value"},
		"pod labels": {
			"Service, budget and Deployment would find no pods",
			func(o *workload.ServerObjects) { o.Deployment.Spec.Template.Labels = nil }, "service.spec.selector",
		},
		"service": {"it would answer with nothing", func(o *workload.ServerObjects) { o.Service.Spec.Selector["a"] = "b" }, "service.spec.selector"},
		"budget": {
			"it would protect nothing",
			func(o *workload.ServerObjects) { o.PodDisruptionBudget.Spec.Selector.MatchLabels["a"] = "b" }, "podDisruptionBudget.spec.selector",
		},
		"target port": {
			"it would answer with nothing",
			func(o *workload.ServerObjects) { o.Service.Spec.Ports[0].TargetPort = intstr.FromString("grpc") },
			"service.spec.ports[0].targetPort: Invalid value: \"grpc\"",
		},
		"autoscaler": {
			"it would scale nothing", func(o *workload.ServerObjects) { o.HorizontalPodAutoscaler.Spec.ScaleTargetRef.Name = "x" },
			`must be the Deployment's name, "web"`,
		},
		"replicas": {
			"every reconcile would undo the autoscaler", func(o *workload.ServerObjects) { o.Deployment.Spec.Replicas = new(int32(2)) },
			"deployment.spec.replicas: Invalid value: 2: the HorizontalPodAutoscaler owns it",
		},
		"namespaces": {
			"they would not find each other", func(o *workload.ServerObjects) { o.Service.Namespace = "x" },
			`Service.metadata.namespace: Invalid value: "x": must be the Deployment's, "shop"`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			objs := build(t, web())
			tc.tear(objs)
			require.ErrorContains(t, objs.Validate(), tc.want, tc.reason)
		})
	}
	objs := build(t, web())
	objs.HorizontalPodAutoscaler, objs.PodDisruptionBudget, objs.Service, objs.ServiceAccount = nil, nil, nil, nil
	require.NoError(t, objs.Validate())
	require.Len(t, objs.All(), 1, "what is nil is left out")
}

func FuzzServerBuild(f *testing.F) {
	f.Add("web", "shop", image, int32(8080), "/readyz", "/livez", "production", "api", "250m", "512Mi", int32(2), int32(10))
	f.Add("", "", "a:b", int32(-1), "x", "", "dev", "?", "0", "-1", int32(0), int32(-5))
	f.Fuzz(func(t *testing.T, name, namespace, image string, port int32, ready, live, profile, preset, cpu, memory string,
		lowest, highest int32,
	) {
		server := workload.Server{
			Name: name, Namespace: namespace, Image: image, Port: port, ReadinessPath: ready, LivenessPath: live,
			Profile: workload.Profile(profile), Preset: workload.Preset(preset),
			Autoscale: &workload.Autoscale{Min: lowest, Max: highest},
		}
		server.Resources.Requests = corev1.ResourceList{}
		for key, text := range map[corev1.ResourceName]string{corev1.ResourceCPU: cpu, corev1.ResourceMemory: memory} {
			if quantity, err := resource.ParseQuantity(text); err == nil {
				server.Resources.Requests[key] = quantity
			}
		}
		objs, err := server.Build()
		if err == nil {
			require.NoError(t, objs.Validate(), "what Build gives must pass its own checks")
		}
	})
}
