package workload_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/caissonhq/caisson/workload"
)

// mistake in one field of a good server, and how the one error that follows begins.
type mistake struct {
	reason string
	change func(*workload.Server)
	want   string
}

func requireExplained(t *testing.T, cases map[string]mistake) {
	t.Helper()
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			server := web()
			tc.change(&server)
			err := server.Validate()
			require.ErrorContains(t, err, tc.want, tc.reason)
			require.True(t, strings.HasPrefix(err.Error(), tc.want), "%v: the field comes first, and there is one error", err)
			objects, err := server.Objects()
			require.ErrorContains(t, err, tc.want)
			require.Nil(t, objects)
			require.Empty(t, server.Requires())
		})
	}
}

type server = workload.Server

func TestMistakesInNamesAndImages(t *testing.T) {
	requireExplained(t, map[string]mistake{
		"no name": {"It names everything.", func(s *server) { s.Name = "" }, `name: Required value: write a DNS label, like "web"`},
		"bad name": {
			"Names are DNS labels.", func(s *server) { s.Name = "Web_1" },
			`name: Invalid value: "Web_1": a DNS-1035 label must consist of lower case`,
		},
		"digit first":  {"A Service's name begins with a letter.", func(s *server) { s.Name = "1web" }, `name: Invalid value: "1web"`},
		"long name":    {"Labels hold 63.", func(s *server) { s.Name = strings.Repeat("a", 64) }, "name: Invalid value: "},
		"no namespace": {"Nobody said where.", func(s *server) { s.Namespace = "" }, "namespace: Required value: write a DNS label"},
		"bad namespace": {
			"There is no such namespace.", func(s *server) { s.Namespace = "Shop" },
			`namespace: Invalid value: "Shop": a lowercase RFC 1123 label must consist of`,
		},
		"no image": {"There is nothing to run.", func(s *server) { s.Image = "" }, "image: Required value: write registry/name@sha256:<digest>"},
		"tag": {
			"What a tag names can change.", func(s *server) { s.Image = "web:1" },
			`image: Invalid value: "web:1": must end in @sha256:<64 hex digits>, since what a tag names can change; allowMutableTag: true accepts a tag`,
		},
		"short digest": {"It would never be pulled.", func(s *server) { s.Image = "web@sha256:0" }, `image: Invalid value: "web@sha256:0": must end in @sha256`},
		"image of words": {
			"It is a slip of the keyboard.", func(s *server) { s.Image, s.AllowMutableTag = "web: 1", true },
			`image: Invalid value: "web: 1": must not contain white space`,
		},
		"image with a line end": {
			"It comes from a file, and the API server refuses it.", func(s *server) { s.Image, s.AllowMutableTag = "web:1\r", true },
			`image: Invalid value: "web:1\r": must not contain white space`,
		},
	})
}

func TestMistakesInPortsAndPaths(t *testing.T) {
	requireExplained(t, map[string]mistake{
		"no port": {"Nothing could call it.", func(s *server) { s.Port = 0 }, "port: Required value: write the port that the program listens on, like 8080"},
		"port of root": {
			"The program is not root.", func(s *server) { s.Port, s.ServicePort = 80, 80 },
			"port: Invalid value: 80: must be between 1024 and 65535: the program is not root and cannot listen below it",
		},
		"port above all":   {"There is no such port.", func(s *server) { s.Port, s.ServicePort = 65536, 80 }, "port: Invalid value: 65536: must be between 1024 and 65535"},
		"port below zero":  {"There is no such port.", func(s *server) { s.Port, s.ServicePort = -1, 80 }, "port: Invalid value: -1: must be between"},
		"service port":     {"There is no such port.", func(s *server) { s.ServicePort = 70000 }, "servicePort: Invalid value: 70000: must be between 1 and 65535"},
		"service port < 0": {"There is no such port.", func(s *server) { s.ServicePort = -1 }, "servicePort: Invalid value: -1: must be between 1 and 65535"},
		"one path": {
			"A slow database would restart all.", func(s *server) { s.ReadinessPath, s.LivenessPath = "/a", "/a" },
			`livenessPath: Invalid value: "/a": must differ from readinessPath: whatever keeps a replica from serving would restart all of them`,
		},
		"readiness": {"A path begins with a slash.", func(s *server) { s.ReadinessPath = "ready" }, `readinessPath: Invalid value: "ready": must begin with "/"`},
		"liveness":  {"A path begins with a slash.", func(s *server) { s.LivenessPath = "live" }, `livenessPath: Invalid value: "live": must begin with "/"`},
		"env twice": {
			"One would win in silence.", func(s *server) { s.Env = []corev1.EnvVar{{Name: "A"}, {Name: "A"}} },
			`env[1].name: Duplicate value: "A"`,
		},
		"env name": {"There is no such variable.", func(s *server) { s.Env = []corev1.EnvVar{{Name: "="}} }, `env[0].name: Invalid value: "="`},
		"env from two": {
			"Which one would it be?",
			func(s *server) { s.Env = []corev1.EnvVar{{Name: "A", Value: "a", ValueFrom: &corev1.EnvVarSource{}}} },
			`env[0]: Invalid value: "A": give either value or valueFrom`,
		},
	})
}

