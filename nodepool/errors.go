package nodepool

import (
	"fmt"
	"strings"
)

// NoClusterError says that there is no cluster of the spec's name, or, with a State, that it does not run yet.
type NoClusterError struct{ Cluster, State string }

func (e *NoClusterError) Error() string {
	if e.State != "" {
		return fmt.Sprintf("cluster %s is %s, and has no API server yet: Wait waits for it", e.Cluster, e.State)
	}
	return fmt.Sprintf("there is no cluster %s: make it with Reconcile, or caisson nodepool apply", e.Cluster)
}

// ForeignError says that a pool of the wanted name exists, and is not Caisson's.
type ForeignError struct{ Pool string }

func (e *ForeignError) Error() string {
	return fmt.Sprintf("a pool of this name exists without the tag %s%s: take it over with Adopt, or choose another name",
		tagPool, e.Pool)
}

// SizeError says that a pool has another size than its spec, which no update can change.
type SizeError struct{ Pool, Live, Want string }

func (e *SizeError) Error() string {
	return fmt.Sprintf("size: is %s and cannot be changed to %s: replace the pool without downtime with Rotate, or "+
		"caisson nodepool rotate %s", e.Live, e.Want, e.Pool)
}

// OfferError says that a region does not have a size now.
type OfferError struct {
	Pool, Region, Size string
	// Similar sizes that the region has, 5 at most.
	Similar []string
}

func (e *OfferError) problem() string {
	return fmt.Sprintf("%s does not offer %s for Kubernetes now", e.Region, e.Size)
}

func (e *OfferError) remedy() string {
	return "write another size, like " + strings.Join(e.Similar, ", ")
}

func (e *OfferError) Error() string {
	return fmt.Sprintf("pool %s: size: %s: %s", e.Pool, e.problem(), e.remedy())
}

// LimitError says that the account may not have so many Droplets.
type LimitError struct{ Limit, Have, More int }

func (e *LimitError) problem() string {
	return fmt.Sprintf("the account may have %d Droplets and has %d, and %d more are needed", e.Limit, e.Have, e.More)
}

func (e *LimitError) remedy() string {
	return "ask DigitalOcean for a higher limit (Settings, Team, Resource limits)"
}

func (e *LimitError) Error() string { return e.problem() + ": " + e.remedy() }
