package apply

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// Delete deletes every object of the set, last things first, and the set's parent at the end. Objects of kinds that
// hold what cannot be had back are skipped, unless AllowDelete names their kind. Deleting what is no longer there is a
// success with an empty report. It does not wait until finalizers are done.
func Delete(ctx context.Context, c client.Client, set Set, opts ...DeleteOption) (*caisson.Report, error) {
	o := newOptions()
	for _, option := range opts {
		option.delete(o)
	}
	o.modes[Prune] = true // deleting is pruning towards nothing
	r := newRun(c, set, o)
	if err := set.validate(); err != nil {
		return finish(r.failAll(err))
	}
	if err := r.decide(ctx); err != nil {
		return finish(r.failAll(err))
	}
	if r.parent.object == nil {
		return finish(r.report())
	}
	if r.writes() {
		report := r.do(ctx)
		if report.Err() != nil || report.Count(caisson.Skipped) > r.keptCount() {
			return finish(report)
		}
	}
	if err := r.parent.remove(ctx); err != nil {
		r.steps = append(r.steps, r.parentStep(err))
	}
	return finish(r.report())
}

// keptCount is how many objects a clean deletion leaves.
func (r *run) keptCount() int {
	count := 0
	for _, s := range r.steps {
		if !r.options.mayDelete(s.change.Ref.GroupKind()) {
			count++
		}
	}
	return count
}

// remove the parent, if it is still the one that was read: another run may have begun.
func (p *parent) remove(ctx context.Context) error {
	err := p.client.Delete(ctx, p.object, client.Preconditions{
		UID: &p.object.UID, ResourceVersion: &p.object.ResourceVersion,
	})
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("delete the set's parent: %w", err)
	}
	return nil
}
