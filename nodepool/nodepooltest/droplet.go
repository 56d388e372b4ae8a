package nodepooltest

import (
	"slices"
	"time"

	"github.com/digitalocean/godo"
)

// listDroplets gives the nodes, which are Droplets that count against the account's limit.
func (c *call) listDroplets() (answer, error) {
	nodes := c.server.allNodes()
	all := make([]godo.Droplet, 0, len(nodes))
	for _, n := range nodes {
		all = append(all, n.droplet())
	}
	return paged(c.request, "droplets", all)
}

func (n *node) droplet() godo.Droplet {
	status := "active"
	if n.state == nodeProvisioning {
		status = "new"
	}
	sizes := n.pool.cluster.server.options.Sizes
	size := sizes[slices.IndexFunc(sizes, func(s godo.Size) bool { return s.Slug == n.pool.spec.size })]
	return godo.Droplet{
		ID: n.dropletID, Name: n.name, Status: status, SizeSlug: size.Slug, Size: &size,
		Memory: size.Memory, Vcpus: size.Vcpus, Disk: size.Disk,
		Tags: slices.Concat(n.pool.spec.tags, n.pool.cluster.autoTags("k8s:worker")),
		Region: &godo.Region{
			Slug: n.pool.cluster.region, Name: n.pool.cluster.region, Available: true, Sizes: []string{}, Features: []string{},
		},
		Image:    &godo.Image{Type: "snapshot", Status: "available", Regions: []string{}, Tags: []string{}},
		Networks: &godo.Networks{}, BackupIDs: []int{}, SnapshotIDs: []int{}, VolumeIDs: []string{}, Features: []string{},
		Created: n.created.UTC().Format(time.RFC3339),
	}
}
