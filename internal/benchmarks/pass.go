package main

// pass is one thing that is asked of every strategy.
type pass struct {
	name, title string
	// about says what is measured.
	about string
	// states gives what the namespace holds before, and is to hold after, the pass, if it is at a revision now.
	states func(revision int) (before, after state)
	// warm passes repeat in one process, after a call that is not measured. Others take a process for each.
	warm bool
	// crowded passes need the foreign objects.
	crowded bool
}

func passes() []pass {
	return []pass{
		{
			name: "create", title: "First apply",
			about:  "Into an empty namespace, in a fresh process.",
			states: func(int) (state, state) { return state{Empty: true}, state{} },
		},
		{
			name: "noop", title: "No-op",
			about:  "Again and again in a process that has already applied: a controller with nothing to do.",
			states: unchanged, warm: true,
		},
		{
			name: "fresh", title: "No-op in a fresh process",
			about:  "A CI job with nothing to do.",
			states: unchanged,
		},
		{
			name: "changed", title: "1 % changed",
			about:  "An annotation of every hundredth object is other than it was; in a fresh process.",
			states: func(revision int) (state, state) { return state{Revision: revision}, state{Revision: revision + 1} },
		},
		{
			name: "prune", title: "Prune of 10 %",
			about: "Every tenth object is no longer desired; in a fresh process.",
			states: func(revision int) (state, state) {
				return state{Revision: revision}, state{Revision: revision, Pruned: true}
			},
		},
		{
			name: "crowded", title: "No-op in a crowded cluster",
			about:  "In a fresh process; the cluster also holds foreign ConfigMaps, Secrets and Deployments.",
			states: unchanged, crowded: true,
		},
	}
}

func unchanged(revision int) (before, after state) {
	return state{Revision: revision}, state{Revision: revision}
}
