package nodepool

import "slices"

// rotationStatus is what is remembered of a rotation, and how far it looks.
func (p *planner) rotationStatus(under *rotation) *RotationStatus {
	return &RotationStatus{
		From: under.From, To: under.Name, Started: under.Started, Phase: p.phase(under),
		Undo: under.Undo, Deleting: under.Deleting,
	}
}

// phase of a rotation, by what a process would do next: it works that out from what is live, too.
func (p *planner) phase(under *rotation) Phase {
	from := slices.IndexFunc(p.live.Pools, func(pool wirePool) bool { return pool.ID == under.From })
	to := slices.IndexFunc(p.live.Pools, func(pool wirePool) bool { return pool.Name == under.Name })
	if under.Undo {
		from, to = to, from
	}
	switch {
	case to < 0 && under.Undo:
		return "" // there is no way back, and Undo says so
	case to < 0:
		return PhaseCreate
	case from < 0 || under.Deleting:
		return PhaseDelete
	case closed(p.live.Pools[from]):
		return PhaseDrain
	}
	return PhaseReady
}
