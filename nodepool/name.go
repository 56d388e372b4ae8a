package nodepool

import (
	"fmt"
	"hash/fnv"
)

// wireName is the pool's name at DigitalOcean: its own, and a hash of what cannot be changed and of how often it was replaced.
// A create that is repeated finds its own pool by it, and fresh nodes of the same size are another pool.
func (p Pool) wireName(generation int) string {
	hash := fnv.New32a()
	_, _ = fmt.Fprintf(hash, "%s %s %d", p.Name, p.Size, generation)
	return fmt.Sprintf("%s-%08x", p.Name, hash.Sum32())
}
