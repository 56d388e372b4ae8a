package environment

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Nodes are what the pools become, as DOKS registers them.
func (e Environment) Nodes() ([]*corev1.Node, error) {
	e = e.withDefaults()
	var all []*corev1.Node
	for i, pool := range e.Pools {
		nodes, err := pool.Nodes(e.Region)
		if err != nil {
			return nil, field.Invalid(field.NewPath("pools").Index(i).Child("size"), pool.Size, err.Error())
		}
		all = append(all, nodes...)
	}
	return all, nil
}

// pods of one server that must find a place.
type pods struct {
	index    int // in Servers
	replicas int32
	spec     corev1.PodSpec
	requests corev1.ResourceList
}

// validateFit places the pods on the nodes, the largest first and each on the node with the most room, as the scheduler
// would spread them. It is an estimate: what else runs on the nodes is not known here.
func (e Environment) validateFit() field.ErrorList {
	nodes, err := e.Nodes()
	if err != nil {
		return field.ErrorList{err.(*field.Error)}
	}
	var all []pods
	for i, server := range e.Servers {
		objs, err := server.Build()
		if err != nil {
			return under(field.NewPath("servers").Index(i), err)
		}
		replicas := int32(1)
		if hpa := objs.HorizontalPodAutoscaler; hpa != nil {
			replicas = *hpa.Spec.MinReplicas
		} else if objs.Deployment.Spec.Replicas != nil {
			replicas = *objs.Deployment.Spec.Replicas
		}
		spec := objs.Deployment.Spec.Template.Spec
		all = append(all, pods{i, replicas, spec, requests(spec)})
	}
	slices.SortStableFunc(all, func(a, b pods) int { return b.requests.Memory().Cmp(*a.requests.Memory()) })

	var errs field.ErrorList
	for _, p := range all {
		for placed := range p.replicas {
			if !place(p, nodes) {
				errs = append(errs, e.doesNotFit(p, fmt.Sprintf("only %d of %d replicas fit", placed, p.replicas)))
				break
			}
		}
	}
	if len(errs) > 0 {
		return errs
	}
	for _, p := range all {
		if p.replicas > 0 && !fitsAnywhere(p, nodes) {
			errs = append(errs, e.doesNotFit(p, "no room for the additional replica of a rolling update"))
		}
	}
	return errs
}

func (e Environment) doesNotFit(p pods, what string) *field.Error {
	var sizes []string
	for _, pool := range e.Pools {
		sizes = append(sizes, pool.String())
	}
	return field.Invalid(field.NewPath("servers").Index(p.index).Child("resources", "requests"),
		fmt.Sprintf("cpu %s, memory %s", p.requests.Cpu(), p.requests.Memory()),
		fmt.Sprintf("%s on the nodes (%v): lower the requests or the replicas, or take more or larger nodes", what, sizes))
}

// place a pod on the node with the most memory left, and take its requests from what the node can allocate.
func place(p pods, nodes []*corev1.Node) bool {
	var best *corev1.Node
	for _, node := range nodes {
		if fits(p, node) && (best == nil || node.Status.Allocatable.Memory().Cmp(*best.Status.Allocatable.Memory()) > 0) {
			best = node
		}
	}
	if best == nil {
		return false
	}
	for name, quantity := range p.requests {
		left := best.Status.Allocatable[name]
		left.Sub(quantity)
		best.Status.Allocatable[name] = left
	}
	return true
}

func fitsAnywhere(p pods, nodes []*corev1.Node) bool {
	return slices.ContainsFunc(nodes, func(node *corev1.Node) bool { return fits(p, node) })
}

func fits(p pods, node *corev1.Node) bool {
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

func requests(spec corev1.PodSpec) corev1.ResourceList {
	sum := corev1.ResourceList{corev1.ResourcePods: *onePod()}
	for _, container := range spec.Containers {
		for name, quantity := range container.Resources.Requests {
			total := sum[name]
			total.Add(quantity)
			sum[name] = total
		}
	}
	return sum
}

func onePod() *resource.Quantity { return resource.NewQuantity(1, resource.DecimalSI) }
