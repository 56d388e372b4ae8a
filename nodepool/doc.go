// Package nodepool describes the node pools of DigitalOcean Kubernetes (DOKS): presets, what a node of a size can hold,
// and the nodes that a pool becomes.
//
//	pool := nodepool.Production()          // 3 x s-4vcpu-16gb-amd
//	web.Placement = pool.Placement()       // only on nodes of this pool
//	nodes, err := pool.Nodes("fra1")       // as they would register, to see what fits
//
// # What is particular about DOKS
//
//   - The presets' sizes have shared CPUs.
//   - Nodes carry a region label and no zone label.
//   - DOKS labels a node with its pool's name and id, and both change when a pool is replaced. Workloads choose a pool by
//     the label caisson.dev/pool, which does not.
//   - A node can allocate less than its size: DOKS keeps 0.1 CPU and up to 3 GiB for itself.
package nodepool
