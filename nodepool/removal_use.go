package nodepool

import (
	"context"
	"fmt"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// RemovedUse is an object that somebody has written through a version of its API which an upgrade removes. The object stays;
// what has written it cannot any more.
type RemovedUse struct {
	// Ref of the object, with the version that is removed.
	Ref caisson.Ref `json:"ref"`
	// Manager is what has written it, as its managed fields name it: "kubectl-client-side-apply", "helm".
	Manager string `json:"manager"`
	// Written when, for the last time. Zero if its managed fields do not say.
	Written time.Time `json:"written,omitzero"`
	// RemovedIn is the minor of Kubernetes that does not serve the version any more: "1.38".
	RemovedIn string `json:"removedIn"`
	// Instead is the version to write: "resource.k8s.io/v1". Empty if none takes its place.
	Instead string `json:"instead,omitempty"`
}

func (u RemovedUse) String() string { return fmt.Sprintf("%s %s: %s", u.Ref, u.problem(), u.remedy()) }

func (u RemovedUse) problem() string {
	return fmt.Sprintf("is written by %s through %s, which Kubernetes %s removes", u.Manager,
		u.Ref.GroupVersionKind().GroupVersion(), u.RemovedIn)
}

func (u RemovedUse) remedy() string {
	if u.Instead == "" {
		return "do without it, since nothing takes its place"
	}
	return fmt.Sprintf("have %s write %s", u.Manager, u.Instead)
}

// listPage is as many objects as one request gives.
const listPage = 500

// removedUses of what ends, in the order of removals, and which kinds could not be looked at, with the reason. A kind of which
// two versions end is listed once.
func (c Client) removedUses(ctx context.Context, ending []removal) (uses []RemovedUse, unseen []string) {
	if len(ending) == 0 {
		return nil, nil
	}
	if c.Kube == nil {
		return nil, []string{"Client.Kube is nil: who writes through what is removed was not looked at"}
	}
	seen := map[schema.GroupKind]bool{}
	for _, one := range ending {
		kind := one.kind.GroupKind()
		if seen[kind] {
			continue
		}
		seen[kind] = true
		versions := slices.DeleteFunc(slices.Clone(ending), func(r removal) bool { return r.kind.GroupKind() != kind })
		found, err := c.usesOfKind(ctx, kind, versions)
		if err != nil {
			unseen = append(unseen, fmt.Sprintf("%s: %s", kind, err))
			continue
		}
		uses = append(uses, found...)
	}
	return uses, unseen
}

// usesOfKind lists the metadata of a kind's objects, of which some versions end. What is not served, nobody can write.
func (c Client) usesOfKind(ctx context.Context, kind schema.GroupKind, ending []removal) ([]RemovedUse, error) {
	mappings, err := c.Kube.RESTMapper().RESTMappings(kind)
	if meta.IsNoMatchError(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	served := func(version string) func(*meta.RESTMapping) bool {
		return func(m *meta.RESTMapping) bool { return m.GroupVersionKind.Version == version }
	}
	ending = slices.DeleteFunc(ending, func(r removal) bool { return !slices.ContainsFunc(mappings, served(r.kind.Version)) })
	if len(ending) == 0 {
		return nil, nil
	}
	// Through a version that stays, if there is one: the server counts who still asks for the others.
	through := mappings[0].GroupVersionKind
	for _, mapping := range mappings {
		if !slices.ContainsFunc(ending, func(r removal) bool { return r.kind == mapping.GroupVersionKind }) {
			through = mapping.GroupVersionKind
			break
		}
	}
	var uses []RemovedUse
	for token := ""; ; {
		list := &metav1.PartialObjectMetadataList{}
		list.SetGroupVersionKind(through.GroupVersion().WithKind(through.Kind + "List"))
		err := c.Kube.List(ctx, list, client.Limit(listPage), client.Continue(token))
		if apierrors.IsMethodNotSupported(err) || apierrors.IsNotFound(err) {
			return nil, nil // a review, of which nothing is kept
		}
		if err != nil {
			return nil, err
		}
		for i := range list.Items {
			uses = append(uses, usesOf(&list.Items[i], ending)...)
		}
		if token = list.Continue; token == "" {
			return uses, nil
		}
	}
}

// movedOn says whether the manager of an entry has later written the same part through a version that stays. Its old entry is
// kept for the fields that it has not written since. Times are in seconds, so in the same one nobody knows.
func movedOn(object *metav1.PartialObjectMetadata, entry metav1.ManagedFieldsEntry, ending []removal) bool {
	return slices.ContainsFunc(object.ManagedFields, func(other metav1.ManagedFieldsEntry) bool {
		ends := slices.ContainsFunc(ending, func(r removal) bool { return r.kind.GroupVersion().String() == other.APIVersion })
		return !ends && other.Manager == entry.Manager && other.Subresource == entry.Subresource &&
			entry.Time != nil && other.Time != nil && other.Time.After(entry.Time.Time)
	})
}

// usesOf an object, one for each manager and version.
func usesOf(object *metav1.PartialObjectMetadata, ending []removal) []RemovedUse {
	var uses []RemovedUse
	for _, one := range ending {
		for _, entry := range object.ManagedFields {
			if entry.APIVersion != one.kind.GroupVersion().String() || movedOn(object, entry, ending) {
				continue
			}
			use := RemovedUse{
				Ref: caisson.RefTo(one.kind, object), Manager: entry.Manager, RemovedIn: fmt.Sprintf("1.%d", one.minor),
			}
			if !one.instead.Empty() {
				use.Instead = one.instead.GroupVersion().String()
			}
			if entry.Time != nil {
				use.Written = entry.Time.UTC()
			}
			// A manager has several entries if it writes a subresource too, or applies as well as updates.
			at := slices.IndexFunc(uses, func(u RemovedUse) bool { return u.Ref == use.Ref && u.Manager == use.Manager })
			switch {
			case at < 0:
				uses = append(uses, use)
			case use.Written.After(uses[at].Written):
				uses[at].Written = use.Written
			}
		}
	}
	return uses
}
