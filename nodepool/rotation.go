package nodepool

import (
	"time"
)

// rotation is what has to be remembered of one that is under way. All else can be seen: which pools there are, their taints,
// the nodes and pods.
type rotation struct {
	// From is the id of the pool that is replaced.
	From string `json:"from"`
	// Name of the new pool at DigitalOcean, and its generation and size.
	Name       string `json:"name"`
	Generation int    `json:"generation"`
	Size       string `json:"size"`
	// Count of nodes that the new pool begins with: those that the old one had.
	Count int `json:"count"`
	// Bounds of the old pool's autoscaler, which is switched off meanwhile and forgets them.
	Bounds  *Autoscale `json:"bounds,omitempty"`
	Started time.Time  `json:"started"`
	// Undo says that it is being rolled back.
	Undo bool `json:"undo,omitempty"`
	// Deleting is written before a pool is deleted. There is no way back from then on.
	Deleting bool `json:"deleting,omitempty"`
}

// taintRotating keeps new pods from the nodes of a pool that is drained, those also that are replaced meanwhile.
const taintRotating = "caisson.dev/rotating"

// annotationCordoned is on nodes that Caisson has cordoned, so that it uncordons no others.
const annotationCordoned = "caisson.dev/cordoned"
