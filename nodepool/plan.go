package nodepool

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/caissonhq/caisson"
)

// Plan says what Reconcile would do, and writes nothing. The report has the cluster, then its pools in the spec's order, then
// Caisson's pools that are not in the spec. The error is that of the report, and says what cannot be done.
func Plan(ctx context.Context, c Client, spec Cluster, opts ...PlanOption) (*caisson.Report, error) {
	o := newOptions()
	for _, opt := range opts {
		opt.plan(o)
	}
	p := newPlanner(c, spec, o)
	p.plan(ctx)
	report := p.report()
	return report, report.Err()
}

// step is what is to be done about the cluster, or one pool.
type step struct {
	change caisson.Change
	// do it; nil if there is nothing to do, or another step does it.
	do func(context.Context) error
	// after all others, and only if none failed: what takes something away.
	last bool
}

func (s *step) fail(err error) { s.change.Action, s.change.Err, s.do = caisson.Failed, err, nil }

func (s *step) skip(reason string) {
	s.change.Action, s.change.Reason, s.do = caisson.Skipped, reason, nil
}

// planner works out the steps.
type planner struct {
	Client

	spec    Cluster // with its defaults
	options *options
	steps   []*step

	live    *wireCluster // nil if there is none
	records map[string]*record
}

func newPlanner(c Client, spec Cluster, o *options) *planner {
	return &planner{Client: c, spec: spec.WithDefaults(), options: o}
}

func (p *planner) api() api { return api{p.DO, p.options.move.timeout} }

func (p *planner) report() *caisson.Report {
	report := &caisson.Report{Title: "cluster " + p.spec.Name}
	for _, s := range p.steps {
		report.Changes = append(report.Changes, s.change)
	}
	return report
}

func (p *planner) add(ref caisson.Ref, action caisson.Action) *step {
	s := &step{change: caisson.Change{Ref: ref, Action: action}}
	p.steps = append(p.steps, s)
	return s
}

// plan the steps. Whatever prevents it makes the step of the cluster fail.
func (p *planner) plan(ctx context.Context) {
	s := p.add(p.spec.ref(), caisson.Unchanged)
	if err := errors.Join(p.spec.Validate(), p.read(ctx)); err != nil {
		s.fail(err)
		return
	}
	switch {
	case p.live == nil:
		p.planCreate(ctx, s)
		return
	case p.live.Status.State == stateDeleting || p.live.Status.State == stateDeleted:
		s.fail(errors.New("is being deleted: wait until it is gone, or choose another name"))
		return
	}
	p.planCluster(s)
	p.planPools(ctx)
}

// read what is live. A cluster that the spec names by its id must exist.
func (p *planner) read(ctx context.Context) error {
	if p.DO == nil {
		return errors.New("Client.DO is nil: give a client of DigitalOcean's API")
	}
	p.live, p.records = nil, nil
	clusters, err := p.api().clusters(ctx)
	if err != nil {
		return err
	}
	matching := slices.DeleteFunc(clusters, func(live wireCluster) bool {
		return live.Name != p.spec.Name || p.spec.ID != "" && live.ID != p.spec.ID
	})
	switch {
	case len(matching) > 1:
		ids := make([]string, len(matching))
		for i, one := range matching {
			ids[i] = one.ID
		}
		return fmt.Errorf("id: several clusters have the name: write which is meant: %s", strings.Join(ids, ", "))
	case len(matching) == 0 && p.spec.ID != "":
		return fmt.Errorf("id: there is no cluster %s with the id %s: leave the id out to make one", p.spec.Name, p.spec.ID)
	case len(matching) == 0:
		return nil
	}
	p.live = &matching[0]
	p.records, err = p.Client.records(ctx)
	return err
}

// readExisting is read for a cluster that has to be there.
func (p *planner) readExisting(ctx context.Context) error {
	if err := p.read(ctx); err != nil {
		return err
	}
	if p.live == nil {
		return &NoClusterError{Cluster: p.spec.Name}
	}
	return nil
}

// planCluster brings the settings of a cluster in line.
func (p *planner) planCluster(s *step) {
	d, err := p.spec.difference(p.live)
	if err != nil {
		s.fail(err)
		return
	}
	registry := p.spec.Registry
	integrate := registry != nil && *registry != p.live.Registry
	if integrate {
		d.show("registry", text(p.live.Registry), text(*registry))
	}
	if len(d.fields) == 0 {
		return
	}
	s.change.Action, s.change.Fields = caisson.Updated, d.fields
	s.do = func(ctx context.Context) error {
		if !d.empty() {
			if err := p.api().updateCluster(ctx, p.live.ID, d.body); err != nil {
				return err
			}
		}
		if integrate {
			return p.api().integrateRegistry(ctx, p.live.ID, *registry)
		}
		return nil
	}
}
