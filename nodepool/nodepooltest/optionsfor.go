package nodepooltest

import (
	"slices"
	"strings"

	"github.com/digitalocean/godo"
	corev1 "k8s.io/api/core/v1"

	"github.com/caissonhq/caisson/nodepool"
)

// OptionsFor gives the options of a server that can have the cluster of a spec and rotate all its pools at once: it offers the
// spec's region, version of Kubernetes and sizes, if the names of those tell what they are, and has room for the nodes. It
// serves to show what a spec becomes; whether DigitalOcean offers it, only DigitalOcean knows.
func OptionsFor(spec nodepool.Cluster) Options {
	spec = spec.WithDefaults()
	o := Options{Regions: regions(), Versions: defaultVersions(), DropletLimit: defaultDropletLimit}
	known := func(r godo.KubernetesRegion) bool { return r.Slug == spec.Region }
	if spec.Region != "" && !slices.ContainsFunc(o.Regions, known) {
		o.Regions = append(o.Regions, godo.KubernetesRegion{Slug: spec.Region, Name: spec.Region})
	}
	if _, err := version(o.Versions, spec.Version); spec.Version != "" && err != nil {
		slug := spec.Version
		if strings.Count(slug, ".") == 1 { // a minor
			slug += ".0-do.0"
		}
		o.Versions = append(o.Versions, godo.KubernetesVersion{Slug: slug})
	}
	o.Sizes = DefaultSizes()
	nodes := 0
	for _, pool := range spec.Pools {
		nodes += pool.MaxCount()
		o.Sizes = offering(o.Sizes, pool.Size, spec.Region)
	}
	o.DropletLimit = max(o.DropletLimit, 2*nodes) //nolint:mnd // each pool beside its successor
	return o
}

// offering a size too, in a region.
func offering(sizes []godo.Size, slug, region string) []godo.Size {
	i := slices.IndexFunc(sizes, func(one godo.Size) bool { return one.Slug == slug })
	if i < 0 {
		capacity, err := nodepool.Capacity(slug)
		if err != nil {
			return sizes
		}
		const mib, gb = 1 << 20, 1000 * 1000 * 1000
		sizes = append(sizes, godo.Size{
			Slug: slug, Vcpus: int(capacity.Cpu().Value()), Memory: int(capacity.Memory().Value() / mib),
			Disk: int(capacity.Name(corev1.ResourceEphemeralStorage, "").Value() / gb),
		})
		i = len(sizes) - 1
	}
	sizes[i].Available = true
	if !slices.Contains(sizes[i].Regions, region) {
		sizes[i].Regions = append(slices.Clone(sizes[i].Regions), region)
	}
	return sizes
}
