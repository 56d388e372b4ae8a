package environment

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// pods of one workload that must find a place, beside those of it that have one.
type pods struct {
	item             item
	placed, replicas int32
	demand
}

// place pods one after another on the node with the most memory left, take their requests from what the nodes can
// allocate, and give how many found a place.
func (p pods) place(nodes []*corev1.Node) (placed int32) {
	moreMemory := func(a, b *corev1.Node) int { return b.Status.Allocatable.Memory().Cmp(*a.Status.Allocatable.Memory()) }
	room := slices.SortedStableFunc(slices.Values(nodes), moreMemory)
	for placed < p.replicas && len(room) > 0 {
		node := room[0]
		room = room[1:]
		if !p.fits(node) {
			continue // nor will the next replica fit
		}
		for name, quantity := range p.requests {
			left := node.Status.Allocatable[name]
			left.Sub(quantity)
			node.Status.Allocatable[name] = left
		}
		at, _ := slices.BinarySearchFunc(room, node, moreMemory)
		room = slices.Insert(room, at, node)
		placed++
	}
	return placed
}

func (p pods) fits(node *corev1.Node) bool {
	if !labels.SelectorFromSet(p.spec.NodeSelector).Matches(labels.Set(node.Labels)) {
		return false
	}
	for _, taint := range node.Spec.Taints {
		tolerated := slices.ContainsFunc(p.spec.Tolerations, func(t corev1.Toleration) bool {
			return (t.Key == taint.Key || t.Key == "") && (t.Effect == taint.Effect || t.Effect == "") &&
				(t.Operator == corev1.TolerationOpExists || t.Value == taint.Value)
		})
		if taint.Effect != corev1.TaintEffectPreferNoSchedule && !tolerated {
			return false
		}
	}
	for name, quantity := range p.requests {
		if left := node.Status.Allocatable[name]; quantity.Cmp(left) > 0 {
			return false
		}
	}
	return true
}
