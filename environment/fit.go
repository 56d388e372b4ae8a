package environment

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Nodes are what the pools become, as DOKS registers them.
func (e Environment) Nodes() ([]*corev1.Node, error) {
	e = e.withDefaults()
	if errs := e.validatePools(); len(errs) > 0 {
		return nil, errs.ToAggregate()
	}
	var all []*corev1.Node
	for _, pool := range e.Pools {
		nodes, err := pool.Nodes(e.Region)
		if err != nil {
			return nil, err
		}
		all = append(all, nodes...)
	}
	return all, nil
}

// pods of one workload that must find a place.
type pods struct {
	item     item
	replicas int32
	demand
}

// validateFit places the pods on the nodes, the largest first and each on the node with the most room, as the scheduler
// would spread them. It is an estimate: what else runs on the nodes is not known here.
func (e Environment) validateFit() field.ErrorList {
	nodes, err := e.Nodes()
	if err != nil {
		return under(field.NewPath("pools"), err)
	}
	var all []pods
	for _, it := range e.items() {
		objects, err := it.spec.Objects()
		if err != nil {
			return under(it.path, err)
		}
		d := demandOf(objects)
		all = append(all, pods{it, d.least, d})
	}
	slices.SortStableFunc(all, func(a, b pods) int { return b.requests.Memory().Cmp(*a.requests.Memory()) })

	var errs field.ErrorList
	for _, p := range all {
		if placed := p.place(nodes); placed < p.replicas {
			errs = append(errs, e.doesNotFit(p, fmt.Sprintf("only %d of %d replicas fit", placed, p.replicas)))
		}
	}
	if len(errs) > 0 {
		return errs
	}
	for _, p := range all {
		if p.replicas > 0 && p.surge > 0 && !slices.ContainsFunc(nodes, p.fits) {
			errs = append(errs, e.doesNotFit(p, "no room for the additional replica of a rolling update"))
		}
	}
	return errs
}

func (e Environment) doesNotFit(p pods, what string) *field.Error {
	sizes := make([]string, len(e.Pools))
	for i, pool := range e.Pools {
		sizes[i] = pool.String()
	}
	return field.Invalid(p.item.path.Child("resources", "requests"),
		fmt.Sprintf("cpu %s, memory %s", p.requests.Cpu(), p.requests.Memory()),
		fmt.Sprintf("%s on the nodes (%s): lower the requests or the replicas, or take more or larger nodes",
			what, strings.Join(sizes, ", ")))
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
