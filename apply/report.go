package apply

import (
	"errors"
	"time"

	"github.com/caissonhq/caisson"
)

// report of the steps so far.
func (r *run) report() *caisson.Report {
	report := &caisson.Report{Title: r.set.String(), Changes: make([]caisson.Change, len(r.steps))}
	for i, step := range r.steps {
		report.Changes[i] = step.change
	}
	return report
}

func (r *run) finish(report *caisson.Report) (*caisson.Report, error) {
	for _, s := range r.steps {
		if !s.told && (s.change.Action == caisson.Failed || s.change.Action == caisson.Skipped) {
			r.options.observe(s)
		}
	}
	for _, observe := range r.options.runObservers {
		observe(Finished{Set: r.set, Report: report, Took: time.Since(r.start)})
	}
	return report, report.Err()
}

// failAll has every object fail for what prevents the run, but for what has been done already.
func (r *run) failAll(err error) *caisson.Report {
	done := map[*intent]*step{}
	for _, s := range r.steps {
		if s.sent {
			done[s.intent] = s
		}
	}
	r.steps = nil
	for _, in := range r.intents {
		s := done[in]
		if s == nil {
			s = &step{intent: in, change: caisson.Change{Ref: in.ref}}
			s.fail(errors.Join(in.err, err))
		}
		r.steps = append(r.steps, s)
	}
	if len(r.steps) == 0 {
		r.parentStep().fail(err)
	}
	return r.report()
}

// skipAll has everything that would change be skipped.
func (r *run) skipAll(reason string) {
	for _, s := range r.steps {
		if s.change.Action.Changes() && !s.sent {
			s.skip(reason)
		}
	}
}

// failChanges has everything fail that would change, and the set itself if it is only to be deleted.
func (r *run) failChanges(err error) *caisson.Report {
	for _, s := range r.steps {
		if s.change.Action.Changes() && !s.sent {
			s.fail(err)
		}
	}
	if r.deleting && !r.anyFailed() {
		r.parentStep().fail(err)
	}
	return r.report()
}

// parentStep is for what concerns the set itself, and no object of it: the report would not show it at all.
func (r *run) parentStep() *step {
	s := &step{change: caisson.Change{Ref: parentRef(r.set)}}
	r.steps = append(r.steps, s)
	return s
}
