package environment_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/caissonhq/caisson/environment"
	"github.com/caissonhq/caisson/nodepool"
)

const label = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and " +
	"end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is " +
	"'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"

func TestParseTellsMistakesOfTheEnvironment(t *testing.T) {
	cases := map[string]struct {
		reason   string
		from, to string // in the valid text
		want     string
	}{
		"NoAPIVersion": {
			"the version says how the rest is read", "apiVersion: caisson.dev/v1alpha1\n", "",
			`1: apiVersion: Required value: write caisson.dev/v1alpha1`,
		},
		"FirstLine": {
			"what is missing has the line where the fields begin", "apiVersion: caisson.dev/v1alpha1\n", "# The shop.\n\n",
			`3: apiVersion: Required value: write caisson.dev/v1alpha1`,
		},
		"OtherAPIVersion": {
			"of another version nothing is known", "v1alpha1", "v1",
			`1: apiVersion: Unsupported value: "caisson.dev/v1": supported values: "caisson.dev/v1alpha1"`,
		},
		"NoKind": {
			"the line is that of the first field, when there is none of its own", "kind: Environment\n", "",
			`1: kind: Required value: write Environment`,
		},
		"OtherKind": {
			"another program's file", "Environment", "Deployment",
			`2: kind: Unsupported value: "Deployment": supported values: "Environment"`,
		},
		"NoName": {
			"objects belong to a set with a name", "name: shop\npools", "pools",
			`1: name: Required value: write a DNS label, like "shop"`,
		},
		"BadName": {
			"the name becomes one of an object", "name: shop\npools", "name: Shop\npools",
			`3: name: Invalid value: "Shop": ` + label,
		},
		"BadProfile": {
			"said once, not for each server that has it from the environment", "name: shop\npools",
			"name: shop\nprofile: prod\npools",
			`4: profile: Unsupported value: "prod": supported values: "production", "staging", "dev"`,
		},
		"BadRegion": {
			"nodes carry it as a label", "name: shop\npools", "name: shop\nregion: Frankfurt 1\npools",
			`4: region: Invalid value: "Frankfurt 1": ` + label,
		},
		"NoNamespace": {
			"said once, not for each server that has it from the environment", "namespace:\n  name: shop\n", "",
			`1: namespace.name: Required value: write a DNS label, like "shop"`,
		},
		"NamespaceWithoutName": {
			"the line is that of the field around it", "namespace:\n  name: shop\n", "namespace:\n  podSecurity: baseline\n",
			`6: namespace.name: Required value: write a DNS label, like "shop"`,
		},
		"NamespaceOfKubernetes": {
			"each block's own checks have their place in the file", "namespace:\n  name: shop\n",
			"namespace:\n  name: kube-system\n",
			`7: namespace.name: Invalid value: "kube-system": belongs to Kubernetes: choose a name of your own`,
		},
		"BadPodSecurity": {
			"there are three levels", "  name: shop\n", "  name: shop\n  podSecurity: strict\n",
			`8: namespace.podSecurity: Unsupported value: "strict": supported values: "restricted", "baseline", "privileged"`,
		},
		"NoPools": {
			"pods need nodes", "pools:\n  - preset: production\n", "pools:\n",
			`4: pools: Required value: write at least one pool, like - preset: production`,
		},
		"BadPreset": {
			"a preset stands for a size and a count", "preset: production",
			"preset: large\n    size: s-4vcpu-16gb-amd\n    count: 3",
			`5: pools[0].preset: Unsupported value: "large": supported values: "production", "staging", "dev", "interruptible", "private"`,
		},
		"BadSize": {
			"what nodes of an unknown size hold is not known", "preset: production", "preset: production\n    size: large",
			`6: pools[0].size: Invalid value: size "large": ` +
				`the name does not say how many vCPU and GiB it has, as s-4vcpu-16gb-amd does`,
		},
		"BadCount": {
			"a pool has nodes", "preset: production", "preset: production\n    count: -1",
			`6: pools[0].count: Invalid value: -1: must be 1 or more`,
		},
		"PoolsWithOneName": {
			"servers name their pool", "preset: production", "preset: production\n  - preset: production",
			`6: pools[1].name: Duplicate value: "production"`,
		},
		"TooManyNodes": {
			"a slip of the finger must not fill the memory", "preset: production",
			"preset: production\n    count: 4998\n  - preset: dev\n    count: 3",
			`8: pools[1].count: Invalid value: 3: a cluster has at most 5000 nodes: write a smaller number`,
		},
		"TooManyNodesOfAutoscalers": {
			"what it can become counts", "preset: production",
			"preset: production\n    count: 4998\n  - preset: dev\n    autoscale:\n      min: 1\n      max: 3",
			`10: pools[1].autoscale.max: Invalid value: 3: a cluster has at most 5000 nodes: write a smaller number`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) { requireMistakes(t, tc.reason, change(t, valid, tc.from, tc.to), tc.want) })
	}
}

