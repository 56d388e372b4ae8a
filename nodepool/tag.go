package nodepool

import (
	"slices"
	"strconv"
	"strings"
)

// Tags that say what a pool is.
const (
	// tagPool and the pool's name are the identity of a pool. It is written when the pool is created or adopted.
	tagPool = "caisson-pool:"
	// tagGeneration counts how often the pool was replaced, from 0.
	tagGeneration = "caisson-generation:"
	// tagDOKS is on everything that belongs to a cluster: k8s, k8s:worker, k8s:<id of the cluster>. Some texts say k8s-worker.
	tagDOKS = "k8s"
	// tagTerraform is how Terraform's provider knows its pools: without terraform:default-node-pool it would plan a new cluster.
	tagTerraform = "terraform:"
)

// ofDOKS is given by DigitalOcean, and needs not be sent.
func ofDOKS(tag string) bool {
	return tag == tagDOKS || tag == "k8s-worker" || strings.HasPrefix(tag, tagDOKS+":")
}

// reservedTag is none that a user gives a pool.
func reservedTag(tag string) bool {
	return ofDOKS(tag) || strings.HasPrefix(tag, "caisson-") || strings.HasPrefix(tag, tagTerraform)
}

// tags that a pool shall have, sorted, beside those of DOKS: its identity, the user's, and what Terraform gave the live one.
func (p Pool) tags(generation int, live []string) []string {
	tags := append([]string{tagPool + p.Name, tagGeneration + strconv.Itoa(generation)}, p.Tags...)
	for _, tag := range live {
		if strings.HasPrefix(tag, tagTerraform) {
			tags = append(tags, tag)
		}
	}
	slices.Sort(tags)
	return tags
}

// identity that the tags of a pool give it, and how often it was replaced.
func identity(tags []string) (name string, generation int) {
	for _, tag := range tags {
		if rest, ok := strings.CutPrefix(tag, tagPool); ok {
			name = rest
		}
		if rest, ok := strings.CutPrefix(tag, tagGeneration); ok {
			if n, err := strconv.Atoi(rest); err == nil {
				generation = n
			}
		}
	}
	return name, generation
}

// ownTags are those of a pool without DOKS' own, sorted.
func ownTags(tags []string) []string {
	own := slices.DeleteFunc(slices.Clone(tags), ofDOKS)
	slices.Sort(own)
	return own
}
