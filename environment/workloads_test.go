package environment_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/caissonhq/caisson/environment"
	"github.com/caissonhq/caisson/internal/golden"
)

// allKinds is a file with a workload of each kind.
const allKinds = valid + `    calls: [db]
workers:
  - name: bot
    preset: bot
    singleton: true
    image: ` + image + `
    pool: production
    calls: [api, db]
tasks:
  - name: migrate
    image: ` + image + `
    deadline: 10m
    calls: [db]
schedules:
  - name: report
    image: ` + image + `
    cron: "@daily"
    timeZone: Europe/Berlin
    calls: [db]
stateful:
  - name: db
    image: ` + image + `
    port: 5432
    replicas: 2
    volumes:
      - {name: data, path: /var/lib/db, size: 10Gi}
    calls: [db]
`

func TestObjectsOfAllKinds(t *testing.T) {
	env := *parse(t, allKinds)
	objects, err := env.Objects()
	require.NoError(t, err)
	golden.Compare(t, "testdata/kinds.yaml", golden.YAML(t, objects))
	require.Empty(t, validateSchema(t, allKinds))

	objs, err := env.Build()
	require.NoError(t, err)
	require.NoError(t, objs.Validate())
	require.Contains(t, objs.Servers, "api")
	require.Contains(t, objs.Workers, "bot")
	require.Contains(t, objs.Tasks, "migrate")
	require.Contains(t, objs.Schedules, "report")
	require.Contains(t, objs.Stateful, "db")
	require.Equal(t, map[string]string{"caisson.dev/pool": "production"}, objs.Workers["bot"].Deployment.Spec.Template.Spec.NodeSelector)
	objs.Stateful["db"].Headless.Name = "other"
	require.ErrorContains(t, objs.Validate(), "statefulSet.spec.serviceName", "each kind is checked on its way to the cluster")
}

func TestAllKindsRoundTrip(t *testing.T) {
	env := parse(t, allKinds)
	text, err := sigsyaml.Marshal(env)
	require.NoError(t, err)
	require.Equal(t, env, parse(t, string(text)))
}

func TestConnectionsOfAllKinds(t *testing.T) {
	objs, err := parse(t, allKinds).Build()
	require.NoError(t, err)
	names := make([]string, 0, len(objs.Connections.NetworkPolicies))
	for _, policy := range objs.Connections.NetworkPolicies {
		names = append(names, policy.Name)
	}
	require.Equal(t, []string{
		"api.to.db", "db.from.api", "bot.to.api", "api.from.bot", "bot.to.db", "db.from.bot", "migrate.to.db", "db.from.migrate",
		"report.to.db", "db.from.report", "db.to.db", "db.from.db",
	}, names, "replicas of a database call each other")
	require.Equal(t, 5432, objs.Connections.NetworkPolicies[1].Spec.Ingress[0].Ports[0].Port.IntValue())
}

