package workload_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/workload"
)

func withConfig(config ...workload.Config) workload.Worker {
	w := worker()
	w.Config = config
	return w
}

// The pods must roll exactly when what they read is another.
func TestValuesRollThePods(t *testing.T) {
	hash := func(w workload.Worker) string { return template(t, w).Annotations["caisson.dev/config-hash"] }
	one := workload.Config{Values: map[string]string{"LEVEL": "info", "MODE": "fast"}}
	first := hash(withConfig(one))
	require.NotEmpty(t, first)
	require.Equal(t, first, hash(withConfig(workload.Config{Values: map[string]string{"MODE": "fast", "LEVEL": "info"}})))
	for name, values := range map[string]map[string]string{
		"value": {"LEVEL": "warn", "MODE": "fast"}, "key": {"LEVELS": "info", "MODE": "fast"}, "less": {"LEVEL": "info"},
		"moved": {"LEVEL": "infoMODE", "MOD": "Efast"},
	} {
		require.NotEqual(t, first, hash(withConfig(workload.Config{Values: values})), name)
	}
	other := withConfig(one)
	other.Sidecars = []workload.Sidecar{{Name: "proxy", Image: image, Config: []workload.Config{one}}}
	require.NotEqual(t, first, hash(other), "a sidecar's values count too")
	require.Empty(t, template(t, worker()).Annotations, "without values there is nothing to say")
	require.Empty(t, template(t, withConfig(workload.Config{Secret: "keys"})).Annotations, "what is in a Secret is in no hash")
}

// Package apply reads the annotation: apply/roll.go.
func TestRollOnChangeIsForApply(t *testing.T) {
	w := withConfig(
		workload.Config{Secret: "keys", RollOnChange: true},
		workload.Config{ConfigMap: "settings", Path: "/etc/settings", RollOnChange: true},
		workload.Config{Secret: "quiet"},
	)
	w.Sidecars = []workload.Sidecar{{Name: "proxy", Image: image, Config: []workload.Config{
		{Secret: "keys", Path: "/keys", RollOnChange: true}, {Secret: "tls", Path: "/tls", RollOnChange: true},
	}}}
	require.Equal(t, map[string]string{caisson.AnnotationRollOn: "Secret/keys, ConfigMap/settings, Secret/tls"}, template(t, w).Annotations,
		"each once, and only who asked for it")
}

func TestConfigIsEnvironmentOrFiles(t *testing.T) {
	w := withConfig(
		workload.Config{Values: map[string]string{"app.yaml": "a: b"}, Path: "/etc/app"},
		workload.Config{Secret: "keys", Path: "/etc/keys"},
		workload.Config{Secret: "db", Prefix: "DB_"},
		workload.Config{ConfigMap: "settings"},
	)
	objs, err := w.Build()
	require.NoError(t, err)
	require.Len(t, objs.ConfigMaps, 1)
	require.Equal(t, "mailer-config", objs.ConfigMaps[0].Name)
	require.Equal(t, map[string]string{"app.yaml": "a: b"}, objs.ConfigMaps[0].Data)
	pod := objs.Deployment.Spec.Template.Spec
	c := pod.Containers[0]
	require.Equal(t, []corev1.EnvFromSource{
		{Prefix: "DB_", SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "db"}}},
		{ConfigMapRef: &corev1.ConfigMapEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "settings"}}},
	}, c.EnvFrom)
	require.Equal(t, []corev1.VolumeMount{
		{Name: "tmp", MountPath: "/tmp"},
		{Name: "config-0", MountPath: "/etc/app", ReadOnly: true},
		{Name: "config-1", MountPath: "/etc/keys", ReadOnly: true},
	}, c.VolumeMounts)
	for _, volume := range pod.Volumes[1:] {
		require.EqualValues(t, 0o440, *modeOf(volume), "only the program reads it")
	}
}

func modeOf(v corev1.Volume) *int32 {
	if v.Secret != nil {
		return v.Secret.DefaultMode
	}
	return v.ConfigMap.DefaultMode
}

// The ConfigMap of a sidecar must not be that of a workload with a similar name.
func TestConfigMapsOfWorkloadsNeverClash(t *testing.T) {
	values := []workload.Config{{Values: map[string]string{"A": "a"}}}
	first := worker()
	first.Sidecars = []workload.Sidecar{{Name: "proxy", Image: image, Config: values}}
	second := withConfig(values...)
	second.Name = "mailer-proxy"
	one, err := first.Build()
	require.NoError(t, err)
	two, err := second.Build()
	require.NoError(t, err)
	require.NotEqual(t, one.ConfigMaps[0].Name, two.ConfigMaps[0].Name)
}

