package nodepooltest

import (
	"slices"

	"github.com/digitalocean/godo"
)

// DefaultSizes are those of Caisson's presets and some more: with prices in dollars as public lists had them in 2026, which
// count for nothing but tests. Two are there for mistakes: s-8vcpu-32gb-amd is sold out, and s-1vcpu-1gb is too small for
// Kubernetes. so1_5-2vcpu-16gb is not offered in blr1.
func DefaultSizes() []godo.Size {
	shared, general := "Basic", "General Purpose"
	sizes := []godo.Size{
		size("s-1vcpu-1gb", 1, 1, 25, 6, 0.00893, shared),
		size("s-1vcpu-2gb", 1, 2, 50, 12, 0.01786, shared),
		size("s-1vcpu-2gb-intel", 1, 2, 70, 16, 0.02381, shared),
		size("s-2vcpu-4gb", 2, 4, 80, 24, 0.03571, shared),
		size("s-2vcpu-8gb-amd", 2, 8, 100, 42, 0.0625, shared),
		size("s-4vcpu-8gb", 4, 8, 160, 48, 0.07143, shared),
		size("g-2vcpu-8gb", 2, 8, 25, 63, 0.09375, general),
		size("s-4vcpu-16gb-amd", 4, 16, 200, 84, 0.125, shared),
		size("so1_5-2vcpu-16gb", 2, 16, 450, 163, 0.24256, "Storage-Optimized 1.5x"),
		size("s-8vcpu-32gb-amd", 8, 32, 400, 168, 0.25, shared),
	}
	for i := range sizes {
		switch sizes[i].Slug {
		case "s-8vcpu-32gb-amd":
			sizes[i].Available = false
		case "so1_5-2vcpu-16gb":
			sizes[i].Regions = slices.DeleteFunc(sizes[i].Regions, func(region string) bool { return region == "blr1" })
		}
	}
	return sizes
}

func size(slug string, cpus, gib, disk int, monthly, hourly float64, description string) godo.Size {
	all := regions()
	slugs := make([]string, len(all))
	for i, one := range all {
		slugs[i] = one.Slug
	}
	return godo.Size{
		Slug: slug, Vcpus: cpus, Memory: gib * 1024, Disk: disk, PriceMonthly: monthly, PriceHourly: hourly,
		Regions: slugs, Available: true, Transfer: float64(gib), Description: description,
	}
}

// regions in which there are Kubernetes clusters.
func regions() []godo.KubernetesRegion {
	return []godo.KubernetesRegion{
		{Slug: "ams3", Name: "Amsterdam 3"},
		{Slug: "blr1", Name: "Bangalore 1"},
		{Slug: "fra1", Name: "Frankfurt 1"},
		{Slug: "lon1", Name: "London 1"},
		{Slug: "nyc1", Name: "New York 1"},
		{Slug: "nyc3", Name: "New York 3"},
		{Slug: "sfo3", Name: "San Francisco 3"},
		{Slug: "sgp1", Name: "Singapore 1"},
		{Slug: "syd1", Name: "Sydney 1"},
		{Slug: "tor1", Name: "Toronto 1"},
	}
}

func (s *Server) size(slug string) (godo.Size, bool) {
	i := slices.IndexFunc(s.options.Sizes, func(one godo.Size) bool { return one.Slug == slug })
	if i < 0 {
		return godo.Size{}, false
	}
	return s.options.Sizes[i], true
}

// forKubernetes says whether a size is for nodes: DOKS has none with less than 2 GiB.
func forKubernetes(size godo.Size) bool { return size.Memory >= 2048 }
