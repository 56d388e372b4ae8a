package nodepool_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/nodepool"
)

// status of a cluster in which much is going on, as Status gives it.
func status() *nodepool.ClusterStatus {
	rotation := &nodepool.RotationStatus{Started: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), Phase: nodepool.PhaseDrain}
	return &nodepool.ClusterStatus{
		Name: "shop", Region: "fra1", Version: "1.36.2-do.0", State: "degraded", Message: "a node is down",
		Upgrades: []string{"1.37.1-do.0", "1.36.3-do.0"},
		Pools: []nodepool.PoolStatus{
			{
				Name: "general", Listed: true, Size: "s-2vcpu-8gb-amd", Count: 1, Rotation: rotation, Nodes: []nodepool.NodeStatus{
					{Name: "general-a-x7k2p", State: "running", Joined: true, Ready: true, Cordoned: true, Kubelet: "v1.36.2"},
				},
			},
			{
				Name: "general", Listed: true, Size: "s-4vcpu-16gb-amd", Count: 2, Rotation: rotation, Nodes: []nodepool.NodeStatus{
					{Name: "general-b-q9d1m", State: "running", Joined: true, Ready: true, Kubelet: "v1.35.1", Drift: []nodepool.Drift{
						{Kind: nodepool.DriftVersion, Problem: "runs Kubernetes v1.35.1, and the cluster 1.36.2-do.0", Remedy: "recycle the node"},
					}},
					{State: "provisioning", Message: "no Droplet yet"},
				},
			},
			{Name: "jobs", Size: "s-2vcpu-8gb-amd", Autoscale: &nodepool.Autoscale{Max: 3}, Draining: true},
			{Name: "pool-1", Foreign: true, Size: "s-1vcpu-2gb", Remembered: &nodepool.Autoscale{Min: 1, Max: 2}},
		},
	}
}

func ExampleClusterStatus_Table() {
	_ = status().Table(os.Stdout)
	// Output:
	// cluster shop: degraded, fra1, 1.36.2-do.0: a node is down
	//
	// POOL     SIZE              NODES  READY  SCALES
	// general  s-2vcpu-8gb-amd   1      1      -
	// general  s-4vcpu-16gb-amd  2      1      -
	// jobs     s-2vcpu-8gb-amd   0      0      0 to 3
	// pool-1   s-1vcpu-2gb       0      0      -
	//
	// NODE             POOL     STATE         READY          KUBELET
	// general-a-x7k2p  general  running       yes, cordoned  v1.36.2
	// general-b-q9d1m  general  running       yes            v1.35.1
	// -                general  provisioning  no             -
	//
	// Kubernetes 1.37.1-do.0, 1.36.3-do.0 can be had: Upgrades says what that takes away
	// pool general is being replaced since 2026-11-22 12:00 (drain): end it with Rotate, or take it back with Undo
	// general-b-q9d1m runs Kubernetes v1.35.1, and the cluster 1.36.2-do.0: recycle the node
	// a new node of general: no Droplet yet
	// pool jobs is being removed
	// pool jobs is not in the spec
	// pool pool-1 scaled between 1 and 2 before
	// pool pool-1 is not Caisson's
}

func TestStatusAsMarkdown(t *testing.T) {
	var text strings.Builder
	s := status()
	s.HalfBlind = true
	require.NoError(t, s.Markdown(&text))
	require.Equal(t, `### cluster shop: degraded, fra1, 1.36.2-do.0: a node is down

| pool | size | nodes | ready | scales |
|---|---|---|---|---|
| general | s-2vcpu-8gb-amd | 1 | ? | - |
| general | s-4vcpu-16gb-amd | 2 | ? | - |
| jobs | s-2vcpu-8gb-amd | 0 | ? | 0 to 3 |
| pool-1 | s-1vcpu-2gb | 0 | ? | - |

| node | pool | state | ready | kubelet |
|---|---|---|---|---|
| general-a-x7k2p | general | running | ? | v1.36.2 |
| general-b-q9d1m | general | running | ? | v1.35.1 |
| - | general | provisioning | ? | - |

* Kubernetes 1.37.1-do.0, 1.36.3-do.0 can be had: Upgrades says what that takes away
* pool general is being replaced since 2026-11-22 12:00 (drain): end it with Rotate, or take it back with Undo
* general-b-q9d1m runs Kubernetes v1.35.1, and the cluster 1.36.2-do.0: recycle the node
* a new node of general: no Droplet yet
* pool jobs is being removed
* pool jobs is not in the spec
* pool pool-1 scaled between 1 and 2 before
* pool pool-1 is not Caisson's
* the cluster's API server was not asked
`, text.String())
}
