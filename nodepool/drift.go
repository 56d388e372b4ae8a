package nodepool

import (
	"fmt"
	"maps"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	utilversion "k8s.io/apimachinery/pkg/util/version"
)

// DriftKind is a kind of difference between a node and its pool.
type DriftKind string

// How nodes differ from their pools.
const (
	// DriftLabel is a label that the pool gives its nodes and this one lacks, or has with another value; or one that was taken
	// from the pool and is still there.
	DriftLabel DriftKind = "label"
	// DriftTaint is a taint that the pool gives its nodes and this one lacks.
	DriftTaint DriftKind = "taint"
	// DriftVersion is a kubelet older than the cluster.
	DriftVersion DriftKind = "version"
	// DriftUnjoined is a node that runs at DigitalOcean, or should since long, and that Kubernetes does not have.
	DriftUnjoined DriftKind = "unjoined"
	// DriftStray is a node that Kubernetes has and that DigitalOcean does not know.
	DriftStray DriftKind = "stray"
)

// Drift is one difference between a node and its pool.
type Drift struct {
	Kind DriftKind `json:"kind"`
	// Problem and Remedy are half-sentences.
	Problem string `json:"problem"`
	Remedy  string `json:"remedy"`
}

func (d Drift) String() string { return fmt.Sprintf("%s: %s: %s", d.Kind, d.Problem, d.Remedy) }

// drift of a node from its pool. What a node has beyond it is its own: labels by hand, taints of Kubernetes.
func (p *planner) drift(pool *wirePool, known *record, node *corev1.Node) []Drift {
	const recycle = "recycle the node"
	var all []Drift
	add := func(kind DriftKind, remedy, format string, values ...any) {
		all = append(all, Drift{kind, fmt.Sprintf(format, values...), remedy})
	}
	for _, key := range slices.Sorted(maps.Keys(pool.Labels)) {
		want := pool.Labels[key]
		if have, has := node.Labels[key]; !has {
			add(DriftLabel, recycle, "lacks the label %s=%s", key, want)
		} else if have != want {
			add(DriftLabel, recycle, "has the label %s=%s, and its pool has %s", key, have, want)
		}
	}
	for _, key := range known.Unlabel {
		if _, has := node.Labels[key]; has {
			add(DriftLabel, "reconcile", "has the label %s, which was taken from its pool", key)
		}
	}
	for _, taint := range pool.Taints {
		want := corev1.Taint{Key: taint.Key, Value: taint.Value, Effect: taint.Effect}
		same := func(t corev1.Taint) bool { return t.MatchTaint(&want) && t.Value == want.Value }
		if !slices.ContainsFunc(node.Spec.Taints, same) {
			add(DriftTaint, recycle, "lacks the taint %s", want.ToString())
		}
	}
	if kubelet := node.Status.NodeInfo.KubeletVersion; older(kubelet, p.live.Version) {
		add(DriftVersion, recycle, "runs Kubernetes %s, and the cluster %s", kubelet, p.live.Version)
	}
	return all
}

// joinTime is what a node has to join Kubernetes in. Users report 2 to 4 minutes of DOKS.
const joinTime = 15 * time.Minute

// unjoined is the drift of a node that Kubernetes does not have, unless it is just coming or going.
func unjoined(node wireNode) []Drift {
	remedy := "recycle it"
	if node.Name == "" {
		remedy = "ask DigitalOcean's support"
	}
	created, err := time.Parse(time.RFC3339, node.Created)
	switch state := node.Status.State; {
	case state == stateRunning:
		return []Drift{{DriftUnjoined, "runs at DigitalOcean, and has not joined Kubernetes", remedy}}
	case state == stateProvisioning && err == nil && time.Since(created) > joinTime:
		return []Drift{{DriftUnjoined, "is being made since " + minute(created) + ", and has not joined Kubernetes", remedy}}
	}
	return nil
}

// older says whether a version is lower than another, however they are written: v1.36.2, 1.36.2-do.0.
func older(version, than string) bool {
	first, err := utilversion.ParseGeneric(version)
	if err != nil {
		return false
	}
	second, err := utilversion.ParseGeneric(than)
	return err == nil && first.LessThan(second)
}
