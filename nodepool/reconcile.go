package nodepool

import (
	"context"
	"fmt"

	"github.com/caissonhq/caisson"
)

// Reconcile makes the cluster and its pools match the spec: creates what is missing, updates in place, adopts and removes when
// asked to. It returns when DigitalOcean has accepted everything; Wait waits for the nodes. What takes something away comes
// last, and only if all else succeeded. The error is that of the report: nil if nothing failed.
func Reconcile(ctx context.Context, c Client, spec Cluster, opts ...Option) (*caisson.Report, error) {
	o := newOptions()
	for _, opt := range opts {
		opt.reconcile(o)
	}
	p := newPlanner(c, spec, o)
	p.plan(ctx)
	p.run(ctx)
	report := p.report()
	return report, report.Err()
}

// run the steps. Where the cluster itself fails, its pools are not tried.
func (p *planner) run(ctx context.Context) {
	var failed *step
	for _, last := range []bool{false, true} {
		for i, s := range p.steps {
			switch {
			case s.last != last:
				continue
			case failed != nil && (last || failed == p.steps[0]) && s.change.Action.Changes():
				s.skip(fmt.Sprintf("not tried, since %s failed", failed.change.Ref))
			case s.do != nil:
				if err := s.do(ctx); err != nil {
					s.fail(err)
				}
			}
			if s.change.Action == caisson.Failed && failed == nil {
				failed = p.steps[i]
			}
			p.observe(s.change)
		}
	}
}

func (p *planner) observe(change caisson.Change) {
	if !change.Action.Changes() && change.Action != caisson.Failed {
		return
	}
	for _, observe := range p.options.observers {
		observe(change)
	}
}
