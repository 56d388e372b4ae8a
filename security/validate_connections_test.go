package security_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/security"
)

func TestMistakesInConnections(t *testing.T) {
	cases := map[string]struct {
		reason string
		change func(*security.Connection)
		want   string
	}{
		"no labels": {
			reason: "It would let every pod of the namespace through.", change: func(c *security.Connection) { c.From.Labels = nil },
			want: "connections[0].from.labels: Required value: no labels would select every pod of the namespace",
		},
		"bad label": {
			reason: "The API server would refuse the policy.", change: func(c *security.Connection) { c.To.Labels["a b"] = "" },
			want: `connections[0].to.labels: Invalid value: "a b": name part must consist of`,
		},
		"no ports": {
			reason: "All ports are more than anybody needs.", change: func(c *security.Connection) { c.To.Ports = nil },
			want: "connections[0].to.ports: Required value: write the ports that may be called",
		},
		"no port": {
			reason: "There is no port 0.", change: func(c *security.Connection) { c.To.Ports[0].Port = 0 },
			want: "connections[0].to.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
		},
		"port above all": {
			reason: "There is no such port.", change: func(c *security.Connection) { c.To.Ports[0].Port = 65536 },
			want: "connections[0].to.ports[0].port: Invalid value: 65536: must be between 1 and 65535, inclusive",
		},
		"protocol": {
			reason: "The API server takes upper case alone.", change: func(c *security.Connection) { c.To.Ports[0].Protocol = "tcp" },
			want: `connections[0].to.ports[0].protocol: Unsupported value: "tcp": supported values: "TCP", "UDP", "SCTP"`,
		},
		"no name": {
			reason: "The policies are named after it.", change: func(c *security.Connection) { c.From.Name = "" },
			want: "connections[0].from.name: Required value: write the workload's name",
		},
		"dotted name": {
			reason: "Names of policies are joined with dots, and could clash.", change: func(c *security.Connection) { c.From.Name = "a.to.b" },
			want: `connections[0].from.name: Invalid value: "a.to.b": must not contain dots`,
		},
		"no namespace": {
			reason: "Names are only unique in one.", change: func(c *security.Connection) { c.To.Namespace = "" },
			want: "connections[0].to.namespace: Required value: write the workload's namespace",
		},
		"bad namespace": {
			reason: "There is no such namespace.", change: func(c *security.Connection) { c.To.Namespace = "Shop" },
			want: `connections[0].to.namespace: Invalid value: "Shop": a lowercase RFC 1123 label must consist of`,
		},
		"two kinds": {
			reason: "Which of them?", change: func(c *security.Connection) { c.To.EveryPod = true },
			want: "connections[0].to: Forbidden: labels, everyPod, cidrs and entity are peers of four kinds: keep one of them",
		},
		"except of pods": {
			reason: "It would except nothing.", change: func(c *security.Connection) { c.To.Except = []string{"10.0.0.0/8"} },
			want: "connections[0].to.except: Forbidden: holds for cidrs alone: leave it out",
		},
		"every pod of nowhere": {
			reason: "It would be every pod of the cluster.", change: func(c *security.Connection) { c.From = security.EveryPod("") },
			want: "connections[0].from.namespace: Required value: write the namespace of the pods",
		},
		"unknown entity": {
			reason: "The network does not know it.", change: func(c *security.Connection) { c.From = caisson.Peer{Entity: "world"} },
			want: `connections[0].from.entity: Unsupported value: "world": supported values: "kube-apiserver", "gateway"`,
		},
		"entity in a namespace": {
			reason: "It is in none.", change: func(c *security.Connection) { c.From = security.Gateway(); c.From.Namespace = "shop" },
			want: "connections[0].from.namespace: Forbidden: only pods are in a namespace: leave it out",
		},
		"to the gateway": {
			reason: "It is called from outside.",
			change: func(c *security.Connection) { c.To = security.Gateway(); c.To.Ports = []caisson.Port{{Port: 443}} },
			want:   "connections[0].to.entity: Forbidden: a gateway calls, and is called from outside: write it in from",
		},
		"no pods": {
			reason: "There is nothing to make a policy for.",
			change: func(c *security.Connection) { c.From, c.To = security.Gateway(), security.Internet(443) },
			want:   "connections[0]: Forbidden: neither end gets a policy: write pods that are not foreign as one of them",
		},
		"foreign pods": {
			reason: "The policies would be for neither.",
			change: func(c *security.Connection) { c.From, c.To.Foreign = security.EveryPod("monitoring"), true },
			want:   "connections[0]: Forbidden: neither end gets a policy: write pods that are not foreign as one of them",
		},
		"addresses without a name": {
			reason: "The policies are named after it.",
			change: func(c *security.Connection) { c.To = security.Addresses("", []string{"10.0.0.0/8"}, 1) },
			want:   `connections[0].to.name: Required value: write a name for the addresses, like "database"`,
		},
		"addresses in a namespace": {
			reason: "They are in none.",
			change: func(c *security.Connection) {
				c.To = security.Addresses("database", []string{"10.0.0.0/8"}, 1)
				c.To.Namespace = "shop"
			},
			want: "connections[0].to.namespace: Forbidden: only pods are in a namespace: leave it out",
		},
		"an address": {
			reason: "The API server wants ranges.", change: func(c *security.Connection) { c.To = security.Addresses("a", []string{"10.0.0.7"}, 1) },
			want: `connections[0].to.cidrs[0]: Invalid value: "10.0.0.7": write a range of addresses, like 10.110.0.0/20; one is 10.110.0.7/32`,
		},
		"bits too many": {
			reason: "Either the address or the length is a typo.",
			change: func(c *security.Connection) { c.To = security.Addresses("a", []string{"10.110.0.7/20"}, 1) },
			want:   `connections[0].to.cidrs[0]: Invalid value: "10.110.0.7/20": write 10.110.0.0/20`,
		},
		"range twice": {
			reason: "It is a typo.",
			change: func(c *security.Connection) { c.To = security.Addresses("a", []string{"10.0.0.0/8", "10.0.0.0/8"}, 1) },
			want:   `connections[0].to.cidrs[1]: Duplicate value: "10.0.0.0/8"`,
		},
		"except elsewhere": {
			reason: "The API server would refuse it.",
			change: func(c *security.Connection) {
				c.To = security.Addresses("a", []string{"10.0.0.0/8"}, 1)
				c.To.Except = []string{"11.0.0.0/16"}
			},
			want: `connections[0].to.except[0]: Invalid value: "11.0.0.0/16": must be a smaller part of one of cidrs`,
		},
		"except all": {
			reason: "Nothing would be left.",
			change: func(c *security.Connection) {
				c.To = security.Addresses("a", []string{"10.0.0.0/8"}, 1)
				c.To.Except = []string{"10.0.0.0/8"}
			},
			want: `connections[0].to.except[0]: Invalid value: "10.0.0.0/8": must be a smaller part of one of cidrs`,
		},
		"metadata": {
			reason: "It gives the node's user data and tokens to whoever asks.",
			change: func(c *security.Connection) { c.To = security.Addresses("world", []string{"0.0.0.0/0"}, 80) },
			want:   "connections[0].to.except: Required value: the node's metadata service 169.254.169.254 is among them: write",
		},
		"internet without ports": {
			reason: "All ports are more than anybody needs.", change: func(c *security.Connection) { c.To = security.Internet() },
			want: "connections[0].to.ports: Required value: write the ports that may be called",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			pair := security.Connection{From: peer("shop", "bot"), To: peer("shop", "api", caisson.Port{Port: 8080})}
			require.NoError(t, security.Connections{pair}.Validate())
			tc.change(&pair)
			err := security.Connections{pair}.Validate()
			require.ErrorContains(t, err, tc.want, tc.reason)
			require.True(t, strings.HasPrefix(err.Error(), tc.want), "%v: the field comes first, and there is one error", err)
			objects, err := security.Connections{pair}.Objects()
			require.ErrorContains(t, err, tc.want)
			require.Empty(t, objects)
		})
	}
}

func TestConnectionsThatAreDeclaredTwice(t *testing.T) {
	twice := across()
	twice = append(twice, twice[1])
	require.EqualError(t, twice.Validate(), `connections[2]: Duplicate value: "jobs/bot shop/api"`, "their policies would have one name")
}

// A caller may listen on whatever it likes: that is no part of the connection.
func TestPortsOfTheCallerDoNotMatter(t *testing.T) {
	pair := security.Connection{
		From: peer("shop", "bot", caisson.Port{Port: -1}), To: peer("shop", "api", caisson.Port{Port: 8080}),
	}
	require.NoError(t, security.Connections{pair}.Validate())
}

func TestWhoCallsMayHaveTheMetadataAddress(t *testing.T) {
	pair := security.Connection{
		From: security.Addresses("world", []string{"0.0.0.0/0"}), To: peer("shop", "api", caisson.Port{Port: 8080}),
	}
	require.NoError(t, security.Connections{pair}.Validate(), "nothing is told to it")
}
