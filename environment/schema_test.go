package environment_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/caissonhq/caisson/environment"
	"github.com/caissonhq/caisson/internal/golden"
	"github.com/caissonhq/caisson/internal/schema"
	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/security"
	"github.com/caissonhq/caisson/workload"
)

func words[T ~string](values ...T) []string {
	all := make([]string, len(values))
	for i, value := range values {
		all[i] = string(value)
	}
	return all
}

// The schema is committed, so that editors find it. It is made of the types and their comments.
func TestSchemaIsUpToDate(t *testing.T) {
	const module = "github.com/caissonhq/caisson"
	got, err := schema.Generate(reflect.TypeFor[environment.Environment](), schema.Options{
		Title: "Environment",
		Fixed: map[string]string{"apiVersion": environment.APIVersion, "kind": environment.Kind},
		Enums: map[reflect.Type][]string{
			reflect.TypeFor[workload.Profile]():     words(workload.Profiles()...),
			reflect.TypeFor[workload.Preset]():      words(workload.Presets()...),
			reflect.TypeFor[workload.Protocol]():    words(workload.Protocols()...),
			reflect.TypeFor[workload.Runtime]():     words(workload.Runtimes()...),
			reflect.TypeFor[workload.OnDelete]():    words(workload.OnDeletes()...),
			reflect.TypeFor[corev1.Protocol]():      words(corev1.ProtocolTCP, corev1.ProtocolUDP),
			reflect.TypeFor[nodepool.Preset]():      words(nodepool.Presets()...),
			reflect.TypeFor[security.PodSecurity](): words(security.PodSecurityLevels()...),
			reflect.TypeFor[corev1.TaintEffect](): words(
				corev1.TaintEffectNoSchedule, corev1.TaintEffectPreferNoSchedule, corev1.TaintEffectNoExecute),
		},
		// They are the environment's, and it has a name for the cluster.
		Without:  map[reflect.Type][]string{reflect.TypeFor[nodepool.Cluster](): {"region", "pools"}},
		Optional: map[reflect.Type][]string{reflect.TypeFor[nodepool.Cluster](): {"name"}},
		Sources: map[string]string{
			module: "..", module + "/environment": ".", module + "/workload": "../workload",
			module + "/nodepool": "../nodepool", module + "/security": "../security",
		},
	})
	require.NoError(t, err)
	golden.Compare(t, "schema.json", got)
}

func TestSchemaIsACopy(t *testing.T) {
	clear(environment.Schema())
	require.True(t, json.Valid(environment.Schema()))
}

func TestSchemaAcceptsTheExamples(t *testing.T) {
	paths, err := filepath.Glob("../examples/caisson/*.yaml")
	require.NoError(t, err)
	require.Len(t, paths, 3)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Empty(t, validateSchema(t, string(text)), path)
	}
}

// What the schema refuses, Load refuses too; the other way round it need not be so.
func TestSchemaRefuses(t *testing.T) {
	cases := map[string]struct {
		reason   string
		from, to string // in the valid text
		want     string
	}{
		"UnknownField": {"a slip of the pen", "port: 8080", "prot: 8080", ".servers[0].prot is unknown"},
		"MissingField": {"a server needs an image", "    image: " + image + "\n", "", ".servers[0].image is required"},
		"OtherKind":    {"the kind is fixed", "kind: Environment", "kind: Job", ".kind: Job is none of [Environment]"},
		"BadPreset": {
			"presets are known", "preset: production", "preset: big",
			".pools[0].preset: big is none of [production staging dev interruptible private]",
		},
		"NumberForText": {"text needs quotes", "name: shop\npools", "name: 1\npools", ".name: integer is no string"},
		"TextForNumber": {"a number has none", "port: 8080", `port: "8080"`, ".servers[0].port: string is no integer"},
		"Fraction":      {"a port is whole", "port: 8080", "port: 80.5", ".servers[0].port: number is no integer"},
		"TextForList": {
			"arguments are a list", "port: 8080", "port: 8080\n    args: x", ".servers[0].args: string is no array",
		},
		"ItemOfList": {"and text", "port: 8080", "port: 8080\n    args: [1]", ".servers[0].args[0]: integer is no string"},
		"ListForFields": {
			"a namespace has fields", "namespace:\n  name", "namespace:\n  - name", ".namespace: array is no object",
		},
		"RegionOfCluster": {"it is the environment's", "pools:", "cluster: {region: fra1}\npools:", ".cluster.region is unknown"},
		"PoolsOfCluster": {
			"they are the environment's", "pools:", "cluster: {pools: [{preset: dev}]}\npools:", ".cluster.pools is unknown",
		},
		"MaintenanceWithoutStart": {
			"the API wants both", "pools:", "cluster: {maintenance: {day: any}}\npools:", ".cluster.maintenance.start is required",
		},
		"Threshold": {
			"a share is a number", "pools:", "cluster: {autoscaler: {scaleDownUtilizationThreshold: half}}\npools:",
			".cluster.autoscaler.scaleDownUtilizationThreshold: string is no number",
		},
		"Quantity": {
			"quantities have a form", "port: 8080", "port: 8080\n    resources: {limits: {cpu: 1 core}}",
			".servers[0].resources.limits.cpu: 1 core does not match",
		},
	}
	require.Empty(t, validateSchema(t, valid))
	require.Empty(t, validateSchema(t, inCluster))
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			text := change(t, valid, tc.from, tc.to)
			require.Contains(t, validateSchema(t, text), tc.want, tc.reason)
			_, err := environment.Parse("shop.yaml", []byte(text))
			require.Error(t, err, tc.reason)
		})
	}
}
