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