func TestParseTellsMistakesOfAllKinds(t *testing.T) {
	const tooMuch = "write one like 90s or 1h30m"
	cases := map[string]struct {
		reason   string
		from, to string
		want     string
	}{
		"SameName": {
			"labels and accounts have the name, whatever the kind", "name: migrate", "name: api",
			`21: tasks[0].name: Duplicate value: "api"`,
		},
		"HeadlessName": {
			"a stateful program has two Services", "workers:\n", "  - name: db-headless\n    image: " + image + "\n    port: 8080\nworkers:\n",
			`35: stateful[0].name: Invalid value: "db": needs a Service of the name db-headless, which is that of servers[1]: ` +
				`choose another for one of them`,
		},
		"CallsAWorker": {
			"it has no port", "    deadline: 10m\n    calls: [db]", "    deadline: 10m\n    calls: [bot]",
			`24: tasks[0].calls[0]: Invalid value: "bot": is a worker, which listens on no port: leave it out, or let that one call`,
		},
		"CallsNobody": {
			"only who listens is offered", "    deadline: 10m\n    calls: [db]", "    deadline: 10m\n    calls: [dbs]",
			`24: tasks[0].calls[0]: Invalid value: "dbs": there is no such server: write one of "api", "db"`,
		},
		"UnknownPool": {
			"its pods would wait forever", "pool: production", "pool: general",
			`18: workers[0].pool: Unsupported value: "general": supported values: "production"`,
		},
		"Singleton": {
			"each kind's own mistakes have their line", "singleton: true", "singleton: true\n    replicas: 2",
			`17: workers[0].replicas: Invalid value: 2: a singleton is one replica: leave it out, or leave out singleton`,
		},
		"Duration": {
			"durations have a form", "deadline: 10m", "deadline: 10",
			`23: tasks[0].deadline: 10 is no duration: ` + tooMuch,
		},
		"OtherWord": {
			"nobody knows them all", "timeZone:", "timezone:",
			`29: schedules[0].timezone: there is no such field: write timeZone`,
		},
		"Fit": {
			"each kind needs room", "    replicas: 2", "    replicas: 400",
			`32: stateful[0].resources.requests: Invalid value: "cpu 250m, memory 512Mi": only 39 of 400 replicas fit on the nodes ` +
				`(production: 3 x s-4vcpu-16gb-amd): lower the requests or the replicas, or take more or larger nodes`,
		},
		"Limits": {
			"sidecars are containers too", "deadline: 10m",
			"deadline: 10m\n    sidecars: [{name: a, image: a, allowMutableTag: true, resources: {limits: {cpu: 5}}}]",
			`24: tasks[0].sidecars[0].resources.limits[cpu]: Invalid value: "5": is above 3, the most that a container of the ` +
				`namespace may have: lower it, or raise namespace.limits.max[cpu]`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) { requireMistakes(t, tc.reason, change(t, allKinds, tc.from, tc.to), tc.want) })
	}
}

// What fits today must fit when the load is highest, and while everything is updated.
func TestQuota(t *testing.T) {
	at := func(quota string) string {
		return strings.Replace(valid, "  name: shop\nservers:", "  name: shop\n  quota: {"+quota+"}\nservers:", 1)
	}
	const bot = "workers:\n  - name: bot\n    image: " + image + "\n    autoscale: {max: 4}\n"
	const more = " with 10 pods and 1 more in a rolling update takes "
	const remedy = " or more here, or lower autoscale.max, replicas or resources there"
	cases := map[string]struct {
		reason string
		text   string
		want   []string
	}{
		"Pods": {
			"10 and one more", at("pods: 10"),
			[]string{`8: namespace.quota[pods]: Invalid value: "10": the workloads need 11 at their most, and servers[0]` + more +
				`11 of it: write 11` + remedy},
		},
		"PodsOfTwo": {
			"all of them roll with one apply", at("pods: 15") + bot,
			[]string{`8: namespace.quota[pods]: Invalid value: "15": the workloads need 16 at their most, and servers[0]` + more +
				`11 of it: write 16` + remedy},
		},
		"CPU": {
			"requests have a key with and without the word", at("cpu: 1, requests.cpu: 2"),
			[]string{
				`8: namespace.quota[cpu]: Invalid value: "1": the workloads need 2750m at their most, and servers[0]` + more +
					`2750m of it: write 2750m` + remedy,
				`8: namespace.quota[requests.cpu]: Invalid value: "2": the workloads need 2750m at their most, and servers[0]` + more +
					`2750m of it: write 2750m` + remedy,
			},
		},
		"Limits": {
			"limits have their own", at("limits.memory: 4Gi"),
			[]string{`8: namespace.quota[limits.memory]: Invalid value: "4Gi": the workloads need 11Gi at their most, and servers[0]` +
				more + `11Gi of it: write 11Gi` + remedy},
		},
		"Storage": {
			"volumes count too", strings.Replace(allKinds, "  name: shop\nservers:",
				"  name: shop\n  quota: {requests.storage: 15Gi, persistentvolumeclaims: 1}\nservers:", 1),
			[]string{
				`8: namespace.quota[persistentvolumeclaims]: Invalid value: "1": the workloads need 2 at their most, and ` +
					`stateful[0] with 2 pods takes 2 of it: write 2` + remedy,
				`8: namespace.quota[requests.storage]: Invalid value: "15Gi": the workloads need 20Gi at their most, and ` +
					`stateful[0] with 2 pods takes 20Gi of it: write 20Gi` + remedy,
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) { requireMistakes(t, tc.reason, tc.text, tc.want...) })
	}
	for reason, text := range map[string]string{
		"11 are enough":                     at("pods: 11"),
		"and 16 for both":                   at("pods: 16") + bot,
		"what no workload counts towards":   at("services: 0, configmaps: 0"),
		"an environment without any":        "",
		"what runs once has no replicas":    strings.Replace(allKinds, "  name: shop\nservers:", "  name: shop\n  quota: {pods: 16}\nservers:", 1),
		"without replicas there is no more": at("pods: 0") + "    replicas: 0\n",
	} {
		if text != "" {
			_, err := environment.Parse("shop.yaml", []byte(text))
			require.NoError(t, err, reason)
		}
	}
}

