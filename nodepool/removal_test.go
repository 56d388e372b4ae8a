package nodepool_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/nodepool"
)

// History is known: what k8s.io/api says is compared with what Kubernetes' own deprecation guide says.
func TestRemovals(t *testing.T) {
	cases := map[string]struct {
		reason        string
		after, upTo   uint
		want, instead []string
	}{
		"1.25": {
			reason: "The largest removal of late; instead is what stays.", after: 24, upTo: 25,
			want: []string{
				"CronJob.batch/v1beta1", "EndpointSlice.discovery.k8s.io/v1beta1",
				"Event.events.k8s.io/v1beta1", "PodDisruptionBudget.policy/v1beta1", "RuntimeClass.node.k8s.io/v1beta1",
			},
			instead: []string{"v1", "v1", "v1", "v1", "v1"},
		},
		"several minors": {
			reason: "What is named instead can have ended too; then it is what is instead of that.", after: 25, upTo: 32,
			want: []string{
				"FlowSchema.flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema.flowcontrol.apiserver.k8s.io/v1beta3",
			},
			instead: []string{"v1", "v1"},
		},
		"a patch release": {reason: "It removes nothing.", after: 37, upTo: 37},
		"one after the other": {
			reason: "The beta ends with the alpha.", after: 37, upTo: 39,
			want: []string{"LeaseCandidate.coordination.k8s.io/v1alpha2"}, instead: []string{""},
		},
		"the far future": {
			reason: "An alpha version is not what to write instead of a beta.", after: 42, upTo: 43,
			want: []string{"PodGroup.scheduling.k8s.io/v1beta1"}, instead: []string{""},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			ends, instead := nodepool.Removals(tc.after, tc.upTo)
			found := map[string]string{}
			for i, one := range ends {
				found[one] = instead[i]
			}
			for i, one := range tc.want {
				require.Contains(t, found, one, tc.reason)
				require.Equal(t, tc.instead[i], found[one], one)
			}
			if len(tc.want) == 0 {
				require.Empty(t, ends, tc.reason)
			}
			require.NotContains(t, found, "CronJobList.batch/v1beta1", "Nobody writes lists.")
			require.NotContains(t, found, "Ingress.extensions/v1beta1", "It went before.")
		})
	}
}
