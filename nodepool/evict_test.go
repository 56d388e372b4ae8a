package nodepool_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson/nodepool"
)

// A node must not be deleted under a pod that still runs, nor be kept for one of which nobody will ever say that it has ended.
func TestPodsThatAreLost(t *testing.T) {
	condition := func(status corev1.ConditionStatus) *corev1.Node {
		return &corev1.Node{Status: corev1.NodeStatus{Conditions: []corev1.NodeCondition{{Type: corev1.NodeReady, Status: status}}}}
	}
	ending := func(since time.Duration) *corev1.Pod {
		return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{DeletionTimestamp: new(metav1.NewTime(time.Now().Add(-since)))}}
	}
	cases := map[string]struct {
		reason string
		node   *corev1.Node
		pod    *corev1.Pod
		want   bool
	}{
		"of a dead kubelet":            {"It never answers.", condition(corev1.ConditionUnknown), ending(time.Minute), true},
		"of a broken one":              {"Its node is not ready.", condition(corev1.ConditionFalse), ending(time.Minute), true},
		"of a living one":              {"It will say so.", condition(corev1.ConditionTrue), ending(time.Minute), false},
		"in its time":                  {"It may need it all.", condition(corev1.ConditionUnknown), ending(-time.Minute), false},
		"that was not told to end":     {"A budget may protect it.", condition(corev1.ConditionUnknown), &corev1.Pod{}, false},
		"of one that has never spoken": {"It has not begun to report.", &corev1.Node{}, ending(time.Minute), true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tc.want, nodepool.Lost(tc.node, tc.pod), tc.reason)
		})
	}
}
