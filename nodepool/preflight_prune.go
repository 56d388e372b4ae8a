package nodepool

import (
	"context"
	"errors"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// preflightPrune looks for all that is in the way of removing a pool: its pods have to find room on the nodes of the others, as
// many as those can become. A removal that has begun goes on.
func (m *mover) preflightPrune(ctx context.Context, cluster *wireCluster, from wirePool) error {
	if closed(from) {
		return nil
	}
	m.live = cluster
	load, err := m.load(ctx, from)
	if err != nil {
		return err
	}
	return m.preflightLoad(ctx, load, "the other pools")
}

// preflightRecycle looks for all that is in the way of draining a node: its pods have to find room on the others until the new
// one comes, and that has to be on offer.
func (m *mover) preflightRecycle(ctx context.Context, from wirePool, node string) error {
	m.spec.Region = m.live.Region
	err := m.checkOffer(ctx, []Pool{{Name: m.pool.Name, Size: from.Size}}) // not one Droplet more than there is
	if offer, ok := errors.AsType[*OfferError](err); ok {
		err = m.options.refuse([]Obstacle{{
			ObstacleOffer, m.change.Ref, "cannot be made again: " + offer.problem(),
			"wait until it does, or rotate the pool to another size",
		}})
	}
	if err != nil {
		return err
	}
	load, err := m.load(ctx, from)
	if err != nil {
		return err
	}
	for _, other := range load.nodes {
		if other.Name != node {
			load.others = append(load.others, other)
		}
	}
	load.pods = slices.DeleteFunc(load.pods, func(pod corev1.Pod) bool { return pod.Spec.NodeName != node })
	return m.preflightLoad(ctx, load, "the other nodes")
}

// preflightLoad looks for all that is in the way of moving pods to the nodes that are there, and that their pools can get.
func (m *mover) preflightLoad(ctx context.Context, load *load, where string) error {
	homes, err := m.otherHomes(ctx, load)
	if err != nil {
		return err
	}
	budgets, err := m.budgetObstacles(ctx, load.pods)
	if err != nil {
		return err
	}
	volumes, err := m.volumeObstacles(ctx, load, homes)
	if err != nil {
		return err
	}
	return m.options.refuse(slices.Concat(budgets, bareObstacles(load.pods), selectorObstacles(load, homes), volumes,
		capacityObstacles(load, homes, where)))
}

// otherHomes are the nodes of all other pools: with what is free on those that are there, and those that their pools can get.
func (m *mover) otherHomes(ctx context.Context, l *load) ([]home, error) {
	var homes []home
	for i := range l.others {
		node := &l.others[i]
		room := node.Status.Allocatable.DeepCopy()
		pods, err := podsOf(ctx, m.Kube, node.Name)
		if err != nil {
			return nil, err
		}
		for j := range pods {
			if phase := pods[j].Status.Phase; phase != corev1.PodSucceeded && phase != corev1.PodFailed {
				take(room, needs(&pods[j]))
			}
		}
		homes = append(homes, home{node, room})
	}
	for _, pool := range m.spec.Pools {
		have := 0
		for _, live := range m.named(pool.Name) {
			have += live.Count
		}
		pool.Autoscale, pool.Count = nil, pool.MaxCount()-have
		if pool.Count < 1 {
			continue
		}
		nodes, err := pool.Nodes(m.spec.Region)
		if err != nil {
			continue // a size whose name says nothing: nobody knows what it holds
		}
		for _, node := range nodes {
			take(node.Status.Allocatable, l.daemon)
			homes = append(homes, home{node, node.Status.Allocatable})
		}
	}
	return homes, nil
}