func TestParseTellsMistakesOfServers(t *testing.T) {
	const bot = "  - name: bot\n    image: " + image + "\n    port: 8080\n"
	cases := map[string]struct {
		reason string
		add    string // after line 11, in the server
		want   string
	}{
		"OtherNamespace": {
			"an environment is one namespace", "    namespace: other\n",
			`12: servers[0].namespace: Invalid value: "other": must be the environment's, "shop": leave it out`,
		},
		"BadProfile": {
			"a server's own profile is its own mistake", "    profile: prod\n",
			`12: servers[0].profile: Unsupported value: "prod": supported values: "production", "staging", "dev"`,
		},
		"BadPreset": {
			"a preset stands for resources", "    preset: web\n",
			`12: servers[0].preset: Unsupported value: "web": supported values: "api", "bot"`,
		},
		"UnknownPool": {
			"its pods would wait forever", "    pool: general\n",
			`12: servers[0].pool: Unsupported value: "general": supported values: "production"`,
		},
		"PoolAndPlacement": {
			"one of the two would be ignored", "    pool: production\n    placement:\n      nodeSelector: {disk: ssd}\n",
			`13: servers[0].placement: Invalid value: pool is given too, and says the same: keep one of them`,
		},
		"AutoscaleAndReplicas": {
			"only one can own the number", "    replicas: 2\n    autoscale: {max: 5}\n",
			`12: servers[0].replicas: Invalid value: 2: autoscale is given too, ` +
				`and an autoscaler owns the number of replicas: keep one of them`,
		},
		"AutoscaleBounds": {
			"the mistake is in a value that was not written, its line is that of the field around it",
			"    autoscale:\n      min: 20\n",
			`12: servers[0].autoscale.max: Invalid value: 10: ` +
				`must be more than min, which is 20; for a fixed number write replicas`,
		},
		"RequestAboveLimit": {
			"paths of maps have their lines too", "    resources:\n      requests:\n        cpu: 2\n",
			`14: servers[0].resources.requests[cpu]: Invalid value: "2": is above the limit of 1: ` +
				`raise the limit or lower the request`,
		},
		"RequestOfThePreset": {
			"nor are they far from what was not written", "    resources:\n      requests:\n        cpu: 300m\n" +
				"      limits:\n        memory: 256Mi\n",
			`13: servers[0].resources.requests[memory]: Invalid value: "512Mi": is above the limit of 256Mi: ` +
				`raise the limit or lower the request`,
		},
		"SameName": {
			"both would be the same Deployment", strings.Replace(bot, "bot", "api", 1),
			`12: servers[1].name: Duplicate value: "api"`,
		},
		"CallsNobody": {
			"the connection would be denied without a word", "    calls: [bto]\n" + bot,
			`12: servers[0].calls[0]: Invalid value: "bto": there is no such server: write one of "bot"`,
		},
		"CallsNobodyAlone": {
			"there is nobody to call", "    calls: [bot]\n",
			`12: servers[0].calls[0]: Invalid value: "bot": there is no such server, nor any other than this one`,
		},
		"CallsItself": {
			"replicas of one server do not call each other by its name", "    calls: [api]\n",
			`12: servers[0].calls[0]: Invalid value: "api": is this server itself: leave it out`,
		},
		"CallsTwice": {
			"one of them is a mistake", "    calls:\n      - bot\n      - bot\n" + bot,
			`14: servers[0].calls[1]: Duplicate value: "bot"`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) { requireMistakes(t, tc.reason, valid+tc.add, tc.want) })
	}
}

