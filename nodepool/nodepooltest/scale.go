package nodepooltest

import (
	"fmt"
	"slices"
)

// Scale a pool as the cluster autoscaler does: to a count of nodes within the bounds of a pool that has autoscaling on. There
// is no autoscaler here that would decide on it. Which nodes go is not for the caller to choose.
func (s *Server) Scale(poolID string, count int) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.advance()
	for _, c := range s.clusters {
		i := slices.IndexFunc(c.pools, func(p *pool) bool { return p.id == poolID })
		if i < 0 {
			continue
		}
		if err := c.pools[i].scale(count); err != nil {
			return fmt.Errorf("scale node pool %s: %w", c.pools[i].spec.name, err)
		}
		s.kick()
		return nil
	}
	return fmt.Errorf("scale: %w", notFound("node pool", poolID))
}

func (p *pool) scale(count int) error {
	spec := p.spec
	switch {
	case p.deleting || p.cluster.state == clusterDeleting:
		return invalid("it is being deleted")
	case !spec.autoScale:
		return invalid("autoscaling is off")
	case count < spec.min || count > spec.max:
		return invalid("%d is not within %d and %d", count, spec.min, spec.max)
	}
	if err := p.cluster.server.room(count - spec.count); err != nil {
		return err
	}
	spec.count = count
	p.change(spec)
	return nil
}
