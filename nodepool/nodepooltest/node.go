package nodepooltest

import (
	"slices"
	"time"
)

// States of a node.
const (
	nodeProvisioning = "provisioning"
	nodeRunning      = "running"
	nodeDraining     = "draining"
	nodeDeleting     = "deleting"
)

// node of a pool, a Droplet.
type node struct {
	id, name  string
	pool      *pool
	dropletID int
	version   string // of its kubelet
	poolName  string // when it was made
	state     string
	created   time.Time
	updated   time.Time
	exists    bool // as a Droplet, with a name
	replaced  bool // its place is kept until it is gone

	joinAt, runningAt time.Time
	drainUntil        time.Time
	goneAt            time.Time

	kubernetes *membership
}

// fill the pool up to its count. A node that is replaced holds its place until it is gone.
func (p *pool) fill() {
	if p.deleting || p.cluster.state == clusterDeleting {
		return
	}
	for p.taken() < p.spec.count+p.surge() {
		p.nodes = append(p.nodes, p.newNode())
	}
}

func (p *pool) taken() int {
	count := 0
	for _, n := range p.nodes {
		if n.active() || n.replaced {
			count++
		}
	}
	return count
}

// shrink takes the youngest away. Which ones DigitalOcean takes is not documented.
func (p *pool) shrink() {
	for i := len(p.nodes) - 1; i >= 0 && p.taken() > p.spec.count+p.surge(); i-- {
		if n := p.nodes[i]; n.active() || n.replaced {
			n.delete(false, false)
		}
	}
}

func (p *pool) newNode() *node {
	s := p.cluster.server
	now := s.options.Clock.Now()
	start := now
	if p.cluster.state == clusterProvisioning {
		start = p.cluster.due
	}
	s.dropletID++
	n := &node{
		id: newUUID(), pool: p, dropletID: s.dropletID, version: p.cluster.version, poolName: p.spec.name,
		state: nodeProvisioning, created: now, updated: now,
		kubernetes: &membership{},
		joinAt:     start.Add(s.options.Delays.NodeJoin),
		runningAt:  start.Add(max(s.options.Delays.NodeRunning, s.options.Delays.NodeJoin)),
	}
	for n.name == "" || s.nodeNamed(n.name) {
		n.name = p.spec.name + "-" + newSuffix()
	}
	return n
}

func (s *Server) nodeNamed(name string) bool {
	return slices.ContainsFunc(s.allNodes(), func(n *node) bool { return n.name == name })
}

func (s *Server) allNodes() []*node {
	var all []*node
	for _, c := range s.clusters {
		for _, p := range c.pools {
			all = append(all, p.nodes...)
		}
	}
	return all
}

// room for more nodes within the Droplet limit. Those that are going count: they still are Droplets.
func (s *Server) room(more int) error {
	if more > 0 && len(s.allNodes())+more > s.options.DropletLimit {
		return invalid("creating %d more Droplets will exceed your Droplet limit of %d", more, s.options.DropletLimit)
	}
	return nil
}

// active nodes are not about to go.
func (n *node) active() bool { return n.state == nodeProvisioning || n.state == nodeRunning }

// delete starts to. A node that is being drained can be deleted without any more draining.
func (n *node) delete(skipDrain, replace bool) {
	now := n.pool.cluster.server.options.Clock.Now()
	delays := n.pool.cluster.server.options.Delays
	switch {
	case n.active():
		n.replaced = replace
		n.drainUntil = now.Add(delays.Drain)
		n.become(nodeDraining, now)
	case !replace:
		n.replaced = false // what takes the whole pool away takes the place too
	}
	if skipDrain && n.state == nodeDraining {
		n.drainUntil = now
	}
}

func (n *node) become(state string, now time.Time) {
	n.state, n.updated = state, now
}

// step is what time does to a node. It says whether something changed.
func (n *node) step(now time.Time) bool {
	delays := n.pool.cluster.server.options.Delays
	switch n.state {
	case nodeProvisioning:
		if !n.exists && !now.Before(n.joinAt) {
			n.exists = true
			return true
		}
		if !now.Before(n.runningAt) && n.hasJoined() {
			n.become(nodeRunning, now)
			return true
		}
	case nodeDraining:
		if n.isDrained() || !now.Before(n.drainUntil) {
			if !n.isDrained() {
				n.pool.cluster.sayf("node %s was not drained in time: it is deleted with the pods that are left", n.name)
			}
			n.stopDraining()
			n.goneAt = now.Add(delays.NodeDeletion)
			n.become(nodeDeleting, now)
			return true
		}
	}
	return false
}

// gone says whether nothing is left of the node.
func (n *node) gone(now time.Time) bool {
	return n.state == nodeDeleting && !now.Before(n.goneAt) && n.hasLeft()
}
