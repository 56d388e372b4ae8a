package caisson

// Action is what a reconciler did to an object, or in a plan what it would do.
type Action string

const (
	// Created where nothing was.
	Created Action = "created"
	// Updated an object of the set.
	Updated Action = "updated"
	// Unchanged means that nothing was written.
	Unchanged Action = "unchanged"
	// Adopted an object that belonged to no set.
	Adopted Action = "adopted"
	// Pruned is deleted, because the set no longer holds it.
	Pruned Action = "pruned"
	// Skipped on purpose; the reason says why.
	Skipped Action = "skipped"
	// Failed has an error that says why and how to mend it.
	Failed Action = "failed"
)

// Actions in the order in which summaries count them.
func Actions() []Action {
	return []Action{Created, Updated, Adopted, Pruned, Unchanged, Skipped, Failed}
}

// Change is what happened to one object.
type Change struct {
	Ref    Ref    `json:"ref"`
	Action Action `json:"action"`
	// Fields that differ, for Updated and Adopted. The values of Secrets are masked.
	Fields []FieldChange `json:"fields,omitempty"`
	// Reason for Skipped.
	Reason string `json:"reason,omitempty"`
	// Err for Failed.
	Err error `json:"-"`
}

// FieldChange is the difference of one field. Values are JSON, as in kubectl get -o json; empty means that the field is
// not there.
type FieldChange struct {
	// Path as in field errors: spec.template.spec.containers[0].image.
	Path   string `json:"path"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Changes says whether the action leaves the object other than it was, or would.
func (a Action) Changes() bool {
	switch a {
	case Created, Updated, Adopted, Pruned:
		return true
	case Unchanged, Skipped, Failed:
		return false
	}
	return false
}