func TestMistakesInNumbers(t *testing.T) {
	requests := func(name corev1.ResourceName, quantity string) func(*server) {
		return func(s *server) { s.Resources.Requests = corev1.ResourceList{name: resource.MustParse(quantity)} }
	}
	limits := func(name corev1.ResourceName, quantity string) func(*server) {
		return func(s *server) { s.Resources.Limits = corev1.ResourceList{name: resource.MustParse(quantity)} }
	}
	scale := func(a workload.Autoscale) func(*server) { return func(s *server) { s.Autoscale = &a } }
	requireExplained(t, map[string]mistake{
		"profile": {
			"It is a typo.", func(s *server) { s.Profile = "prod" },
			`profile: Unsupported value: "prod": supported values: "production", "staging", "dev"`,
		},
		"preset": {"It is a typo.", func(s *server) { s.Preset = "web" }, `preset: Unsupported value: "web": supported values: "api", "bot"`},
		"requests above the limit": {
			"The API server would refuse the pods later.", requests("cpu", "3"),
			`resources.requests[cpu]: Invalid value: "3": is above the limit of 1: raise the limit or lower the request`,
		},
		"limit below the request": {
			"The preset's request stays where only the limit is given.", limits("memory", "256Mi"),
			`resources.requests[memory]: Invalid value: "512Mi": is above the limit of 256Mi: raise the limit or lower the request`,
		},
		"no request":         {"The scheduler would know nothing.", requests("memory", "0"), `resources.requests[memory]: Invalid value: "0": must be more than 0`},
		"request below zero": {"There is no such request.", requests("ephemeral-storage", "-1"), "resources.requests[ephemeral-storage]: Invalid value: \"-1\": must be more than 0"},
		"memory in thousandths": {
			"256m is a quarter of a byte.", requests("memory", "256m"),
			`resources.requests[memory]: Invalid value: "256m": is less than 1Mi: write Mi or Gi after the number`,
		},
		"CPUs in memory's unit": {
			"It is a slip, and no node has so many.", limits("cpu", "1Gi"),
			`resources.limits[cpu]: Invalid value: "1Gi": is more CPUs than any node has: write 500m or 2; Mi and Gi are for memory`,
		},
		"misspelt request": {
			"The scheduler would not know it.", requests("cpus", "1"),
			`resources.requests: Unsupported value: "cpus": supported values: "cpu", "memory", "ephemeral-storage"`,
		},
		"misspelt limit": {"It would limit nothing.", limits("CPU", "1"), `resources.limits: Unsupported value: "CPU": supported values: "cpu"`},
		"replicas and autoscale": {
			"One number has one owner.", func(s *server) { s.Replicas, s.Autoscale = new(int32(3)), &workload.Autoscale{} },
			"replicas: Invalid value: 3: autoscale is given too, and an autoscaler owns the number of replicas: keep one of them",
		},
		"negative replicas": {"There are none.", func(s *server) { s.Replicas = new(int32(-1)) }, "replicas: Invalid value: -1: must be 0 or more"},
		"max is min": {
			"Nothing could scale.", scale(workload.Autoscale{Min: 4, Max: 4}),
			"autoscale.max: Invalid value: 4: must be more than min, which is 4; for a fixed number write replicas",
		},
		"min above the default max": {"Nothing could scale.", scale(workload.Autoscale{Min: 12}), "autoscale.max: Invalid value: 10: must be more than min, which is 12"},
		"negative min":              {"There are none.", scale(workload.Autoscale{Min: -1}), "autoscale.min: Invalid value: -1: must be 1 or more"},
		"CPU never reached": {
			"No container uses 50 times what it requests.", scale(workload.Autoscale{CPUPercent: 5000}),
			"autoscale.cpuPercent: Invalid value: 5000: must be between 1 and 1000 percent of the requests",
		},
		"negative memory": {
			"Every replica is above it.", scale(workload.Autoscale{MemoryPercent: -1}),
			"autoscale.memoryPercent: Invalid value: -1: must be between 1 and 1000 percent of the requests",
		},
	})
}

func TestAllMistakesAtOnce(t *testing.T) {
	err := workload.Server{}.Validate()
	for _, path := range []string{"name", "namespace", "image", "port"} {
		require.ErrorContains(t, err, path+": Required value")
	}
	require.NotContains(t, err.Error(), "servicePort", "it follows the port, and nobody gave it")
}

// What looks odd and is right must stay possible.
func TestWhatIsAllowed(t *testing.T) {
	for reason, change := range map[string]func(*server){
		"An opt-out names the danger.":                func(s *server) { s.Image, s.AllowMutableTag = "web", true },
		"A tag may stand before the digest.":          func(s *server) { s.Image = strings.Replace(image, "@", ":1.2@", 1) },
		"Namespaces may begin with a digit.":          func(s *server) { s.Namespace = "2024-shop" },
		"A name may have 63 characters.":              func(s *server) { s.Name = strings.Repeat("a", 63) },
		"The Service may take what the program can't": func(s *server) { s.ServicePort = 1 },
		"Nothing may run for a while.":                func(s *server) { s.Replicas = new(int32(0)) },
		"Who sets a number switches scaling off.":     func(s *server) { s.Replicas = new(int32(3)) },
		"An empty value is a value.":                  func(s *server) { s.Env = []corev1.EnvVar{{Name: "A"}} },
	} {
		s := web()
		change(&s)
		require.NoError(t, s.Validate(), reason)
	}
}
