package observe

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
)

// EventRecorder is the part of the recorder of k8s.io/client-go/tools/events that Events needs. A manager of
// controller-runtime gives one.
type EventRecorder interface {
	Eventf(regarding, related runtime.Object, eventType, reason, action, note string, args ...any)
}

// action of the events: what the reporting program was doing.
const action = "Apply"

// Events records an event about an object, mostly the one that a controller reconciles, for each change that is made, and a
// warning for each that failed. The reasons are Created, Updated, Adopted, Pruned, Skipped and Failed.
func Events(recorder EventRecorder, regarding runtime.Object) apply.Observer {
	return apply.Observe(func(change caisson.Change) {
		kind, reason := corev1.EventTypeNormal, ""
		switch change.Action {
		case caisson.Created:
			reason = "Created"
		case caisson.Updated:
			reason = "Updated"
		case caisson.Adopted:
			reason = "Adopted"
		case caisson.Pruned:
			reason = "Pruned"
		case caisson.Skipped:
			recorder.Eventf(regarding, nil, kind, "Skipped", action, "%s: %s", change.Ref, change.Reason)
			return
		case caisson.Failed:
			recorder.Eventf(regarding, nil, corev1.EventTypeWarning, "Failed", action, "%s: %s", change.Ref, change.Err)
			return
		case caisson.Unchanged:
			return // an apply that came to nothing
		}
		recorder.Eventf(regarding, nil, kind, reason, action, "%s", change.Ref)
	})
}
