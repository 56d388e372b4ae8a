package apply

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/caissonhq/caisson"
)

// SavedPlan is what Plan decided on, to be carried out later and elsewhere, or not at all if anything has moved by then. It
// is JSON, and it holds no values: what is to be applied is given again.
type SavedPlan struct {
	// APIVersion and Kind of the file format: caisson.dev/v1alpha1, Plan.
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	// Set that the plan is for.
	Set Set `json:"set"`
	// Options that it was made with: "Prune", "AllowDelete Namespace", "MigrateFrom helm".
	Options []string `json:"options,omitempty"`
	// Changes in the order of the report, objects that would not change among them.
	Changes []SavedChange `json:"changes"`
}

// SavedChange is what is to happen to one object, and what it looked like.
type SavedChange struct {
	Ref    caisson.Ref    `json:"ref"`
	Action caisson.Action `json:"action"`
	// Intent is a hash of what is to be applied. Of Secrets it covers the names of the keys, and no value.
	Intent string `json:"intent,omitempty"`
	// UID and ResourceVersion of the object that is to be changed.
	UID             types.UID `json:"uid,omitempty"`
	ResourceVersion string    `json:"resourceVersion,omitempty"`
	// Live is a hash of the object that is to be changed, without what its controllers write. Secrets have none.
	Live string `json:"live,omitempty"`
}

const (
	savedAPIVersion = "caisson.dev/v1alpha1"
	savedKind       = "Plan"
)

// Save has Plan write what it decided to a SavedPlan, unless it fails.
func Save(to *SavedPlan) Saver { return Saver{to} }

// Saver is what Save gives: an option of Plan.
type Saver struct{ to *SavedPlan }

func (s Saver) plan(o *options) { o.save, o.fingerprint = s.to, true }

// Planned has Apply and Reconcile do what a saved plan says, and nothing if that is not what they would do by now: because
// the objects given are others, or because an object has moved. That is a *MovedError. Give the same options as to Plan.
func Planned(plan SavedPlan) PlannedOption { return PlannedOption{plan} }

// PlannedOption is what Planned gives: an option of Apply and Reconcile.
type PlannedOption struct{ saved SavedPlan }

func (p PlannedOption) apply(o *options) { o.planned, o.fingerprint = &p.saved, true }

// MovedError says why a saved plan is not carried out. Nothing was written.
type MovedError struct{ Moved []string }

func (e *MovedError) Error() string {
	return "the plan no longer holds, make a new one: " + strings.Join(e.Moved, "; ")
}

// plan of a run that has decided, and not done anything yet. It is empty if nobody wants to save it.
func (r *run) plan() SavedPlan {
	if r.options.save == nil {
		return SavedPlan{}
	}
	return SavedPlan{
		APIVersion: savedAPIVersion, Kind: savedKind, Set: r.set, Options: r.options.deciding(), Changes: r.saved(),
	}
}

// deciding options: those on which it depends what a run does. The words are part of the file format.
func (o *options) deciding() []string {
	var all []string
	for _, manager := range o.migrate {
		all = append(all, "MigrateFrom "+manager)
	}
	for mode, name := range map[Mode]string{Prune: "Prune", Adopt: "Adopt", Force: "Force", PruneWhenReady: "PruneWhenReady"} {
		if o.modes[mode] {
			all = append(all, name)
		}
	}
	for kind := range o.deletable {
		all = append(all, "AllowDelete "+kind.String())
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// saved changes of a run that has decided, and not done anything yet.
func (r *run) saved() []SavedChange {
	changes := make([]SavedChange, 0, len(r.steps))
	for _, s := range r.steps {
		one := SavedChange{Ref: s.change.Ref, Action: s.change.Action}
		if s.intent != nil {
			if sent, err := s.intent.encode(); err == nil {
				one.Intent = sent.GetAnnotations()[annotationIntent]
			}
		}
		if s.change.Action.Changes() && s.live != nil {
			one.UID, one.ResourceVersion, one.Live = s.live.GetUID(), s.live.GetResourceVersion(), s.fingerprint
			if s.intent != nil {
				one.Live = fingerprint(s.live)
			}
		}
		changes = append(changes, one)
	}
	return changes
}

// fingerprint of a live object: all but its status and what the server writes by itself.
func fingerprint(live *unstructured.Unstructured) string {
	if isSecret(caisson.RefTo(live.GroupVersionKind(), live)) {
		return ""
	}
	content := map[string]any{}
	for key, value := range live.Object {
		if key != "status" && key != "metadata" {
			content[key] = value
		}
	}
	metadata := map[string]any{}
	for _, key := range []string{"labels", "annotations", "finalizers", "ownerReferences"} {
		if value, found, _ := unstructured.NestedFieldNoCopy(live.Object, "metadata", key); found {
			metadata[key] = value
		}
	}
	content["metadata"] = metadata
	sum := sha256.Sum256(canonical(nil, content))
	return hex.EncodeToString(sum[:16])
}

func (r *run) decideAsPlanned(ctx context.Context) error {
	if err := r.decide(ctx); err != nil {
		return err
	}
	r.options.memo.saw(r.parent)
	return r.checkPlanned()
}

// checkPlanned says whether the run is the one that was planned.
func (r *run) checkPlanned() error {
	plan := r.options.planned
	if plan == nil {
		return nil
	}
	if plan.APIVersion != savedAPIVersion || plan.Kind != savedKind {
		return fmt.Errorf("this is no plan: it says apiVersion %q and kind %q, and a plan says %q and %q",
			plan.APIVersion, plan.Kind, savedAPIVersion, savedKind)
	}
	if plan.Set != r.set {
		return fmt.Errorf("this plan is for the set %s, not for %s", plan.Set, r.set)
	}
	if now := r.options.deciding(); !slices.Equal(plan.Options, now) {
		return fmt.Errorf("this plan was made with the options [%s], and not with [%s]: give the same, or make a new plan",
			strings.Join(plan.Options, ", "), strings.Join(now, ", "))
	}
	planned := make(map[caisson.Ref]SavedChange, len(plan.Changes))
	for _, change := range plan.Changes {
		planned[change.Ref] = change
	}
	var moved []string
	for _, now := range r.saved() {
		then, known := planned[now.Ref]
		delete(planned, now.Ref)
		if why := now.moved(then, known); why != "" {
			moved = append(moved, now.Ref.String()+" "+why)
		}
	}
	for ref := range planned {
		moved = append(moved, ref.String()+" is not given any more, and not there")
	}
	if len(moved) == 0 {
		return nil
	}
	slices.Sort(moved)
	return &MovedError{Moved: moved}
}

// moved says how an object is not as it was.
func (now SavedChange) moved(then SavedChange, known bool) string {
	switch {
	case !known:
		return "is not in the plan"
	case now.Action != then.Action:
		return fmt.Sprintf("was to be %s, and would be %s now", then.Action, now.Action)
	case now.Intent != then.Intent:
		return "is to be something else than what was planned"
	case now.UID != then.UID:
		return "was replaced by another object of the same name"
	case now.ResourceVersion != then.ResourceVersion && (now.Live == "" || now.Live != then.Live):
		return "was changed"
	}
	return ""
}
