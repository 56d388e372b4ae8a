package nodepool

import (
	"fmt"
	"strings"

	"github.com/caissonhq/caisson"
)

// ObstacleKind is a kind of obstacle to moving pods, or to an upgrade.
type ObstacleKind string

// What can be in the way: the last of an upgrade, the others of pods that have to move.
const (
	// ObstacleBudget is a disruption budget that allows no eviction now, or two that select one pod.
	ObstacleBudget ObstacleKind = "budget"
	// ObstacleBarePod is a pod without a controller: evicted, it would be gone for good.
	ObstacleBarePod ObstacleKind = "bare-pod"
	// ObstacleSelector is a pod that no new node could run: it selects nodes by DOKS' name of the pool, by its size, or does not
	// tolerate the new taints.
	ObstacleSelector ObstacleKind = "selector"
	// ObstacleVolume is data on a node itself, which does not move, or more volumes than can be attached to the new nodes.
	ObstacleVolume ObstacleKind = "volume"
	// ObstacleDroplets is the account's limit: both pools exist side by side for a while.
	ObstacleDroplets ObstacleKind = "droplets"
	// ObstacleCapacity is what the new nodes cannot hold.
	ObstacleCapacity ObstacleKind = "capacity"
	// ObstacleOffer is a size that the region does not have now.
	ObstacleOffer ObstacleKind = "offer"
	// ObstacleRemovedAPI is an object that is written through an API version which an upgrade removes, or the want of knowing.
	ObstacleRemovedAPI ObstacleKind = "removed-api"
)

// ObstacleKinds are all that there are.
func ObstacleKinds() []ObstacleKind {
	return []ObstacleKind{
		ObstacleBudget, ObstacleBarePod, ObstacleSelector, ObstacleVolume, ObstacleDroplets, ObstacleCapacity, ObstacleOffer,
		ObstacleRemovedAPI,
	}
}

// Obstacle is one thing in the way.
type Obstacle struct {
	Kind ObstacleKind `json:"kind"`
	Ref  caisson.Ref  `json:"ref"`
	// Problem and Remedy are half-sentences.
	Problem string `json:"problem"`
	Remedy  string `json:"remedy"`
}

func (o Obstacle) String() string {
	return fmt.Sprintf("%s: %s %s: %s", o.Kind, o.Ref, o.Problem, o.Remedy)
}

// ObstacleError has all that is in the way. Nothing was changed.
type ObstacleError struct{ Obstacles []Obstacle }

func (e *ObstacleError) Error() string {
	lines := make([]string, 0, 1+len(e.Obstacles))
	lines = append(lines, "nothing has begun, since something is in the way; mend it, or accept it with Despite:")
	for _, o := range e.Obstacles {
		lines = append(lines, o.String())
	}
	return strings.Join(lines, "\n")
}
