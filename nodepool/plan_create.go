package nodepool

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/caissonhq/caisson"
)

// planCreate makes the cluster with its pools, in one request.
func (p *planner) planCreate(ctx context.Context, s *step) {
	s.change.Action, s.change.Fields = caisson.Created, p.spec.described()
	s.do = p.createCluster
	for _, pool := range p.spec.Pools {
		p.add(poolRef(pool.Name), caisson.Created).change.Fields = pool.described()
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

// described is what a new cluster is, for whoever approves it.
func (c Cluster) described() []caisson.FieldChange {
	var d difference
	d.show("region", "", text(c.Region))
	d.show("version", "", text(cmp.Or(c.Version, "latest")))
	rest, _ := c.difference(c.blank())
	for _, setting := range rest.fields {
		d.show(setting.Path, "", setting.After)
	}
	if c.Registry != nil && *c.Registry {
		d.show("registry", "", text(true))
	}
	return d.fields
}

// described is what a new pool is: what it costs.
func (p Pool) described() []caisson.FieldChange {
	var d difference
	d.show("size", "", text(p.Size))
	d.show("count", "", text(p.Count))
	if p.Autoscale != nil {
		d.show("autoscale", "", text(p.Autoscale))
	}
	return d.fields
}

// blank is a new cluster as it is without any setting.
func (c Cluster) blank() *wireCluster {
	return &wireCluster{
		SurgeUpgrade: true, Region: c.Region, VPC: c.VPC, PodSubnet: c.PodSubnet, ServiceSubnet: c.ServiceSubnet,
		IsolatedWorkers: c.IsolatedWorkers,
	}
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
	d, _ := c.difference(c.blank())
	maps.Copy(b, d.body)
	b["name"] = c.Name
	return b
}
