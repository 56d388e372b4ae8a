package nodepool

import (
	"fmt"
	"hash/fnv"
	"maps"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson"
)

// Labels that DOKS puts on nodes.
const (
	labelsDOKS      = "doks.digitalocean.com/"
	labelDOKSPool   = labelsDOKS + "node-pool"
	labelDOKSPoolID = labelsDOKS + "node-pool-id"
)

// nodeLabels that say what a node is, beside those of DOKS.
func nodeLabels() []string {
	return []string{
		caisson.LabelPool, corev1.LabelHostname, corev1.LabelInstanceTypeStable, corev1.LabelTopologyRegion,
		corev1.LabelOSStable, corev1.LabelArchStable,
	}
}

// Nodes are what the pool becomes, as DOKS registers them in a region: names, labels, taints and what each can hold.
// They serve to see what fits, and to simulate the pool; the ids in them are made up from the pool's name.
func (p Pool) Nodes(region string) ([]*corev1.Node, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	p = p.WithDefaults()
	capacity, err := Capacity(p.Size)
	if err != nil {
		return nil, err
	}
	allocatable, err := Allocatable(p.Size)
	if err != nil {
		return nil, err
	}
	nodes := make([]*corev1.Node, p.Count)
	for i := range nodes {
		name := fmt.Sprintf("%s-%s", p.Name, suffix(p.Name, i))
		labels := map[string]string{
			corev1.LabelHostname:           name,
			corev1.LabelInstanceTypeStable: p.Size,
			corev1.LabelTopologyRegion:     region,
			corev1.LabelOSStable:           "linux",
			corev1.LabelArchStable:         "amd64",
			labelDOKSPool:                  p.Name,
			labelDOKSPoolID:                poolID(p.Name),
			caisson.LabelPool:              p.Name,
		}
		maps.Copy(labels, p.Labels)
		nodes[i] = &corev1.Node{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Node"},
			ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels},
			Spec:       corev1.NodeSpec{Taints: clonedTaints(p.Taints)},
			Status:     corev1.NodeStatus{Capacity: capacity.DeepCopy(), Allocatable: allocatable.DeepCopy()},
		}
	}
	return nodes, nil
}

// suffix is five letters and digits, as DOKS adds to a pool's name for a node.
func suffix(pool string, i int) string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	hash := fnv.New64a()
	_, _ = fmt.Fprintf(hash, "%s %d", pool, i)
	sum := hash.Sum64()
	text := make([]byte, 5)
	for i := range text {
		text[i] = letters[sum%uint64(len(letters))]
		sum /= uint64(len(letters))
	}
	return string(text)
}

// poolID has the form of a UUID.
func poolID(pool string) string {
	hash := fnv.New128a()
	_, _ = hash.Write([]byte(pool))
	sum := hash.Sum(nil)
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}
