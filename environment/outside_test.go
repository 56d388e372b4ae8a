package environment_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/environment"
)

// reaching is a file whose server is reached through gateways, and calls what is outside.
const reaching = valid + `    gateway: true
    calls: [postgres, payments, kubernetes]
    connections: {postgres: 8}
outside:
  - name: postgres
    cidrs: [10.110.0.0/20]
    ports: [25060]
    maxConnections: 97
  - name: payments
    internet: true
    ports: [443]
  - name: kubernetes
    apiServer: true
`

func TestOutside(t *testing.T) {
	objs, err := parse(t, reaching).Build()
	require.NoError(t, err)
	require.NoError(t, objs.Validate())
	names := make([]string, 0, 4)
	for _, policy := range objs.Connections.All() {
		names = append(names, policy.GetName())
	}
	require.Equal(t, []string{
		"api.to-outside.postgres", "api.to-outside.payments", "api.from-outside.gateway", "api.to-outside.kube-apiserver",
	}, names)
	database := objs.Connections.NetworkPolicies[0].Spec.Egress[0]
	require.Equal(t, "10.110.0.0/20", database.To[0].IPBlock.CIDR)
	require.Equal(t, 25060, database.Ports[0].Port.IntValue())
	require.Contains(t, objs.Connections.NetworkPolicies[1].Spec.Egress[0].To[0].IPBlock.Except, "10.0.0.0/8")
	require.Len(t, objs.Requires(), 2, "metrics for the autoscaler, and Cilium's policies")
	require.Equal(t, objs.Requires(), parse(t, reaching).Requires())
}

func TestParseTellsMistakesOfOutside(t *testing.T) {
	const one = `Invalid value: write one of cidrs, internet: true and apiServer: true`
	cases := map[string]struct {
		reason   string
		from, to string
		want     []string
	}{
		"Database": {
			"all pods there can be, and the additional one", "connections: {postgres: 8}", "connections: {postgres: 9}",
			[]string{`19: outside[0].maxConnections: Invalid value: 97: the workloads hold 99 at their most (servers[0] 99 with 10 ` +
				`pods and 1 more in a rolling update): lower connections, autoscale.max or replicas there, or put a pooler between ` +
				`them and take a larger database`},
		},
		"NobodyKnowsHowMany": {
			"what is not said cannot be added up", "    connections: {postgres: 8}\n", "",
			[]string{`9: servers[0].connections[postgres]: Required value: write how many each pod holds at most: postgres takes 97 in all`},
		},
		"ConnectionsToNothing": {
			"a typo must not be left out of the sum", "{postgres: 8}", "{postgres: 8, payments: 3}",
			[]string{`14: servers[0].connections[payments]: Invalid value: 3: is of nothing outside that is called and has ` +
				`maxConnections: leave it out`},
		},
		"Unknown": {
			"what is outside can be called", "[postgres, payments,", "[postgres, payment,",
			[]string{`13: servers[0].calls[1]: Invalid value: "payment": there is no such server: write one of "postgres", "payments", ` +
				`"kubernetes"`},
		},
		"Nothing": {"nobody knows where it is", "    internet: true\n", "", []string{`20: outside[1]: ` + one}},
		"Both":    {"which of them", "internet: true", "internet: true\n    apiServer: true", []string{`20: outside[1]: ` + one}},
		"NoPorts": {
			"all ports would be too many", "    internet: true\n    ports: [443]\n", "    internet: true\n",
			[]string{`20: outside[1].ports: Required value: write those that are called, like [443]`},
		},
		"PortsOfTheAPIServer": {
			"it has its own", "apiServer: true", "apiServer: true\n    ports: [6443]",
			[]string{`25: outside[2].ports: Invalid value: [6443]: the API server has its own: leave them out`},
		},
		"Range": {
			"bits beyond the length may be a typo of either", "10.110.0.0/20", "10.110.1.0/20",
			[]string{`17: outside[0].cidrs[0]: Invalid value: "10.110.1.0/20": write 10.110.0.0/20`},
		},
		"Port": {
			"there is none", "[25060]", "[70000]",
			[]string{`18: outside[0].ports[0]: Invalid value: 70000: must be between 1 and 65535, inclusive`},
		},
		"TakenName": {
			"nobody could say which is called", "name: kubernetes", "name: api",
			[]string{
				`13: servers[0].calls[2]: Invalid value: "kubernetes": there is no such server: write one of "postgres", "payments", "api"`,
				`23: outside[2].name: Duplicate value: "api"`,
			},
		},
		"TwiceTheName": {
			"nobody could say which is called", "    apiServer: true\n", "    apiServer: true\n  - name: kubernetes\n    apiServer: true\n",
			[]string{`25: outside[3].name: Duplicate value: "kubernetes"`},
		},
		"ConnectionsWithoutACall": {
			"they would be added up for nothing", "calls: [postgres, payments,", "calls: [payments,",
			[]string{`14: servers[0].connections[postgres]: Invalid value: 8: is of nothing outside that is called and has ` +
				`maxConnections: leave it out`},
		},
		"Negative": {
			"it would refuse everything", "maxConnections: 97", "maxConnections: -1",
			[]string{`19: outside[0].maxConnections: Invalid value: -1: must be at least 1; leave it out if it is not known`},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) { requireMistakes(t, tc.reason, change(t, reaching, tc.from, tc.to), tc.want...) })
	}
}

// In a Go program the same value has the same checks.
func TestOutsideInGo(t *testing.T) {
	env := parse(t, reaching)
	env.Outside = append(env.Outside, environment.Outside{Name: "Not A Label", Internet: true, Ports: []int32{443}})
	require.ErrorContains(t, env.Validate(), "outside[3].name")
}
