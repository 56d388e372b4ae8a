package environment_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseTellsMistakesInMappings(t *testing.T) {
	cases := map[string]struct {
		reason string
		add    string // after line 11, in the server
		want   string
	}{
		"DuplicateField": {
			"YAML takes the last one, and nobody sees it", "    port: 9090\n",
			`12: servers[0].port: is given twice, first in line 11: keep one`,
		},
		"DuplicateInMap": {
			"the same in a map", "    resources:\n      requests:\n        cpu: 1\n        memory: 1Gi\n        cpu: 2\n",
			`16: servers[0].resources.requests[cpu]: is given twice, first in line 14: keep one`,
		},
		"DuplicateQuoted": {
			"quotes do not make another name", "    \"port\": 9090\n",
			`12: servers[0].port: is given twice, first in line 11: keep one`,
		},
		"ListAsName": {
			"YAML allows it, nothing here has such a name", "    ? [a]\n    : b\n",
			`12: servers[0]: a name must be text, not a list and not fields with values`,
		},
		"MergeOfText": {
			"only fields with values can be merged", "    <<: common\n",
			`12: servers[0]: << must be followed by an alias, like *common, of fields with values`,
		},
		"QuotedMerge": {
			"in quotes it is a name", "    '<<': {port: 1}\n",
			`12: servers[0].<<: there is no such field; there are ` + serverFields,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) { requireMistakes(t, tc.reason, valid+tc.add, tc.want) })
	}
}

const serverFields = "allowMutableTag, args, autoscale, calls, command, config, connections, env, folders, gateway, image, init, livenessPath, name, namespace, " +
	"placement, pool, port, preset, priorityClass, profile, protocol, readinessPath, replicas, resources, runtime, servicePort, sidecars, tokens"

func TestParseFollowsAliases(t *testing.T) {
	env := parse(t, valid+`    env: &env
      - &level {name: LEVEL, value: info}
  - name: bot
    image: `+image+`
    port: 8080
    env: *env
  - name: worker
    image: `+image+`
    port: 8080
    env: [*level]
`)
	require.Equal(t, env.Servers[0].Env, env.Servers[1].Env)
	require.Equal(t, env.Servers[0].Env, env.Servers[2].Env)
	env.Servers[0].Env[0].Value = "debug"
	require.Equal(t, "info", env.Servers[1].Env[0].Value, "an alias is a copy: who changes one means one")
}

func TestParseMerges(t *testing.T) {
	env := parse(t, change(t, valid, "  - name: api\n", "  - &api\n    name: api\n")+`    readinessPath: /readyz
    replicas: 2
    resources:
      requests: &small {cpu: 100m, memory: 64Mi}
      limits: &large {cpu: 500m, memory: 1Gi, ephemeral-storage: 256Mi}
  - <<: *api
    name: bot
    replicas: 1
    resources:
      requests: {<<: [*small, *large], memory: 128Mi}
`)
	bot := env.Servers[1]
	require.Equal(t, "bot", bot.Name, "what is written here counts")
	require.Equal(t, int32(1), *bot.Replicas)
	require.Equal(t, "/readyz", bot.ReadinessPath, "what is not comes from what is merged")
	require.Equal(t, "128Mi", bot.Resources.Requests.Memory().String())
	require.Equal(t, "100m", bot.Resources.Requests.Cpu().String(), "of several, the first counts")
	require.Equal(t, "256Mi", bot.Resources.Requests.StorageEphemeral().String())
	require.Empty(t, bot.Resources.Limits, "a field is merged as a whole, not what is in it")
	require.Equal(t, int32(2), *env.Servers[0].Replicas, "what is merged stays as it is")
}

func TestParseMergesOfMerges(t *testing.T) {
	env := parse(t, valid+`    resources:
      requests: &a {cpu: 300m}
      limits: &b {<<: *a, memory: 1Gi}
  - name: bot
    image: `+image+`
    port: 8080
    resources: {limits: {<<: [*b, {cpu: 3}]}}
`)
	require.Equal(t, "300m", env.Servers[1].Resources.Limits.Cpu().String(), "a merged mapping is what it is with its own merges")
}

func TestParseSaysWhereAMergedMistakeStands(t *testing.T) {
	text := change(t, valid, "  - name: api\n", "  - &api\n    name: api\n") + "    replicas: two\n  - <<: *api\n    name: bot\n"
	requireMistakes(t, "it is mended in one place", text,
		`13: servers[0].replicas: "two" is no whole number of 32 bits: write digits, without quotes`,
		`13: servers[1].replicas: "two" is no whole number of 32 bits: write digits, without quotes`)
}

func TestParseSurvivesMergesOfItself(t *testing.T) {
	env := parse(t, change(t, valid, "  - name: api\n", "  - &api\n    <<: *api\n    name: api\n"))
	require.Equal(t, "api", env.Servers[0].Name)
	requireMistakes(t, "a list in itself is no server", "servers: &a [*a]\n",
		"1: servers[0]: must be fields with values: write name: value")
}
