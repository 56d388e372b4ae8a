package apply

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// errMoved says that another run wrote to the parent since this one read it: what this run knows may be the past.
var errMoved = errors.New("another run has changed the set in the meantime")

// markLifetime bounds how long a run that was killed keeps others waiting.
const markLifetime = 10 * time.Minute

// parent is the object that stands for the set. It remembers where the set's objects may be, so that the last one of a
// kind or of a namespace is found again, and it holds the mark of the run that is changing the set.
type parent struct {
	client client.Client
	set    Set
	object *corev1.ConfigMap // nil if there is none
	run    string            // the mark of this run, once it is set
}

func readParent(ctx context.Context, c client.Client, set Set) (*parent, error) {
	p := &parent{client: c, set: set, object: &corev1.ConfigMap{}}
	err := c.Get(ctx, client.ObjectKey{Namespace: set.Namespace, Name: set.parentName()}, p.object)
	switch {
	case apierrors.IsNotFound(err):
		p.object = nil
	case err != nil:
		return nil, fmt.Errorf("read the set's parent: %w", err)
	case p.object.Labels[labelID] != set.ID():
		return nil, fmt.Errorf("ConfigMap %s/%s is not the parent of this set, its label %s is %q: "+
			"give the set another name", set.Namespace, set.parentName(), labelID, p.object.Labels[labelID])
	}
	return p, nil
}

// kinds that the set has used. Versions are not remembered: the server knows which it prefers.
func (p *parent) kinds() []schema.GroupKind {
	names := p.list(annotationKinds)
	kinds := make([]schema.GroupKind, len(names))
	for i, name := range names {
		kinds[i] = schema.ParseGroupKind(name)
	}
	return kinds
}

// namespaces that the set has used, its own among them.
func (p *parent) namespaces() []string {
	return append([]string{p.set.Namespace}, p.list(annotationNamespaces)...)
}

func (p *parent) list(annotation string) []string {
	if p.object == nil || p.object.Annotations[annotation] == "" {
		return nil
	}
	return strings.Split(p.object.Annotations[annotation], ",")
}

// heldUntil says whether another run is changing the set, and until when at most.
func (p *parent) heldUntil() (time.Time, bool) {
	if p.object == nil {
		return time.Time{}, false
	}
	id, until, found := strings.Cut(p.object.Annotations[annotationRun], " ")
	deadline, err := time.Parse(time.RFC3339, until)
	if !found || err != nil || id == p.run || time.Now().After(deadline) {
		return time.Time{}, false
	}
	return deadline, true
}

// mark the parent as changed by this run, by compare-and-swap with what was read, and remember the refs before any of
// them exists. errMoved means that all must be read anew.
func (p *parent) mark(ctx context.Context, refs []caisson.Ref) error {
	p.run = rand.Text()[:12]
	mark := p.run + " " + time.Now().Add(markLifetime).UTC().Format(time.RFC3339)
	return p.write(ctx, mark, memory(refs).with(p.kinds(), p.namespaces()))
}

// release the mark and remember the refs alone.
func (p *parent) release(ctx context.Context, refs []caisson.Ref, keepOld bool) error {
	now := memory(refs)
	if keepOld {
		now = now.with(p.kinds(), p.namespaces())
	}
	return p.write(ctx, "", now)
}

func (p *parent) write(ctx context.Context, mark string, m remembered) error {
	object := p.object.DeepCopy()
	if object == nil {
		object = &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: p.set.Namespace, Name: p.set.parentName()}}
	}
	object.Labels = map[string]string{labelID: p.set.ID(), caisson.LabelManagedBy: caisson.ManagedBy}
	object.Annotations = map[string]string{
		annotationTooling:    tooling,
		annotationKinds:      strings.Join(slices.Sorted(maps.Keys(m.kinds)), ","),
		annotationNamespaces: strings.Join(m.besides(p.set.Namespace), ","),
	}
	if mark != "" {
		object.Annotations[annotationRun] = mark
	}
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
	p.object = object
	return nil
}

// stillMarked says whether the mark is still this run's. Without it the run must delete nothing.
func (p *parent) stillMarked(ctx context.Context) error {
	now, err := readParent(ctx, p.client, p.set)
	if err != nil {
		return err
	}
	if now.object == nil || !strings.HasPrefix(now.object.Annotations[annotationRun], p.run+" ") {
		return errMoved
	}
	_, until, _ := strings.Cut(now.object.Annotations[annotationRun], " ")
	if deadline, err := time.Parse(time.RFC3339, until); err != nil || time.Now().After(deadline) {
		return errMoved
	}
	p.object = now.object
	return nil
}

// remembered is where objects of a set may be.
type remembered struct{ kinds, namespaces map[string]bool }

func memory(refs []caisson.Ref) remembered {
	m := remembered{map[string]bool{}, map[string]bool{}}
	for _, ref := range refs {
		m.kinds[ref.GroupKind().String()] = true
		if ref.Namespace != "" {
			m.namespaces[ref.Namespace] = true
		}
	}
	return m
}

func (m remembered) with(kinds []schema.GroupKind, namespaces []string) remembered {
	for _, kind := range kinds {
		m.kinds[kind.String()] = true
	}
	for _, namespace := range namespaces {
		m.namespaces[namespace] = true
	}
	return m
}

func (m remembered) besides(own string) []string {
	delete(m.namespaces, own)
	return slices.Sorted(maps.Keys(m.namespaces))
}
