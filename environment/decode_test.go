package environment_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/resource"
)

func TestParseTellsMistakesOfForm(t *testing.T) {
	cases := map[string]struct {
		reason string
		add    string // after line 11, in the server
		want   string
	}{
		"UnknownSuggested": {
			"a slip of the pen has one cure", "    replcias: 3\n",
			`12: servers[0].replcias: there is no such field: write replicas`,
		},
		"TextForNumber": {
			"a replica count is a number", "    replicas: three\n",
			`12: servers[0].replicas: "three" is no whole number of 32 bits: write digits, without quotes`,
		},
		"QuotedNumber": {
			"what is in quotes is text", "    replicas: '3'\n",
			`12: servers[0].replicas: "3" is no whole number of 32 bits: write digits, without quotes`,
		},
		"Fraction": {
			"half a replica cannot run", "    replicas: 2.5\n",
			`12: servers[0].replicas: 2.5 is no whole number of 32 bits: write digits, without quotes`,
		},
		"TooLarge": {
			"it would overflow", "    replicas: 3000000000\n",
			`12: servers[0].replicas: 3000000000 is no whole number of 32 bits: write digits, without quotes`,
		},
		"NotANumber": {
			"YAML has a word for it, JSON has not", "    replicas: .nan\n",
			`12: servers[0].replicas: .nan is no whole number of 32 bits: write digits, without quotes`,
		},
		"BadTag": {
			"the tag and the value disagree", "    replicas: !!int three\n",
			`12: servers[0].replicas: three is no whole number of 32 bits: write digits, without quotes`,
		},
		"Boolean": {
			"only YAML 1.1 takes yes for true, editors do not", "    allowMutableTag: yes\n",
			`12: servers[0].allowMutableTag: "yes" is no boolean: write true or false`,
		},
		"NumberForText": {
			"a number has many ways to be written, and text one", "    env:\n      - name: PORT\n        value: 8080\n",
			`14: servers[0].env[0].value: 8080 is no text: put it in quotes`,
		},
		"BooleanForText": {
			"the program would see another word than the file has", "    env:\n      - name: DEBUG\n        value: TRUE\n",
			`14: servers[0].env[0].value: TRUE is no text: put it in quotes`,
		},
		"ListForText": {
			"there is one path", "    readinessPath: [/readyz]\n",
			`12: servers[0].readinessPath: must be one value, not a list and not fields with values`,
		},
		"TextForList": {
			"one argument is a list of one", "    args: --verbose\n",
			`12: servers[0].args: must be a list: write - before each item`,
		},
		"FieldsForList": {
			"variables are a list, as in Kubernetes", "    env:\n      PORT: \"8080\"\n",
			`13: servers[0].env: must be a list: write - before each item`,
		},
		"TextForFields": {
			"a preset is no autoscale", "    autoscale: production\n",
			`12: servers[0].autoscale: must be fields with values: write name: value`,
		},
		"ListForMap": {
			"requests have names", "    resources:\n      requests: [250m]\n",
			`13: servers[0].resources.requests: must be fields with values: write name: value`,
		},
		"Quantity": {
			"Kubernetes knows no MB", "    resources:\n      requests:\n        memory: 512MB\n",
			`14: servers[0].resources.requests[memory]: "512MB" is no quantity: write one like 250m or 512Mi`,
		},
		"QuantityWithHugeExponent": {
			"to read it would take hours", "    resources:\n      requests:\n        cpu: '1e-999999999'\n",
			`14: servers[0].resources.requests[cpu]: "1e-999999999" is no quantity: write one like 250m or 512Mi`,
		},
		"ListForQuantity": {
			"each resource has one quantity", "    resources:\n      requests:\n        cpu: [1]\n",
			`14: servers[0].resources.requests[cpu]: must be one value, not a list and not fields with values`,
		},
		"NullInMap": {
			"a quantity of nothing could be the default or 0", "    resources:\n      requests:\n        cpu:\n",
			`14: servers[0].resources.requests[cpu]: has no value: write one ("" is the empty text), or leave the name out`,
		},
		"NullInList": {
			"an empty item is a forgotten one", "    args:\n      - --verbose\n      -\n",
			`14: servers[0].args[1]: is empty: write an item, or leave out the -`,
		},
		"Tag": {
			"tags of a program's own have no meaning here", "    args: [!secret token]\n",
			`12: servers[0].args[0]: !secret has no meaning here: leave it out, or put text in quotes`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) { requireMistakes(t, tc.reason, valid+tc.add, tc.want) })
	}
}

func TestParseTellsAllMistakesAtOnce(t *testing.T) {
	text := change(t, valid, "preset: production", "preset: [production]") + "    replicas: three\n    prot: 80\nregoin: fra1\n"
	requireMistakes(t, "who mends one mistake wants to know the others", text,
		`5: pools[0].preset: must be one value, not a list and not fields with values`,
		`12: servers[0].replicas: "three" is no whole number of 32 bits: write digits, without quotes`,
		`13: servers[0].prot: there is no such field: write port`,
		`14: regoin: there is no such field: write region`,
	)
}

// A file is read by the rules of YAML 1.2: what looks like text is text.
func TestParseReadsValues(t *testing.T) {
	env := parse(t, valid+`    replicas: 0x3
    autoscale: null
    allowMutableTag: true
    env:
      - name: COUNTRY
        value: no
      - name: SINCE
        value: 2024-01-31
      - name: "NULL"
        value: "null"
    resources:
      requests:
        cpu: 0.3
        memory: 1_000_000_000
      limits:
        memory: 2Gi
`)
	server := env.Servers[0]
	require.Equal(t, int32(3), *server.Replicas, "numbers have all forms that YAML knows")
	require.Nil(t, server.Autoscale, "null is as if the field were not there")
	require.True(t, server.AllowMutableTag)
	require.Equal(t, "no", server.Env[0].Value, "Norway stays Norway")
	require.Equal(t, "2024-01-31", server.Env[1].Value, "a date is text in Kubernetes")
	require.Equal(t, "null", server.Env[2].Value, "what is in quotes is text")
	require.True(t, resource.MustParse("300m").Equal(server.Resources.Requests["cpu"]))
	require.True(t, resource.MustParse("1G").Equal(server.Resources.Requests["memory"]))
	require.True(t, resource.MustParse("2Gi").Equal(server.Resources.Limits["memory"]))
}

func TestParseKeepsNamesInMaps(t *testing.T) {
	env := parse(t, change(t, valid, "  name: shop\n", "  name: shop\n"+
		"  labels: {on: \"1\", 1.10: \"2\", 010: \"3\", yes: \"4\"}\n"))
	require.Equal(t, map[string]string{"on": "1", "1.10": "2", "010": "3", "yes": "4"}, env.Namespace.Labels,
		"a name is what is written, not true, 1.1 and 8, as YAML 1.1 has it")
}

// Aliases of aliases make very much of a short file.
func TestParseBoundsWhatAliasesMake(t *testing.T) {
	many := "[" + strings.Repeat("*a,", 2000) + "]"
	text := "x: [&a {name: A}, &b " + many + "]\nservers: [" + strings.Repeat("{env: *b},", 2000) + "]\n"
	requireMistakes(t, "a short file takes neither minutes nor gigabytes", text,
		"1: x: there is no such field; there are apiVersion, cluster, kind, name, namespace, outside, pools, profile, region, schedules, servers, stateful, tasks, workers",
		"1: servers[24].env[1974]: more than 100000 values: have fewer aliases repeat each other")
}
