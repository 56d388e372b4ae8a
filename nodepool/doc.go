// Package nodepool makes DigitalOcean Kubernetes (DOKS) clusters and their node pools match a spec, and replaces pools without
// downtime. As plain values it says what fits on a node, and which nodes a pool becomes.
//
//	pool := nodepool.Production()          // 3 x s-4vcpu-16gb-amd
//	web.Placement = pool.Placement()       // only on nodes of this pool
//	nodes, err := pool.Nodes("fra1")       // as they would register, to see what fits
//
//	c := nodepool.Client{DO: godo.NewFromToken(token), Kube: kube}
//	spec := nodepool.Cluster{Name: "shop", Region: "fra1", Pools: []nodepool.Pool{pool}}
//	plan, err := nodepool.Plan(ctx, c, spec)                        // writes nothing
//	report, err := nodepool.Reconcile(ctx, c, spec)                 // creates and updates in place
//	err = nodepool.Wait(ctx, c, spec)                               // until all nodes are ready
//	report, err = nodepool.Rotate(ctx, c, spec, pool.Name)          // another size, without downtime
//	status, err := nodepool.Status(ctx, c, spec)                    // also: which nodes differ from their pool
//	report, err = nodepool.Recycle(ctx, c, spec, "general-x7k2p")   // a fresh node for such a one
//	offers, err := nodepool.Upgrades(ctx, c, spec)                  // newer versions, and who writes what they remove
//	report, err = nodepool.Upgrade(ctx, c, spec, "1.36")            // to one of them
//
// A cluster is found by its name or id, a pool by its tag caisson-pool:<name>. What Caisson has not made it takes over only
// with Adopt. What DigitalOcean would forget is remembered in the cluster, in ConfigMaps of the namespace caisson-system;
// a Lease there keeps two processes from rotating the same pool.
//
// # What is particular about DOKS
//
//   - The presets' sizes have shared CPUs.
//   - Nodes carry a region label and no zone label.
//   - DOKS labels a node with its pool's name and id, and both change when a pool is replaced. Workloads choose a pool by
//     the label caisson.dev/pool, which does not.
//   - A node can allocate less than its size: DOKS keeps 0.1 CPU and up to 3 GiB for itself.
//   - The size of a pool cannot be changed, so another size is another pool: Reconcile refuses with a SizeError, Rotate does it.
//   - A label that is taken from a pool stays on its nodes; Reconcile takes it from them. Taints follow by themselves.
//   - Switching autoscaling off forgets its bounds. They are remembered, and a pool that scales itself is never resized.
//   - A node that DigitalOcean deletes is drained with a timeout that ignores budgets. Rotate, Recycle and Reconcile with Prune
//     drain before, without one.
package nodepool
