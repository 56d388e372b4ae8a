package workload_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/yaml"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/workload"
)

// gibibyte of a volume.
func gibibyte() resource.Quantity { return resource.MustParse("1Gi") }

func worker() workload.Worker {
	return workload.Worker{Name: "mailer", Namespace: "shop", Image: image}
}

func task() workload.Task {
	return workload.Task{Name: "migrate", Namespace: "shop", Image: image}
}

func schedule() workload.Schedule {
	return workload.Schedule{Name: "report", Namespace: "shop", Image: image, Cron: "30 3 * * *"}
}

func stateful() workload.Stateful {
	return workload.Stateful{
		Name: "db", Namespace: "shop", Image: image, Port: 5432,
		Volumes: []workload.Volume{{Name: "data", Path: "/var/lib/db", Size: gibibyte()}},
	}
}

// everything that all kinds have, with every field set.
const everything = `
image: registry.digitalocean.com/shop/web:1.2
allowMutableTag: true
command: [/web]
args: [--verbose]
env:
- {name: COLOR, value: blue}
- {name: KEY, valueFrom: {secretKeyRef: {name: keys, key: web}}}
config:
- {values: {app.yaml: "level: info\n"}, path: /etc/app}
- {secret: keys, prefix: KEYS_}
- {configMap: settings, path: /etc/settings}
folders:
- {name: cache, path: /var/cache/app, size: 100Mi}
- {name: tmp, size: 128Mi}
tokens:
- {audience: vault, expirationSeconds: 600, path: /var/run/secrets/vault}
- {}
sidecars:
- name: proxy
  image: registry.digitalocean.com/shop/proxy:1
  allowMutableTag: true
  command: [/proxy]
  args: [--quiet]
  env: [{name: LEVEL, value: warn}]
  config: [{values: {MODE: fast}}]
  ports: [{name: metrics, port: 9090}, {name: dns, port: 5353, protocol: UDP}]
  resources: {limits: {cpu: 300m}}
init:
- name: wait
  image: registry.digitalocean.com/shop/wait:1
  allowMutableTag: true
  command: [/wait]
  args: [--for=db]
  env: [{name: LEVEL, value: warn}]
  config: [{configMap: settings}]
  resources: {requests: {cpu: 10m}}
runtime: go
profile: staging
preset: bot
resources: {requests: {cpu: 300m}, limits: {memory: 3Gi}}
priorityClass: gold
placement:
  nodeSelector: {caisson.dev/pool: general}
  tolerations: [{key: dedicated, operator: Equal, value: web, effect: NoExecute, tolerationSeconds: 30}]
`

// full gives a spec with everything, and with what its kind alone has.
func full[T any](own string) T {
	var spec T
	if err := yaml.UnmarshalStrict([]byte("namespace: shop"+everything+own), &spec); err != nil {
		panic(err)
	}
	return spec
}

func fullServer() workload.Server {
	s := full[workload.Server](`name: web
port: 8080
servicePort: 80
protocol: grpc
readinessPath: ready
livenessPath: live
autoscale: {min: 3, max: 7, cpuPercent: 50, memoryPercent: 60}
`)
	s.Config[1].RollOnChange, s.Config[2].RollOnChange = true, true
	return s
}

func fullWorker() workload.Worker {
	w := full[workload.Worker](`name: mailer
livenessCommand: [/web, alive]
autoscale: {min: 3, max: 7, cpuPercent: 50, memoryPercent: 60}
`)
	w.Config[1].RollOnChange, w.Config[2].RollOnChange = true, true
	return w
}

func fullTask() workload.Task {
	return full[workload.Task]("name: migrate\nretries: 0\ndeadline: 90s\n")
}

func fullSchedule() workload.Schedule {
	return full[workload.Schedule](`name: report
cron: "*/15 8-18 * jan-jun,dec mon-fri"
timeZone: Europe/Berlin
startingDeadline: 5m
suspend: true
retries: 0
deadline: 90s
`)
}

func fullStateful() workload.Stateful {
	s := full[workload.Stateful](`name: db
port: 5432
servicePort: 5433
protocol: http
readinessPath: /readyz
livenessPath: /livez
volumes:
- {name: data, path: /var/lib/db, size: 10Gi}
- {name: log, path: /var/log/db, size: 1Gi}
onDelete: delete-volumes
replicas: 3
`)
	s.Config[1].RollOnChange, s.Config[2].RollOnChange = true, true
	return s
}

// kinds of workload, each by default and with everything.
var kinds = map[string]func() caisson.Builder{
	"server":           func() caisson.Builder { return web() },
	"server-full":      func() caisson.Builder { return fullServer() },
	"worker":           func() caisson.Builder { return worker() },
	"worker-full":      func() caisson.Builder { return fullWorker() },
	"worker-singleton": func() caisson.Builder { return singleton() },
	"task":             func() caisson.Builder { return task() },
	"task-full":        func() caisson.Builder { return fullTask() },
	"schedule":         func() caisson.Builder { return schedule() },
	"schedule-full":    func() caisson.Builder { return fullSchedule() },
	"stateful":         func() caisson.Builder { return stateful() },
	"stateful-full":    func() caisson.Builder { return fullStateful() },
}

func singleton() workload.Worker {
	bot := worker()
	bot.Name, bot.Preset, bot.Singleton = "bot", workload.Bot, true
	return bot
}

// template of the pods, whatever makes them.
func template(t *testing.T, b caisson.Builder) corev1.PodTemplateSpec {
	t.Helper()
	objects, err := b.Objects()
	require.NoError(t, err)
	for _, object := range objects {
		if found := templateOf(object); found != nil {
			return *found
		}
	}
	require.Fail(t, "no pods")
	return corev1.PodTemplateSpec{}
}
