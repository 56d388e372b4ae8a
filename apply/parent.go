package apply

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// errMoved says that another run wrote to the parent since this one read it: what this run knows may be the past.
var errMoved = errors.New("another run has changed the set in the meantime")

const (
	// markLifetime bounds how long a run that was killed keeps others waiting.
	markLifetime = 10 * time.Minute
	// markMargin is how long before its mark expires a run stops writing: requests are under way, and clocks differ.
	markMargin = time.Minute
)

// parent is the object that stands for the set. It remembers where the set's objects may be, so that the last one of a
// kind or of a namespace is found again, and it holds the mark of the run that is changing the set.
type parent struct {
	client   client.Client // to write with
	set      Set
	object   *unstructured.Unstructured // nil if there is none
	run      string                     // the mark of this run, once it is set
	deadline time.Time                  // of the mark
	history  []entry                    // oldest first
	unserved []schema.GroupKind         // remembered kinds that the cluster does not serve at the moment
}

func parentRef(set Set) caisson.Ref {
	return caisson.Ref{Version: "v1", Kind: "ConfigMap", Namespace: set.Namespace, Name: set.parentName()}
}

func (r *run) readParent(ctx context.Context) error {
	p, err := readParent(ctx, r.client, r.set)
	if err != nil {
		return err
	}
	p.client, r.parent = r.client, p
	return nil
}

// readParent reads it untyped: controller-runtime's cached clients go to the server for that.
func readParent(ctx context.Context, c client.Reader, set Set) (*parent, error) {
	object, err := get(ctx, c, parentRef(set))
	if err != nil {
		return nil, fmt.Errorf("read the set's parent: %w", err)
	}
	return parentOf(set, object)
}

// parentOf a set as it was read, if it is the set's.
func parentOf(set Set, object *unstructured.Unstructured) (*parent, error) {
	p := &parent{set: set, object: object}
	p.history = readHistory(p.annotation(annotationHistory))
	if object != nil && (object.GetLabels()[labelID] != set.ID() || p.annotation(annotationSet) != set.identity()) {
		return nil, fmt.Errorf("%s is not the parent of this set: it says %s=%q and %s=%q: give the set another name",
			parentRef(set), labelID, object.GetLabels()[labelID], annotationSet, p.annotation(annotationSet))
	}
	return p, nil
}

func (p *parent) annotation(name string) string {
	if p.object == nil {
		return ""
	}
	return p.object.GetAnnotations()[name]
}

// memory of where the set's objects may be. Versions are not remembered: the server knows which it prefers.
func (p *parent) memory() memory {
	if p.object == nil {
		return newMemory(p.set)
	}
	return readMemory(p.set, p.object.GetAnnotations())
}

// heldUntil says whether another run is changing the set, and until when at most.
func (p *parent) heldUntil() (time.Time, bool) {
	id, until, _ := strings.Cut(p.annotation(annotationRun), " ")
	deadline, err := time.Parse(time.RFC3339, until)
	if err != nil || id == p.run || time.Now().After(deadline) {
		return time.Time{}, false
	}
	return deadline, true
}

// mark the parent as changed by this run, by compare-and-swap with what was read, and remember where objects will be before
// any of them exists. errMoved means that all must be read anew.
func (p *parent) mark(ctx context.Context, m memory) error {
	p.run = rand.Text()[:12]
	return p.write(ctx, true, m.with(p.memory()))
}

// renew the mark. That it succeeds proves that no other run has written since, whatever the reader's cache may say.
func (p *parent) renew(ctx context.Context) error { return p.writeHeld(ctx, true, p.memory()) }

// release the mark, and remember what is given, unless the mark is another run's by now.
func (p *parent) release(ctx context.Context, m memory) error {
	if err := p.writeHeld(ctx, false, m); !errors.Is(err, errMoved) {
		return err
	}
	return nil
}

// writeHeld writes as long as the mark is ours. Somebody may have written to the parent without taking the mark.
func (p *parent) writeHeld(ctx context.Context, marked bool, m memory) error {
	for attempt := 1; ; attempt++ {
		err := p.write(ctx, marked, m)
		if !errors.Is(err, errMoved) || attempt == attempts {
			return err
		}
		now, err := readParent(ctx, p.client, p.set)
		if err != nil {
			return err
		}
		if id, _, _ := strings.Cut(now.annotation(annotationRun), " "); now.object == nil || id != p.run {
			return errMoved
		}
		p.object = now.object
	}
}

func (p *parent) write(ctx context.Context, marked bool, m memory) error {
	object := p.object
	if object == nil {
		object = &unstructured.Unstructured{}
		object.SetGroupVersionKind(parentRef(p.set).GroupVersionKind())
		object.SetNamespace(p.set.Namespace)
		object.SetName(p.set.parentName())
	}
	object = object.DeepCopy()
	labels := orEmpty(object.GetLabels())
	labels[labelID], labels[caisson.LabelManagedBy] = p.set.ID(), caisson.ManagedBy
	object.SetLabels(labels)
	annotations := orEmpty(object.GetAnnotations())
	annotations[annotationTooling], annotations[annotationSet] = tooling, p.set.identity()
	m.write(annotations)
	if err := p.writeHistory(annotations); err != nil {
		return err
	}
	deadline := time.Now().Add(markLifetime)
	if marked {
		annotations[annotationRun] = p.run + " " + deadline.UTC().Format(time.RFC3339)
	} else {
		delete(annotations, annotationRun)
	}
	object.SetAnnotations(annotations)
	var err error
	if p.object == nil {
		err = p.client.Create(ctx, object, client.FieldOwner(p.set.manager()))
	} else {
		err = p.client.Update(ctx, object, client.FieldOwner(p.set.manager()))
	}
	switch {
	case apierrors.IsAlreadyExists(err), apierrors.IsConflict(err), p.object != nil && apierrors.IsNotFound(err):
		return errMoved
	case err != nil:
		return fmt.Errorf("write the set's parent: %w", err)
	}
	p.object, p.deadline = object, deadline
	return nil
}

func (p *parent) writeHistory(annotations map[string]string) error {
	if len(p.history) == 0 {
		delete(annotations, annotationHistory)
		return nil
	}
	text, err := json.Marshal(p.history)
	if err != nil {
		return fmt.Errorf("encode the set's history: %w", err)
	}
	annotations[annotationHistory] = string(text)
	return nil
}

// remove the parent, if it is still the one that this run wrote last.
func (p *parent) remove(ctx context.Context) error {
	uid, version := p.object.GetUID(), p.object.GetResourceVersion()
	err := p.client.Delete(ctx, p.object, client.Preconditions{UID: &uid, ResourceVersion: &version})
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("delete the set's parent: %w", err)
	}
	return nil
}

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
