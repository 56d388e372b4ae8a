package apply

import (
	"fmt"
	"strings"
	"time"

	"github.com/caissonhq/caisson"
)

// ForeignError says that an object exists and does not belong to the set.
type ForeignError struct {
	Ref caisson.Ref
	// Set is the id of the set that it belongs to, or empty.
	Set string
}

func (e *ForeignError) Error() string {
	if e.Set == "" {
		return "exists already and belongs to no set: take it over with Adopt, or give it another name"
	}
	return "belongs to another set, whose parent is the ConfigMap with the label " + labelID + "=" + e.Set +
		": delete it there, or give it another name"
}

// ConflictError says which fields another program holds.
type ConflictError struct {
	Ref       caisson.Ref
	Conflicts []Conflict
}

// Conflict is one field and who holds it.
type Conflict struct {
	Manager     string
	Subresource string
	Field       string
}

func (e *ConflictError) Error() string {
	held := make([]string, 0, len(e.Conflicts))
	for _, conflict := range e.Conflicts {
		by := fmt.Sprintf("%q", conflict.Manager)
		if conflict.Subresource != "" {
			by += " through the subresource " + conflict.Subresource
		}
		held = append(held, conflict.Field+" is held by "+by)
	}
	return strings.Join(held, "; ") + ": leave it out, or take it with Force"
}

// HeldError says that another run is changing the set, and nothing was written. A run that was killed holds the set until
// then too.
type HeldError struct {
	Set Set
	// Until when at the latest.
	Until time.Time
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("another run is changing the set, until %s at the latest: run again then, or, if you know that it is "+
		"dead, after removing the annotation %s of %s", e.Until.Format(time.RFC3339), annotationRun, parentRef(e.Set))
}

// RequirementError says that the cluster lacks something that an object needs.
type RequirementError struct{ Requirement caisson.Requirement }

func (e *RequirementError) Error() string {
	r := e.Requirement
	return fmt.Sprintf("%s, but the cluster serves no %s: %s", r.For, r.Kind.GroupKind(), r.Remedy)
}
