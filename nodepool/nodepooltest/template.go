package nodepooltest

import (
	"fmt"
	"net/http"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/caissonhq/caisson/nodepool"
)

// getTemplate tells what a node of a pool is like, by the pool's name. It is the one place where the API tells what is
// allocatable.
func (c *call) getTemplate() (answer, error) {
	one, err := c.clusterOf()
	if err != nil {
		return answer{}, err
	}
	name := c.request.PathValue("name")
	i := slices.IndexFunc(one.pools, func(p *pool) bool { return p.spec.name == name })
	if i < 0 {
		return answer{}, notFound("node pool", name)
	}
	p := one.pools[i]
	capacity, allocatable, err := p.resources()
	if err != nil {
		return answer{}, err
	}
	taints := []string{}
	for _, t := range kubeTaints(p.spec.taints) {
		taints = append(taints, t.ToString())
	}
	return ok(http.StatusOK, map[string]any{"template": map[string]any{
		"cluster_uuid": one.id, "name": name, "slug": p.spec.size, "labels": p.nodeLabels(), "taints": taints,
		"capacity": wireResources(capacity), "allocatable": wireResources(allocatable),
	}})
}

func wireResources(list corev1.ResourceList) map[string]any {
	return map[string]any{
		"cpu": list.Cpu().Value(), "cpu_milli_cores": list.Cpu().MilliValue(), "memory": list.Memory().String(),
		"pods": list.Pods().Value(),
	}
}

// resources of a node of the pool. Where the name of a size does not tell them, its figures do.
func (p *pool) resources() (capacity, allocatable corev1.ResourceList, err error) {
	slug := p.spec.size
	if _, err := nodepool.Capacity(slug); err != nil {
		size, _ := p.cluster.server.size(slug)
		slug = fmt.Sprintf("s-%dvcpu-%dgb", size.Vcpus, size.Memory/1024)
	}
	if capacity, err = nodepool.Capacity(slug); err != nil {
		return nil, nil, err
	}
	allocatable, err = nodepool.Allocatable(slug)
	return capacity, allocatable, err
}