func TestParseTellsAllMistakesOfMeaningAtOnce(t *testing.T) {
	text := change(t, valid, "kind: Environment\n", "kind: Environments\n")
	text = change(t, text, "preset: production", "size: large")
	text = change(t, text, "  name: shop\n", "  name: default\n")
	text = change(t, text, "port: 8080", "port: 80") +
		"    pool: x\n    calls: [y]\n  - name: bot\n    image: bot:latest\n    port: 8080\n"
	requireMistakes(t, "all blocks are asked, and what was built on top", text,
		`2: kind: Unsupported value: "Environments": supported values: "Environment"`,
		`7: namespace.name: Invalid value: "default": belongs to Kubernetes: choose a name of your own`,
		`5: pools[0].name: Required value: write a DNS label, like "general"`,
		`5: pools[0].count: Invalid value: 0: must be 1 or more`,
		`5: pools[0].size: Invalid value: size "large": `+
			`the name does not say how many vCPU and GiB it has, as s-4vcpu-16gb-amd does`,
		`11: servers[0].port: Invalid value: 80: must be between 1024 and 65535: `+
			`the program is not root and cannot listen below it`,
		`12: servers[0].pool: Unsupported value: "x"`,
		`13: servers[0].calls[0]: Invalid value: "y": there is no such server: write one of "bot"`,
		`15: servers[1].image: Invalid value: "bot:latest": must end in @sha256:<64 hex digits>, `+
			`since what a tag names can change; allowMutableTag: true accepts a tag`,
	)
}

func TestParseTellsEachMistakeOnce(t *testing.T) {
	const two = `apiVersion: caisson.dev/v1alpha1
kind: Environment
name: shop
profile: prod
pools:
  - count: 1
  - count: 1
namespace:
  name: Shop
servers:
  - image: ` + image + `
    port: 8080
    profile: test
    namespace: other
  - image: ` + image + `
    port: 8080
`
	const badProfile = `Unsupported value: %q: supported values: "production", "staging", "dev"`
	requireMistakes(t, "the first server's own mistakes are told, the second has them from the environment; "+
		"two without a name do not have the same name, and no size is no wrong size", two,
		`4: profile: `+fmt.Sprintf(badProfile, "prod"),
		`9: namespace.name: Invalid value: "Shop": `+label,
		`6: pools[0].name: Required value: write a DNS label, like "general"`,
		`6: pools[0].size: Required value: write a size, like "s-2vcpu-8gb-amd", or a preset`,
		`7: pools[1].name: Required value: write a DNS label, like "general"`,
		`7: pools[1].size: Required value: write a size, like "s-2vcpu-8gb-amd", or a preset`,
		`11: servers[0].name: Required value: write a DNS label, like "web"`,
		`13: servers[0].profile: `+fmt.Sprintf(badProfile, "test"),
		`14: servers[0].namespace: Invalid value: "other": must be the environment's, "Shop": leave it out`,
		`15: servers[1].name: Required value: write a DNS label, like "web"`,
	)
}

// An environment that was made in Go has no lines, and the same checks.
func TestValidate(t *testing.T) {
	env := *parse(t, valid)
	require.NoError(t, env.Validate())
	env.Servers[0].Pool = "general"
	require.EqualError(t, env.Validate(), `servers[0].pool: Unsupported value: "general": supported values: "production"`)
	env.Pools = append(env.Pools, nodepool.Pool{Name: "general", Preset: nodepool.PresetDev})
	env.Servers[0].Placement.Tolerations = []corev1.Toleration{{Operator: corev1.TolerationOpExists}}
	require.ErrorContains(t, env.Validate(), "servers[0].placement: Invalid value: pool is given too")

	require.ErrorContains(t, environment.Environment{}.Validate(), "apiVersion: Required value")
}

func TestLimitsOfTheNamespaceHoldForServers(t *testing.T) {
	text := valid + "    resources:\n      limits:\n        memory: 64Gi\n"
	_, err := environment.Parse("shop.yaml", []byte(text))
	require.ErrorContains(t, err, "shop.yaml:14: servers[0].resources.limits[memory]: Invalid value: \"64Gi\": "+
		"is above 12Gi, the most that a container of the namespace may have")

	raised := strings.Replace(text, "  name: shop\nservers:", "  name: shop\n  limits: {max: {memory: 64Gi}}\n  quota: {limits.memory: 1Ti}\nservers:", 1)
	_, err = environment.Parse("shop.yaml", []byte(raised))
	require.NoError(t, err)
}
