package nodepool

import (
	"context"
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
		capacityObstacles(load, homes, "the other pools")))
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