func TestLargeValuesAreRefused(t *testing.T) {
	w := withConfig(workload.Config{Values: map[string]string{"A": strings.Repeat("a", 1<<20)}})
	require.EqualError(t, w.Validate(), "config[0].values: Invalid value: are 1048577 bytes, and a ConfigMap holds 1048576: "+
		"put large files into the image, or onto a volume")
	w.Config[0].Values["A"] = w.Config[0].Values["A"][1:]
	require.NoError(t, w.Validate())
	w.Config[0].Values["A"] = "\xff"
	require.EqualError(t, w.Validate(), "config[0].values[A]: Invalid value: is not text: write UTF-8")
}

// A pod is evicted at the sum of its containers' limits: folders that can hold more would never be full.
func TestFoldersFitTheLimit(t *testing.T) {
	w := worker()
	w.Folders = []workload.Folder{{Name: "cache", Path: "/cache", Size: resource.MustParse("448Mi")}}
	require.NoError(t, w.Validate(), "with /tmp it is the 512Mi of the limit")
	w.Init = []workload.Init{{Name: "wait", Image: image}}
	require.ErrorContains(t, w.Validate(), `resources.limits[ephemeral-storage]: Invalid value: "512Mi": is less than the 576Mi`,
		"an init container has a /tmp too, which stays")
	w.Init = nil
	w.Sidecars = []workload.Sidecar{{Name: "proxy", Image: image}}
	require.NoError(t, w.Validate(), "a sidecar has a /tmp, and a limit of its own")
}

// Only who asks for it gets a token, and one that expires.
func TestTokens(t *testing.T) {
	w := worker()
	w.Tokens = []workload.Token{{}, {Audience: "vault", Path: "/vault", ExpirationSeconds: 600}}
	w.Sidecars = []workload.Sidecar{{Name: "proxy", Image: image}}
	pod := template(t, w).Spec
	require.False(t, *pod.AutomountServiceAccountToken)
	api, vault := pod.Volumes[1].Projected.Sources, pod.Volumes[2].Projected.Sources
	require.Len(t, api, 3, "the token, the certificate and the namespace, as client libraries expect them")
	require.EqualValues(t, 3600, *api[0].ServiceAccountToken.ExpirationSeconds)
	require.Len(t, vault, 1)
	require.Equal(t, "vault", vault[0].ServiceAccountToken.Audience)
	require.EqualValues(t, 600, *vault[0].ServiceAccountToken.ExpirationSeconds)
	mounts := pod.Containers[0].VolumeMounts
	require.Equal(t, "/var/run/secrets/kubernetes.io/serviceaccount", mounts[1].MountPath)
	require.True(t, mounts[1].ReadOnly)
	for _, mount := range pod.InitContainers[0].VolumeMounts {
		require.NotContains(t, mount.Name, "token", "a sidecar is another program")
	}
}

func TestSidecarsStartFirstAndStay(t *testing.T) {
	w := worker()
	w.Init = []workload.Init{{Name: "wait", Image: image}}
	w.Sidecars = []workload.Sidecar{{Name: "proxy", Image: image}}
	w.Folders = []workload.Folder{{Name: "shared", Path: "/shared"}, {Name: "tmp", Size: gibibyte()}}
	w.Resources.Limits = corev1.ResourceList{corev1.ResourceEphemeralStorage: resource.MustParse("2Gi")}
	pod := template(t, w).Spec
	require.Len(t, pod.InitContainers, 2)
	proxy, wait := pod.InitContainers[0], pod.InitContainers[1]
	require.Equal(t, corev1.ContainerRestartPolicyAlways, *proxy.RestartPolicy, "it goes on beside the program")
	require.Nil(t, wait.RestartPolicy)
	require.Equal(t, "10m 32Mi 200m 128Mi", strings.Join([]string{
		proxy.Resources.Requests.Cpu().String(), proxy.Resources.Requests.Memory().String(),
		proxy.Resources.Limits.Cpu().String(), proxy.Resources.Limits.Memory().String(),
	}, " "))
	require.Equal(t, pod.Containers[0].Resources.Requests.Memory().String(), wait.Resources.Requests.Memory().String(),
		"it runs in the room that the program will take")
	for _, c := range []corev1.Container{proxy, wait} {
		require.Contains(t, c.VolumeMounts, corev1.VolumeMount{Name: "shared", MountPath: "/shared"})
		require.Contains(t, c.VolumeMounts, corev1.VolumeMount{Name: c.Name + "-tmp", MountPath: "/tmp"}, "a /tmp of its own")
	}
	sizes := map[string]string{}
	for _, volume := range pod.Volumes {
		sizes[volume.Name] = volume.EmptyDir.SizeLimit.String()
	}
	require.Equal(t, map[string]string{"shared": "64Mi", "tmp": "1Gi", "proxy-tmp": "64Mi", "wait-tmp": "64Mi"}, sizes)
}
