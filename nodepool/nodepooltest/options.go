package nodepooltest

import "time"

// Delays are how long things take. Zero is at once: it has happened when anybody looks next.
type Delays struct {
	// Cluster, from its creation until it is running. Nodes start then.
	Cluster time.Duration
	// ClusterDeletion, during which the state is "deleting".
	ClusterDeletion time.Duration
	// Upgrade of the control plane; nodes are replaced afterwards, one after the other in each pool.
	Upgrade time.Duration
	// NodeJoin, from the start of a node until it has a name and is in Kubernetes.
	NodeJoin time.Duration
	// NodeRunning, from the start of a node until its state is "running". Not before it is in Kubernetes.
	NodeRunning time.Duration
	// Drain is the most that draining a node takes: then it is deleted with the pods that are left. Zero drains nothing.
	Drain time.Duration
	// NodeDeletion, from the end of the drain until the node is gone.
	NodeDeletion time.Duration
}

// Realistic delays: those of a cluster and a node are what users report of DOKS, 4 to 6 and 2 to 4 minutes. DigitalOcean
// does not say how long it drains, so 10 minutes are made up.
func Realistic() Delays {
	return Delays{
		Cluster:         5 * time.Minute,
		ClusterDeletion: 2 * time.Minute,
		Upgrade:         5 * time.Minute,
		NodeJoin:        2 * time.Minute,
		NodeRunning:     3 * time.Minute,
		Drain:           10 * time.Minute,
		NodeDeletion:    time.Minute,
	}
}

// RateLimit is how many requests are answered in any hour and any minute; others get 429. Zero is DigitalOcean's limit,
// below zero there is none.
type RateLimit struct {
	PerHour   int // default 5000
	PerMinute int // default 250
}
