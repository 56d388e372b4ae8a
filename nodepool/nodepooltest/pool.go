package nodepooltest

import (
	"net/http"
	"slices"
)

// pool of a cluster.
type pool struct {
	id       string
	cluster  *cluster
	spec     poolSpec
	nodes    []*node // from the oldest, also those that are going
	deleting bool
}

// poolSpec is what users say of a pool, checked.
type poolSpec struct {
	name, size, partition string
	count                 int
	tags                  []string // without those that the API adds
	labels                map[string]string
	taints                []taint
	autoScale             bool
	min, max              int
}

func (c *cluster) pool(id string) (*pool, error) {
	i := slices.IndexFunc(c.pools, func(p *pool) bool { return p.id == id })
	if i < 0 {
		return nil, notFound("node pool", id)
	}
	return c.pools[i], nil
}

// poolOf a request's path, with its cluster.
func (c *call) poolOf() (*pool, error) {
	one, err := c.clusterOf()
	if err != nil {
		return nil, err
	}
	return one.pool(c.request.PathValue("pool"))
}

func (c *call) listPools() (answer, error) {
	one, err := c.clusterOf()
	if err != nil {
		return answer{}, err
	}
	return paged(c.request, "node_pools", one.wirePools())
}

func (c *call) createPool() (answer, error) {
	one, err := c.changeable()
	if err != nil {
		return answer{}, err
	}
	var body poolBody
	if err := decode(c.body, &body); err != nil {
		return answer{}, err
	}
	spec, err := one.newPoolSpec(body)
	if err != nil {
		return answer{}, err
	}
	if err := c.server.room(spec.count); err != nil {
		return answer{}, err
	}
	p := one.addPool(spec)
	return ok(http.StatusCreated, map[string]any{"node_pool": p.wire()})
}

func (c *cluster) addPool(spec poolSpec) *pool {
	p := &pool{id: newUUID(), cluster: c, spec: spec}
	c.pools = append(c.pools, p)
	p.fill()
	return p
}

func (c *call) getPool() (answer, error) {
	p, err := c.poolOf()
	if err != nil {
		return answer{}, err
	}
	return ok(http.StatusOK, map[string]any{"node_pool": p.wire()})
}

func (c *call) updatePool() (answer, error) {
	p, err := c.changeablePool()
	if err != nil {
		return answer{}, err
	}
	var body poolBody
	if err := decode(c.body, &body); err != nil {
		return answer{}, err
	}
	spec, err := p.merged(body)
	if err != nil {
		return answer{}, err
	}
	if err := c.server.room(spec.count - p.spec.count); err != nil {
		return answer{}, err
	}
	p.change(spec)
	return ok(http.StatusAccepted, map[string]any{"node_pool": p.wire()})
}

func (c *call) changeablePool() (*pool, error) {
	if _, err := c.changeable(); err != nil {
		return nil, err
	}
	p, err := c.poolOf()
	if err == nil && p.deleting {
		err = invalid("node pool %q is being deleted", p.spec.name)
	}
	return p, err
}

// change what is said of the pool, and of its nodes.
func (p *pool) change(spec poolSpec) {
	before := p.spec
	p.spec = spec
	for _, n := range p.nodes {
		n.follow(before)
	}
	p.shrink()
	p.fill()
}

// deletePool starts to drain and to delete the nodes. The pool is there until the last is gone.
func (c *call) deletePool() (answer, error) {
	one, err := c.changeable()
	if err != nil {
		return answer{}, err
	}
	p, err := c.poolOf()
	if err != nil {
		return answer{}, err
	}
	if len(one.lasting()) == 1 && !p.deleting {
		return answer{}, invalid("cannot delete the last node pool of a cluster")
	}
	p.delete(false)
	return noContent()
}

func (p *pool) delete(skipDrain bool) {
	p.deleting = true
	for _, n := range p.nodes {
		n.delete(skipDrain, false)
	}
}

// deleteNode takes one away. Unless it is to be replaced, the pool is smaller by one for good.
func (c *call) deleteNode() (answer, error) {
	p, err := c.changeablePool()
	if err != nil {
		return answer{}, err
	}
	id := c.request.PathValue("node")
	i := slices.IndexFunc(p.nodes, func(n *node) bool { return n.id == id })
	if i < 0 {
		return answer{}, notFound("node", id)
	}
	skipDrain, err := flag(c.request, "skip_drain")
	if err != nil {
		return answer{}, err
	}
	replace, err := flag(c.request, "replace")
	if err != nil {
		return answer{}, err
	}
	if p.nodes[i].active() && !replace {
		p.spec.count--
	}
	p.nodes[i].delete(skipDrain, replace)
	return ok(http.StatusAccepted, nil)
}

func flag(r *http.Request, name string) (bool, error) {
	switch value := r.URL.Query().Get(name); value {
	case "", "0":
		return false, nil
	case "1":
		return true, nil
	default:
		return false, invalid("%s: %q is neither 0 nor 1", name, value)
	}
}
