package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// upPools makes the environment's cluster and its pools at a DigitalOcean that is in this process and is new. The nodes join
// the cluster of the session.
func upPools(ctx context.Context, s *session) (_ *nodepooltest.Server, err error) {
	spec, err := s.env.ClusterSpec()
	if err != nil {
		return nil, err
	}
	spec.ID = "" // of the real one
	for i, pool := range spec.Pools {
		spec.Pools[i].Count = pool.MaxCount() // no autoscaler is there
	}
	options := nodepooltest.OptionsFor(spec)
	options.Nodes = func(string) nodepooltest.Nodes { return nodepooltest.Simulated(s.client) }
	server := nodepooltest.New(options)
	defer func() {
		if err != nil {
			server.Close()
		}
	}()
	report, err := nodepool.Reconcile(ctx, nodepool.Client{DO: server.Client(), Kube: s.client}, spec)
	if err != nil {
		return nil, errors.Join(s.print(report), err)
	}
	if err := server.Settle(ctx); err != nil {
		return nil, err
	}
	s.progress.clear()
	if s.output != "table" {
		return server, nil
	}
	fmt.Fprintf(s.stdout, "Cluster %s was made in %s, at a DigitalOcean that this process simulates.\n", spec.Name, spec.Region)
	for _, pool := range spec.Pools {
		joined := fmt.Sprintf("%d nodes have", pool.Count)
		if pool.Count == 1 {
			joined = "1 node has"
		}
		fmt.Fprintf(s.stdout, "Pool %s, %s joined.\n", pool, joined)
	}
	fmt.Fprintln(s.stdout)
	return server, nil
}
