package security_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply/applytest"
	"github.com/caissonhq/caisson/security"
)

// ciliumModule holds the definition of the kind. The go command downloads 32 MB, once, and nothing of it is compiled: as a
// dependency it would be every user's.
const ciliumModule = "github.com/cilium/cilium@v1.18.4"

// realDefinition of the kind is the one that Cilium installs.
func realDefinition(t *testing.T) *unstructured.Unstructured {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", ciliumModule)
	cmd.Dir = t.TempDir() // outside of our module, whose go.sum stays as it is
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("our CiliumNetworkPolicies are not checked by Cilium's schema: the go command cannot have %s: %v\n%s",
			ciliumModule, err, out)
	}
	var module struct{ Dir string }
	require.NoError(t, json.Unmarshal(out, &module))
	text, err := os.ReadFile(filepath.Join(module.Dir, filepath.FromSlash(
		"pkg/k8s/apis/cilium.io/client/crds/v2/ciliumnetworkpolicies.yaml")))
	require.NoError(t, err)
	definition := &unstructured.Unstructured{}
	require.NoError(t, yaml.Unmarshal(text, &definition.Object))
	return definition
}

// ciliumShapes are connections of every entity, both ways, with one workload and with every pod of a namespace, and with
// ports of each protocol and more of them than one rule may have.
func ciliumShapes(namespace string) security.Connections {
	ports := []caisson.Port{
		{Name: "http", Port: 8080},
		{Port: 1},
		{Port: 65535, Protocol: corev1.ProtocolTCP},
		{Port: 53, Protocol: corev1.ProtocolUDP},
		{Port: 3868, Protocol: corev1.ProtocolSCTP},
	}
	web, all := peer(namespace, "web", ports...), ours(namespace, 8080)
	web.Labels["caisson.dev/empty"] = "" // a value that Kubernetes allows
	many := peer(namespace, "many")
	for number := range int32(100) {
		many.Ports = append(many.Ports, caisson.Port{Port: 10000 + number})
	}
	return slices.Concat(withEntities(web), withEntities(all), withEntities(many))
}

func withEntities(pods caisson.Peer) security.Connections {
	return security.Connections{
		{From: pods, To: security.KubeAPIServer()}, {From: security.KubeAPIServer(), To: pods}, {From: security.Gateway(), To: pods},
	}
}

// The definition of DOKS' Cilium says what its API server takes: strictly, without a field that it would drop.
func TestCiliumAcceptsAllThatIsBuilt(t *testing.T) {
	definition := realDefinition(t)
	cluster := applytest.Start(t) // of its own: others test that the shared one lacks the kind
	require.NoError(t, cluster.Client.Create(t.Context(), definition))
	namespace := cluster.Namespace(t)
	strict := client.WithFieldValidation(cluster.Client, "Strict")
	built := buildConnections(t, ciliumShapes(namespace)).CiliumNetworkPolicies
	require.Len(t, built, 9)
	require.Eventually(t, func() bool {
		return strict.Create(t.Context(), built[0].DeepCopy(), client.DryRunAll) == nil
	}, time.Minute, 100*time.Millisecond, "a kind is served a moment after it is defined")
	for _, policy := range built {
		require.NoError(t, strict.Create(t.Context(), policy.DeepCopy()), policy.GetName())
	}

	for reason, tc := range map[string]struct {
		fault func(spec, rule map[string]any)
		want  string
	}{
		"a field that there is not": {
			func(_, rule map[string]any) { rule["fromEntity"] = []any{"ingress"} }, `unknown field "spec.ingress[0].fromEntity"`,
		},
		"a field beside the rules": {
			func(spec, _ map[string]any) { spec["podSelector"] = map[string]any{} }, `unknown field "spec.podSelector"`,
		},
		"an entity that there is not": {
			func(_, rule map[string]any) { rule["fromEntities"] = []any{"gateway"} }, `Unsupported value: "gateway"`,
		},
		"a port that is a number": {
			func(_, rule map[string]any) { rule["toPorts"] = portRules(8080, "TCP", 1) }, "must be of type string",
		},
		"a protocol that there is not": {
			func(_, rule map[string]any) { rule["toPorts"] = portRules("8080", "http", 1) }, `Unsupported value: "http"`,
		},
		"more ports than a list may have": {
			func(_, rule map[string]any) { rule["toPorts"] = portRules("8080", "TCP", 41) }, "must have at most 40 items",
		},
		"neither ingress nor egress": {
			func(spec, _ map[string]any) { delete(spec, "ingress") }, "spec.ingress: Required value",
		},
	} {
		broken := buildConnections(t, security.Connections{
			{From: security.Gateway(), To: peer(namespace, "broken", caisson.Port{Port: 8080})},
		}).CiliumNetworkPolicies[0]
		spec := broken.Object["spec"].(map[string]any)
		tc.fault(spec, spec["ingress"].([]any)[0].(map[string]any))
		require.ErrorContains(t, strict.Create(t.Context(), broken), tc.want, "%s is refused, or the test would see nothing", reason)
	}
}

func portRules(port any, protocol string, times int) []any {
	ports := slices.Repeat([]any{map[string]any{"port": port, "protocol": protocol}}, times)
	return []any{map[string]any{"ports": ports}}
}
