package nodepool

import (
	"context"
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/caissonhq/caisson"
)

// preflight looks for all that is in the way of moving a pool's pods.
func (m *mover) preflight(ctx context.Context, from wirePool, count int) error {
	found, err := m.offerObstacles(ctx, count)
	if err != nil {
		return err
	}
	load, err := m.load(ctx, from)
	if err != nil {
		return err
	}
	budgets, err := m.budgetObstacles(ctx, load.pods)
	if err != nil {
		return err
	}
	homes := m.newHomes(load)
	volumes, err := m.volumeObstacles(ctx, load, homes)
	if err != nil {
		return err
	}
	return m.options.refuse(slices.Concat(found, budgets, bareObstacles(load.pods), selectorObstacles(load, homes), volumes,
		capacityObstacles(load, homes, m.pool.String())))
}

// refuse to begin because of obstacles, but for those that the user accepts.
func (o *rotateOptions) refuse(found []Obstacle) error {
	var kept []Obstacle
	for _, obstacle := range found {
		if !o.despite[obstacle.Kind] {
			kept = append(kept, obstacle)
		}
	}
	if len(kept) > 0 {
		return &ObstacleError{kept}
	}
	return nil
}

// load is what runs in a cluster, from a pool's point of view.
type load struct {
	nodes  []corev1.Node // of the pool
	others []corev1.Node // of the cluster
	pods   []corev1.Pod  // of the pool that have to move
	daemon corev1.ResourceList
}

func (m *mover) load(ctx context.Context, from wirePool) (*load, error) {
	var all corev1.NodeList
	if err := m.Kube.List(ctx, &all); err != nil {
		return nil, fmt.Errorf("list the nodes: %w", err)
	}
	l := &load{}
	for _, node := range all.Items {
		if node.Labels[labelDOKSPoolID] != from.ID {
			l.others = append(l.others, node)
			continue
		}
		l.nodes = append(l.nodes, node)
		pods, err := podsOf(ctx, m.Kube, node.Name)
		if err != nil {
			return nil, err
		}
		daemon := corev1.ResourceList{}
		for _, pod := range pods {
			switch {
			case pod.DeletionTimestamp != nil: // it is moving already
			case !stays(&pod):
				l.pods = append(l.pods, pod)
			case pod.Status.Phase == corev1.PodRunning || pod.Status.Phase == corev1.PodPending:
				add(daemon, needs(&pod))
			}
		}
		l.daemon = most(l.daemon, daemon)
	}
	return l, nil
}

// offerObstacles are what DigitalOcean cannot give.
func (m *mover) offerObstacles(ctx context.Context, count int) ([]Obstacle, error) {
	pool := m.pool
	pool.Count = count
	var found []Obstacle
	err := m.checkOffer(ctx, []Pool{pool})
	if offer, ok := errors.AsType[*OfferError](err); ok {
		found = append(found, Obstacle{ObstacleOffer, m.change.Ref, "cannot be made: " + offer.problem(), offer.remedy()})
	}
	if limit, ok := errors.AsType[*LimitError](err); ok {
		found = append(found, Obstacle{ObstacleDroplets, m.change.Ref, "cannot be made: " + limit.problem(), limit.remedy()})
	}
	if len(found) > 0 {
		return found, nil
	}
	return nil, err
}

// bareObstacles are pods that nothing makes again.
func bareObstacles(pods []corev1.Pod) []Obstacle {
	var found []Obstacle
	for i := range pods {
		if metav1.GetControllerOf(&pods[i]) == nil {
			found = append(found, Obstacle{
				ObstacleBarePod, podRef(&pods[i]), "has no controller: evicted, it would be gone for good",
				"delete it, or run it as a workload.Worker",
			})
		}
	}
	return found
}

// budgetObstacles are budgets that allow no eviction now, of pods that are to move, and pods that two budgets select: the
// Eviction API refuses them always.
func (m *mover) budgetObstacles(ctx context.Context, pods []corev1.Pod) ([]Obstacle, error) {
	var list policyv1.PodDisruptionBudgetList
	if err := m.Kube.List(ctx, &list); err != nil {
		return nil, fmt.Errorf("list the disruption budgets: %w", err)
	}
	var found []Obstacle
	of := map[caisson.Ref]string{} // the budget of each pod
	for i := range list.Items {
		budget := &list.Items[i]
		ref := caisson.RefTo(policyv1.SchemeGroupVersion.WithKind("PodDisruptionBudget"), budget)
		selector, err := metav1.LabelSelectorAsSelector(budget.Spec.Selector)
		if err != nil {
			return nil, fmt.Errorf("%s: selector: %w", ref, err)
		}
		blocked := false
		for j := range pods {
			pod := &pods[j]
			if pod.Namespace != budget.Namespace || !selector.Matches(labels.Set(pod.Labels)) {
				continue
			}
			if pod.Status.Phase == corev1.PodPending {
				continue // the Eviction API asks no budget for what does not run yet
			}
			if other := of[podRef(pod)]; other != "" {
				found = append(found, Obstacle{
					ObstacleBudget, podRef(pod),
					fmt.Sprintf("has two budgets, %s and %s, and cannot be evicted", other, budget.Name),
					"let one of them select other pods",
				})
			}
			of[podRef(pod)] = budget.Name
			blocked = blocked || budget.Status.DisruptionsAllowed == 0 && !evictable(budget, pod)
		}
		if blocked {
			found = append(found, Obstacle{
				ObstacleBudget, ref, fmt.Sprintf("allows no eviction now: %d of %d pods are healthy, and %d must be",
					budget.Status.CurrentHealthy, budget.Status.ExpectedPods, budget.Status.DesiredHealthy),
				"mend the pods, add a replica, or let the budget allow one disruption",
			})
		}
	}
	return found, nil
}

// evictable although the budget allows none: a pod that is not ready anyway, if enough others are or the budget does not mind.
func evictable(budget *policyv1.PodDisruptionBudget, pod *corev1.Pod) bool {
	if podReady(pod) {
		return false
	}
	if policy := budget.Spec.UnhealthyPodEvictionPolicy; policy != nil && *policy == policyv1.AlwaysAllow {
		return true
	}
	return budget.Status.DesiredHealthy > 0 && budget.Status.CurrentHealthy >= budget.Status.DesiredHealthy
}
