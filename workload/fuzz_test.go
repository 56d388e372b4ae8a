package workload_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/workload"
)

// FuzzServerBuild gives any text and number: there are objects that pass their own checks, or errors; never a panic.
func FuzzServerBuild(f *testing.F) {
	f.Add("web", "shop", image, "/readyz", "/livez", "production", "api", "250m", "512Mi", "A", "dedicated",
		int32(8080), int32(80), int32(2), int32(10), int32(70), uint8(0b00100))
	f.Add("web", "2024-shop", "web:1", "", "", "dev", "bot", "25m", "1Gi", "A", "cpu", int32(1024), int32(0), int32(3), int32(0), int32(0), uint8(0b11011))
	f.Add("", "", "a:b", "x", "x", "?", "?", "0", "-1", "=", "a b", int32(-1), int32(-1), int32(-5), int32(-5), int32(-5), uint8(7))
	f.Fuzz(func(t *testing.T, name, namespace, image, ready, live, profile, preset, cpu, memory, variable, key string,
		port, servicePort, lowest, highest, percent int32, flags uint8,
	) {
		has := func(flag uint8) bool { return flags&(1<<flag) != 0 }
		given := func() workload.Server {
			s := workload.Server{
				Name: name, Namespace: namespace, Image: image, AllowMutableTag: has(0), Port: port, ServicePort: servicePort,
				ReadinessPath: ready, LivenessPath: live, Profile: workload.Profile(profile), Preset: workload.Preset(preset),
				Command: []string{name}, Args: []string{image},
				Env: []corev1.EnvVar{{Name: variable, Value: key}, {Name: key, Value: variable}},
				Placement: caisson.Placement{
					NodeSelector: map[string]string{key: name},
					Tolerations:  []corev1.Toleration{{Key: key, Value: name}},
				},
			}
			if has(1) {
				s.Replicas = new(lowest)
			}
			if has(2) {
				s.Autoscale = &workload.Autoscale{Min: lowest, Max: highest, CPUPercent: percent, MemoryPercent: percent}
			}
			for list, flag := range map[*corev1.ResourceList]uint8{&s.Resources.Requests: 3, &s.Resources.Limits: 4} {
				if has(flag) {
					*list = quantities(map[string]string{"cpu": cpu, "memory": memory, key: cpu})
				}
			}
			return s
		}
		s := given()
		objs, err := s.Build()
		require.Empty(t, cmp.Diff(given(), s), "Build must not change what it is given")
		require.Equal(t, err, s.Validate(), "Build and Validate must agree")
		s.MaxReplicas()
		if err != nil {
			require.Nil(t, objs)
			return
		}
		require.NoError(t, objs.Validate(), "what Build gives must pass its own checks")
		require.Equal(t, objs.Deployment.Spec.Replicas == nil, objs.HorizontalPodAutoscaler != nil, "one owner of the number")
		require.Equal(t, len(s.Requires()) > 0, objs.HorizontalPodAutoscaler != nil)
	})
}

// quantities leaves out what is none.
func quantities(texts map[string]string) corev1.ResourceList {
	all := corev1.ResourceList{}
	for name, text := range texts {
		if quantity, err := resource.ParseQuantity(text); err == nil {
			all[corev1.ResourceName(name)] = quantity
		}
	}
	return all
}