// A sidecar is there all the time, an init container only before: the larger of the two counts.
func TestRequestsOfAPod(t *testing.T) {
	const room = "    replicas: 1\n    resources: {requests: {memory: 6Gi}, limits: {memory: 6Gi}}\n"
	one := strings.Replace(valid, "preset: production", "preset: production\n    count: 2", 1) + room
	helper := func(list, memory string) string {
		return "    " + list + ": [{name: a, image: a, allowMutableTag: true, resources: {requests: {memory: " + memory + "}, limits: {memory: " + memory + "}}}]\n"
	}
	for name, tc := range map[string]struct {
		reason, text string
		want         string
	}{
		"Init":    {"it runs before the program, in the same room", one + helper("init", "6Gi"), ""},
		"Sidecar": {"it runs beside the program", one + helper("sidecars", "8Gi"), "cpu 260m, memory 14Gi"},
		"Both":    {"it runs beside the init container", one + helper("sidecars", "7Gi") + strings.ReplaceAll(helper("init", "7Gi"), "name: a", "name: b"), "memory 14Gi"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := environment.Parse("shop.yaml", []byte(tc.text))
			if tc.want == "" {
				require.NoError(t, err, tc.reason)
				return
			}
			require.ErrorContains(t, err, tc.want, tc.reason)
		})
	}
}

// Not everything needs room beside what is there: what is replaced in its place does not, nor what is suspended.
func TestWhatNeedsNoMoreRoom(t *testing.T) {
	const large = "    resources: {requests: {memory: 8Gi}, limits: {memory: 8Gi}}\n"
	one := strings.Replace(valid, "preset: production", "preset: production\n    count: 1", 1) + "    replicas: 1\n"
	_, err := environment.Parse("shop.yaml", []byte(one+"workers:\n  - name: bot\n    image: "+image+"\n    replicas: 1\n"+large))
	require.ErrorContains(t, err, "workers[0].resources.requests", "a rolling update starts a second")
	for reason, text := range map[string]string{
		"a singleton ends before another starts": "workers:\n  - name: bot\n    image: " + image + "\n    singleton: true\n" + large,
		"a replica with a volume ends before another starts": "stateful:\n  - name: db\n    image: " + image +
			"\n    port: 5432\n    volumes: [{name: data, path: /data, size: 1Gi}]\n" + large,
		"a task that changes is another one": "tasks:\n  - name: migrate\n    image: " + image + "\n" + large,
		"what is suspended does not run": "stateful:\n  - name: db\n    image: " + image +
			"\n    port: 5432\n    volumes: [{name: data, path: /data, size: 1Gi}]\n" + large +
			"schedules:\n  - name: report\n    image: " + image + "\n    cron: \"@daily\"\n    suspend: true\n" + large,
	} {
		_, err := environment.Parse("shop.yaml", []byte(one+text))
		require.NoError(t, err, reason)
	}
}

func TestHeadlessNameOfWhatHasNoService(t *testing.T) {
	parse(t, strings.Replace(strings.ReplaceAll(allKinds, "name: bot", "name: db-headless"), "calls: [bot]", "calls: []", 1))
}

// Defaults are handed down to copies, whatever the kind.
func TestNothingChangesAnyKind(t *testing.T) {
	var env, before environment.Environment
	require.NoError(t, sigsyaml.UnmarshalStrict([]byte(allKinds), &env))
	require.NoError(t, sigsyaml.UnmarshalStrict([]byte(allKinds), &before))
	require.NoError(t, env.Validate())
	_, err := env.Objects()
	require.NoError(t, err)
	require.Equal(t, before, env)
}
