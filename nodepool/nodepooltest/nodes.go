package nodepooltest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Nodes is the Kubernetes of a cluster, as far as its nodes come and go. Simulated is one; others can start something real
// for each node. Calls for different nodes come at the same time, those for one node one after the other. What fails is told
// by the cluster's status messages and tried again, so that each method has to do for a second time too.
type Nodes interface {
	// Join makes a node one of the cluster's. It has everything that DOKS gives a node: name, labels, taints, providerID,
	// capacity, allocatable. The state of the node is not "running" before this has succeeded.
	Join(ctx context.Context, node *corev1.Node) error
	// Update a node that has joined, after its pool has changed.
	Update(ctx context.Context, name string, change NodeChange) error
	// Drain a node: cordon it, and evict its pods until none is left or the context ends, which it does after Delays.Drain.
	Drain(ctx context.Context, name string) error
	// Leave takes a node away with whatever is still on it: its Droplet is gone.
	Leave(ctx context.Context, name string) error
}

// NodeChange is what a change of a pool means for a node that is there already. DOKS adds labels and changes their values, but
// takes none away.
type NodeChange struct {
	Labels        map[string]string
	Taints        []corev1.Taint // each takes the place of one with the same key and effect
	RemovedTaints []corev1.Taint
}

// Attach Kubernetes to a cluster, in the place of another. Nodes that there are already join too. Nil detaches, and leaves the
// nodes that have joined where they are.
func (s *Server) Attach(clusterID string, nodes Nodes) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.advance()
	one, err := s.cluster(clusterID)
	if err != nil {
		return fmt.Errorf("attach nodes: %w", err)
	}
	one.nodes = nodes
	for _, p := range one.pools {
		for _, n := range p.nodes {
			n.stopDraining()
			n.kubernetes = &membership{}
		}
	}
	s.start()
	s.kick()
	return nil
}

// labelPrefix of the labels that DOKS gives nodes.
const labelPrefix = "doks.digitalocean.com/"

// nodeLabels of a node of the pool, without those of one node. The region, and no zone: DOKS has none.
func (p *pool) nodeLabels() map[string]string {
	labels := cloned(p.spec.labels)
	maps.Copy(labels, map[string]string{
		labelPrefix + "node-pool":      p.spec.name,
		labelPrefix + "node-pool-id":   p.id,
		labelPrefix + "version":        p.cluster.version,
		corev1.LabelInstanceTypeStable: p.spec.size,
		corev1.LabelTopologyRegion:     p.cluster.region,
		corev1.LabelOSStable:           "linux",
		corev1.LabelArchStable:         "amd64",
	})
	return labels
}

// object that the node is in Kubernetes. The name of its pool is the one that the pool had when the node was made.
func (n *node) object() (*corev1.Node, error) {
	labels := n.pool.nodeLabels()
	labels[labelPrefix+"node-id"] = n.id
	labels[labelPrefix+"node-pool"] = n.poolName
	labels[labelPrefix+"version"] = n.version
	labels[corev1.LabelHostname] = n.name
	capacity, allocatable, err := n.pool.resources()
	if err != nil {
		return nil, err
	}
	kubelet, _, _ := strings.Cut(n.version, "-do")
	return &corev1.Node{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Node"},
		ObjectMeta: metav1.ObjectMeta{Name: n.name, Labels: labels},
		Spec: corev1.NodeSpec{
			ProviderID: "digitalocean://" + strconv.Itoa(n.dropletID), Taints: kubeTaints(n.pool.spec.taints),
		},
		Status: corev1.NodeStatus{
			Capacity: capacity, Allocatable: allocatable,
			NodeInfo: corev1.NodeSystemInfo{KubeletVersion: "v" + kubelet, OperatingSystem: "linux", Architecture: "amd64"},
		},
	}, nil
}

func kubeTaints(taints []taint) []corev1.Taint {
	all := make([]corev1.Taint, len(taints))
	for i, t := range taints {
		all[i] = corev1.Taint{Key: t.Key, Value: t.Value, Effect: corev1.TaintEffect(t.Effect)}
	}
	return all
}

// follow a change of the pool, of which this was the spec before. A node that has not joined yet joins with the new one.
func (n *node) follow(before poolSpec) {
	if !n.kubernetes.joining {
		return
	}
	change := NodeChange{Labels: map[string]string{}}
	for key, value := range n.pool.spec.labels {
		if old, there := before.labels[key]; !there || old != value {
			change.Labels[key] = value
		}
	}
	old, now := kubeTaints(before.taints), kubeTaints(n.pool.spec.taints)
	change.Taints = slices.DeleteFunc(slices.Clone(now), func(t corev1.Taint) bool { return slices.Contains(old, t) })
	change.RemovedTaints = slices.DeleteFunc(old, func(t corev1.Taint) bool {
		return slices.ContainsFunc(now, func(other corev1.Taint) bool { return other.MatchTaint(&t) })
	})
	if len(change.Labels)+len(change.Taints)+len(change.RemovedTaints) > 0 {
		n.kubernetes.changes = append(n.kubernetes.changes, change)
	}
}
