package nodepool

import (
	"context"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// ClusterStatus is how a cluster and its pools are, as both sides say it.
type ClusterStatus struct {
	Name    string `json:"name"`
	ID      string `json:"id"`
	Region  string `json:"region"`
	Version string `json:"version"`
	// State is DigitalOcean's: provisioning, running, degraded, error, upgrading, deleting, deleted.
	State   string `json:"state"`
	Message string `json:"message,omitempty"`
	// Upgrades are the newer versions that DigitalOcean offers, the newest first. The function Upgrades says what they take away.
	Upgrades []string `json:"upgrades,omitempty"`
	// Pools in DigitalOcean's order, those also that are not Caisson's.
	Pools []PoolStatus `json:"pools"`
	// Strays are nodes in Kubernetes that DigitalOcean does not know. Their kubelets may run nevertheless.
	Strays []NodeStatus `json:"strays,omitempty"`
	// HalfBlind says that Client.Kube was nil: what is said of nodes is DigitalOcean's view alone.
	HalfBlind bool `json:"halfBlind,omitempty"`
}

// PoolStatus is how a pool is.
type PoolStatus struct {
	// Name is Caisson's, or DigitalOcean's where the pool is not Caisson's.
	Name string `json:"name"`
	// LiveName and ID are DigitalOcean's.
	LiveName string `json:"liveName"`
	ID       string `json:"id"`
	// Foreign pools are not Caisson's: Reconcile takes them over only with Adopt.
	Foreign bool `json:"foreign,omitempty"`
	// Listed pools are in the spec.
	Listed     bool   `json:"listed"`
	Generation int    `json:"generation"`
	Size       string `json:"size"`
	// Count of nodes that there should be.
	Count int `json:"count"`
	// Autoscale is nil if the pool does not scale itself.
	Autoscale *Autoscale `json:"autoscale,omitempty"`
	// Remembered are the bounds that it had before that was switched off.
	Remembered *Autoscale `json:"remembered,omitempty"`
	// Rotation that is under way. Both the old and the new pool have it.
	Rotation *RotationStatus `json:"rotation,omitempty"`
	// Draining pools are closed to new pods, since they are to go.
	Draining bool         `json:"draining,omitempty"`
	Nodes    []NodeStatus `json:"nodes"`
}

// RotationStatus is a rotation that has begun and not ended. Whether a process is at it now is not said.
type RotationStatus struct {
	// From and To are the old and the new pool at DigitalOcean: an id, and a name.
	From    string    `json:"from"`
	To      string    `json:"to"`
	Started time.Time `json:"started"`
	// Phase that it is in, as far as that can be seen from outside.
	Phase Phase `json:"phase,omitempty"`
	// Undo says that it is being rolled back, and Deleting that there is no way back any more.
	Undo     bool `json:"undo,omitempty"`
	Deleting bool `json:"deleting,omitempty"`
}

// NodeStatus is how a node is.
type NodeStatus struct {
	// Name is empty until DigitalOcean gives one.
	Name string `json:"name,omitempty"`
	// ID at DigitalOcean. Empty for strays.
	ID string `json:"id,omitempty"`
	// State is DigitalOcean's: provisioning, running, draining, deleting.
	State   string `json:"state,omitempty"`
	Message string `json:"message,omitempty"`
	// Joined says that Kubernetes has it; what follows is what Kubernetes says then.
	Joined bool `json:"joined"`
	Ready  bool `json:"ready"`
	// Since when it is ready or not.
	Since    time.Time `json:"since,omitzero"`
	Kubelet  string    `json:"kubelet,omitempty"`
	Cordoned bool      `json:"cordoned,omitempty"`
	// Recycling says that it is being replaced by a fresh node.
	Recycling bool    `json:"recycling,omitempty"`
	Drift     []Drift `json:"drift,omitempty"`
}

// Status says how the cluster is that the spec names, and writes nothing. Of the spec its name, id and the names of its pools
// count. Without a cluster the error is a *NoClusterError.
func Status(ctx context.Context, c Client, spec Cluster) (*ClusterStatus, error) {
	p := newPlanner(c, spec, newOptions())
	if err := p.readExisting(ctx); err != nil {
		return nil, err
	}
	live := p.live
	s := &ClusterStatus{
		Name: live.Name, ID: live.ID, Region: live.Region, Version: live.Version, State: live.Status.State,
		Message: live.Status.Message, HalfBlind: c.Kube == nil, Pools: make([]PoolStatus, len(live.Pools)),
	}
	if live.Status.State == stateRunning {
		var err error
		if s.Upgrades, err = p.api().upgrades(ctx, live.ID); err != nil {
			return nil, err
		}
	}
	var nodes corev1.NodeList
	if c.Kube != nil {
		if err := c.Kube.List(ctx, &nodes); err != nil {
			return nil, fmt.Errorf("list the nodes: %w", err)
		}
	}
	known := map[string]bool{}
	for i := range live.Pools {
		s.Pools[i] = p.poolStatus(&live.Pools[i], nodes.Items)
		for _, node := range live.Pools[i].Nodes {
			known[node.Name] = true
		}
	}
	for i := range nodes.Items {
		if node := &nodes.Items[i]; !known[node.Name] {
			stray := NodeStatus{Name: node.Name}
			stray.seen(node)
			stray.Drift = []Drift{{DriftStray, "DigitalOcean does not know it", "delete the Node if nothing runs there"}}
			s.Strays = append(s.Strays, stray)
		}
	}
	return s, nil
}

func (p *planner) poolStatus(live *wirePool, nodes []corev1.Node) PoolStatus {
	name, generation := identity(live.Tags)
	s := PoolStatus{
		Name: name, LiveName: live.Name, ID: live.ID, Foreign: name == "", Generation: generation, Size: live.Size,
		Count: live.Count, Draining: closed(*live), Nodes: make([]NodeStatus, len(live.Nodes)),
	}
	if s.Foreign {
		s.Name = live.Name
	}
	_, s.Listed = p.spec.pool(name)
	if live.AutoScale {
		s.Autoscale = &Autoscale{Min: live.Min, Max: live.Max}
	}
	known := p.records[name]
	if known == nil {
		known = &record{}
	}
	if s.Remembered = known.Bounds; live.AutoScale {
		s.Remembered = nil
	}
	if known.Rotation != nil {
		s.Rotation = p.rotationStatus(known.Rotation)
	}
	for i, node := range live.Nodes {
		at := slices.IndexFunc(nodes, func(n corev1.Node) bool { return n.Name == node.Name })
		s.Nodes[i] = NodeStatus{
			Name: node.Name, ID: node.ID, State: node.Status.State, Message: node.Status.Message,
			Recycling: node.Name != "" && known.Recycling[node.Name] == node.ID,
		}
		if at >= 0 {
			s.Nodes[i].seen(&nodes[at])
			s.Nodes[i].Drift = p.drift(live, known, &nodes[at])
		} else if p.Kube != nil {
			s.Nodes[i].Drift = unjoined(node)
		}
	}
	return s
}

// seen is what Kubernetes says of a node.
func (n *NodeStatus) seen(node *corev1.Node) {
	n.Joined, n.Kubelet, n.Cordoned = true, node.Status.NodeInfo.KubeletVersion, node.Spec.Unschedulable
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			n.Ready, n.Since = condition.Status == corev1.ConditionTrue, condition.LastTransitionTime.Time
		}
	}
}
