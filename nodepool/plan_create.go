package nodepool

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/caissonhq/caisson"
)

// planCreate makes the cluster with its pools, in one request.
func (p *planner) planCreate(ctx context.Context, s *step) {
	s.change.Action = caisson.Created
	s.do = p.createCluster
	for _, pool := range p.spec.Pools {
		p.add(poolRef(pool.Name), caisson.Created)
	}
	if err := p.checkOffer(ctx, p.spec.Pools); err != nil {
		s.fail(err)
		for _, pool := range p.steps[1:] {
			pool.fail(errors.New("the cluster cannot be created"))
		}
	}
}

// createCluster and find it again, also where the answer was lost: it is found by its name.
func (p *planner) createCluster(ctx context.Context) error {
	err := p.api().createCluster(ctx, p.spec.createBody())
	if again := p.read(ctx); again != nil || p.live == nil {
		return errors.Join(err, again)
	}
	if registry := p.spec.Registry; registry != nil && *registry {
		if err := p.api().integrateRegistry(ctx, p.live.ID, true); err != nil {
			return fmt.Errorf("registry: the cluster was created, and the registry not integrated: %w", err)
		}
	}
	return nil
}

// createBody of a new cluster, with what it gets where the spec says nothing.
func (c Cluster) createBody() body {
	pools := make([]body, len(c.Pools))
	for i, pool := range c.Pools {
		pools[i] = pool.createBody(0)
	}
	b := body{
		"name": c.Name, "region": c.Region, "version": "latest", "node_pools": pools, "ha": false, "auto_upgrade": false,
		"surge_upgrade": true,
	}
	given := func(key, value string) {
		if value != "" {
			b[key] = value
		}
	}
	given("version", c.Version)
	given("vpc_uuid", c.VPC)
	given("cluster_subnet", c.PodSubnet)
	given("service_subnet", c.ServiceSubnet)
	if c.IsolatedWorkers {
		b["isolated_workers"] = true
	}
	// The rest is what would be changed on a cluster with none of it.
	d, _ := c.difference(&wireCluster{
		SurgeUpgrade: true, Region: c.Region, VPC: c.VPC, PodSubnet: c.PodSubnet, ServiceSubnet: c.ServiceSubnet,
		IsolatedWorkers: c.IsolatedWorkers,
	})
	maps.Copy(b, d.body)
	b["name"] = c.Name
	return b
}
