package workload_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
)

func tolerate(t corev1.Toleration) func(*server) {
	return func(s *server) { s.Placement.Tolerations = []corev1.Toleration{t} }
}

func TestMistakesInPlacement(t *testing.T) {
	requireExplained(t, map[string]mistake{
		"selector": {
			"No node could have it.", func(s *server) { s.Placement.NodeSelector = map[string]string{"a b": "c"} },
			`placement.nodeSelector: Invalid value: "a b": name part must consist of`,
		},
		"key": {
			"No taint could have it.", tolerate(corev1.Toleration{Key: "a b", Operator: "Exists"}),
			`placement.tolerations[0].key: Invalid value: "a b": name part must consist of`,
		},
		"no key": {
			"Only Exists goes without.", tolerate(corev1.Toleration{Effect: "NoSchedule"}),
			"placement.tolerations[0].key: Required value: write the taint's key; operator: Exists alone tolerates every taint",
		},
		"value": {
			"No taint could have it.", tolerate(corev1.Toleration{Key: "a", Value: "b c"}),
			`placement.tolerations[0].value: Invalid value: "b c": a valid label must be`,
		},
		"value of Exists": {
			"It would not be looked at.", tolerate(corev1.Toleration{Key: "a", Operator: "Exists", Value: "b"}),
			`placement.tolerations[0].value: Invalid value: "b": operator Exists takes none: leave it out, or write Equal`,
		},
		"operator": {
			"It is a typo.", tolerate(corev1.Toleration{Key: "a", Operator: "exists"}),
			`placement.tolerations[0].operator: Unsupported value: "exists": supported values: "Equal", "Exists"`,
		},
		"effect": {
			"It is a typo.", tolerate(corev1.Toleration{Key: "a", Effect: "Never"}),
			`placement.tolerations[0].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"`,
		},
		"seconds": {
			"Pods are only ended by NoExecute.", tolerate(corev1.Toleration{Key: "a", Effect: "NoSchedule", TolerationSeconds: new(int64(3))}),
			"placement.tolerations[0].tolerationSeconds: Invalid value: 3: only effect NoExecute ends pods: leave it out, or write that effect",
		},
	})
}

func TestTolerationsThatAreAllowed(t *testing.T) {
	for reason, toleration := range map[string]corev1.Toleration{
		"All taints.":                   {Operator: corev1.TolerationOpExists},
		"Equal is the default.":         {Key: "a", Value: "b"},
		"A taint may have no value.":    {Key: "example.com/a", Operator: corev1.TolerationOpEqual},
		"All effects of a key.":         {Key: "a", Operator: corev1.TolerationOpExists},
		"Wait for a while, then leave.": {Key: "a", Effect: corev1.TaintEffectNoExecute, TolerationSeconds: new(int64(0))},
	} {
		s := web()
		tolerate(toleration)(&s)
		require.NoError(t, s.Validate(), reason)
	}
}
