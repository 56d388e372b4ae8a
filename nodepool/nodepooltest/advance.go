package nodepooltest

import (
	"slices"
	"time"
)

// advance everything to the present time. It is called at each look.
func (s *Server) advance() {
	now := s.options.Clock.Now()
	for s.step(now) { // one change brings about the next: the last node of a pool, the pool, the cluster
	}
}

func (s *Server) step(now time.Time) bool {
	changed := false
	for _, c := range s.clusters {
		changed = c.step(now) || changed
	}
	before := len(s.clusters)
	s.clusters = slices.DeleteFunc(s.clusters, func(c *cluster) bool {
		return c.state == clusterDeleting && len(c.pools) == 0 && !now.Before(c.due)
	})
	return changed || len(s.clusters) != before
}

func (c *cluster) step(now time.Time) bool {
	changed := false
	for _, p := range c.pools {
		changed = p.step(now) || changed
	}
	before := len(c.pools)
	c.pools = slices.DeleteFunc(c.pools, func(p *pool) bool { return p.deleting && len(p.nodes) == 0 })
	changed = changed || len(c.pools) != before
	switch {
	case c.state == clusterProvisioning && !now.Before(c.due):
		c.become(clusterRunning, now)
		return true
	case c.state == clusterUpgrading && !now.Before(c.due):
		return c.upgrade(now) || changed
	}
	return changed
}

func (p *pool) step(now time.Time) bool {
	changed := false
	for _, n := range p.nodes {
		changed = n.step(now) || changed
	}
	before := len(p.nodes)
	p.nodes = slices.DeleteFunc(p.nodes, func(n *node) bool { return n.gone(now) })
	if len(p.nodes) == before {
		return changed
	}
	p.fill() // in the places that have become free
	return true
}
