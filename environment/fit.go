package environment

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
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

// atMost has pools that scale themselves as large as they become.
func (e Environment) atMost() Environment {
	e.Pools = slices.Clone(e.Pools)
	for i, pool := range e.Pools {
		e.Pools[i].Count = pool.MaxCount()
	}
	return e
}

// validateFit places the pods on the nodes, the largest first and each on the node with the most room, as the scheduler
// would spread them: first those that are always there, then those that autoscalers add. Pools that scale themselves are as
// large as they become. It is an estimate: what else runs on the nodes is not known here.
func (e Environment) validateFit() field.ErrorList {
	nodes, err := e.atMost().Nodes()
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
		all = append(all, pods{it, 0, d.least, d})
	}
	slices.SortStableFunc(all, func(a, b pods) int { return b.requests.Memory().Cmp(*a.requests.Memory()) })

	requested := func(p pods, what string) *field.Error {
		return field.Invalid(p.item.path.Child("resources", "requests"), p.each(), fmt.Sprintf(
			"%s on the nodes (%s): lower the requests or the replicas, or take more or larger nodes", what, e.poolsInWords()))
	}
	errs := fit(nodes, all, requested)
	if len(errs) > 0 {
		return errs
	}
	for i, p := range all {
		all[i].placed, all[i].replicas = p.least, 0
		if p.autoscaled {
			all[i].replicas = p.most - p.least
		}
	}
	return fit(nodes, all, func(p pods, what string) *field.Error {
		path, value := p.item.path.Child("autoscale", "max"), any(p.most)
		if !p.autoscaled {
			path, value = p.item.path.Child("resources", "requests"), p.each()
		}
		return field.Invalid(path, value, fmt.Sprintf("%s on the nodes when all workloads are at their most (%s; each replica "+
			"requests %s): lower autoscale.max or the requests, or take more or larger nodes", what, e.poolsInWords(), p.each()))
	})
}

// fit the pods on the nodes, and then the additional replica of each one's rolling update, one after another.
func fit(nodes []*corev1.Node, all []pods, refuse func(pods, string) *field.Error) field.ErrorList {
	var errs field.ErrorList
	for _, p := range all {
		if placed := p.place(nodes); placed < p.replicas {
			errs = append(errs, refuse(p, fmt.Sprintf("only %d of %d replicas fit", p.placed+placed, p.placed+p.replicas)))
		}
	}
	if len(errs) > 0 {
		return errs
	}
	for _, p := range all {
		if p.placed+p.replicas > 0 && p.surge > 0 && !slices.ContainsFunc(nodes, p.fits) {
			errs = append(errs, refuse(p, "no room for the additional replica of a rolling update"))
		}
	}
	return errs
}

// each pod's requests in words.
func (p pods) each() string {
	return fmt.Sprintf("cpu %s, memory %s", p.requests.Cpu(), p.requests.Memory())
}

func (e Environment) poolsInWords() string {
	all := make([]string, len(e.Pools))
	for i, pool := range e.Pools {
		all[i] = pool.String()
	}
	return strings.Join(all, ", ")
}
