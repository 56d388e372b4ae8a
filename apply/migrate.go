package apply

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// MigrateFrom makes the fields that these field managers hold the set's own, whether they applied or updated them: what the
// set does not say is removed, and what it says otherwise is no conflict. It is for objects that another tool made, with
// Adopt; nothing is recreated. The managers are "kubectl-client-side-apply" and "kubectl" (kubectl apply, client-side and
// server-side), "helm" (Helm 3 and 4), "kustomize-controller" and "helm-controller" (flux), or the name of a program that
// used controllerutil.CreateOrUpdate.
//
// Stop the other tool first, and without having it delete the objects: suspend and orphan a Kustomization of flux; of
// Helm, delete the release's Secrets (sh.helm.release.v1.…) instead of uninstalling it.
func MigrateFrom(managers ...string) Migration { return Migration{managers} }

// Migration is what MigrateFrom gives: an option of Plan, Apply and Reconcile.
type Migration struct{ managers []string }

func (m Migration) plan(o *options)  { m.apply(o) }
func (m Migration) apply(o *options) { o.migrate = append(o.migrate, m.managers...) }

// migrates says that a manager to migrate from holds fields of the object, other than those of a subresource.
func (o *options) migrates(object *unstructured.Unstructured) bool {
	return len(o.migrate) > 0 && slices.ContainsFunc(object.GetManagedFields(), o.isToMigrate)
}

func (o *options) isToMigrate(entry metav1.ManagedFieldsEntry) bool {
	return entry.Subresource == "" && slices.Contains(o.migrate, entry.Manager)
}

// migrated entries: those of the managers to migrate from are part of the set's manager's own.
func (r *run) migrated(entries []metav1.ManagedFieldsEntry) ([]metav1.ManagedFieldsEntry, error) {
	all := fieldpath.NewSet()
	version := ""
	var others []metav1.ManagedFieldsEntry
	for _, entry := range entries {
		own := entry.Manager == r.set.manager() && entry.Operation == metav1.ManagedFieldsOperationApply
		if entry.Subresource != "" || !own && !r.options.isToMigrate(entry) {
			others = append(others, entry)
			continue
		}
		if version == "" || own {
			version = entry.APIVersion
		}
		fields, err := fieldsOf(entry)
		if err != nil {
			return nil, err
		}
		all = all.Union(fields)
	}
	text, err := all.ToJSON()
	if err != nil {
		return nil, fmt.Errorf("encode its managed fields: %w", err)
	}
	fields := &metav1.FieldsV1{}
	fields.SetRawBytes(text)
	return append(others, metav1.ManagedFieldsEntry{
		Manager: r.set.manager(), Operation: metav1.ManagedFieldsOperationApply, APIVersion: version,
		FieldsType: "FieldsV1", FieldsV1: fields, Time: new(metav1.Now()),
	}), nil
}

func fieldsOf(entry metav1.ManagedFieldsEntry) (*fieldpath.Set, error) {
	set := fieldpath.NewSet()
	if entry.FieldsV1 == nil {
		return set, nil
	}
	if err := set.FromJSON(bytes.NewReader(entry.FieldsV1.GetRawBytes())); err != nil {
		return nil, fmt.Errorf("read its managed fields of %q: %w", entry.Manager, err)
	}
	return set, nil
}

// migrate the managed fields of a live object, and nothing else of it.
func (r *run) migrate(ctx context.Context, s *step) error {
	err := r.migrateOnce(ctx, s)
	for attempt := 1; apierrors.IsConflict(err) && attempt < busyAttempts && busy(ctx, attempt) == nil; attempt++ {
		now, getErr := get(ctx, r.client, s.change.Ref)
		switch {
		case getErr != nil:
			return getErr
		case now == nil || now.GetUID() != s.live.GetUID():
			return errors.New("it was deleted or replaced since it was read: run again")
		}
		s.live = now
		err = r.migrateOnce(ctx, s)
	}
	if err != nil {
		return fmt.Errorf("take over its managed fields: %w", err)
	}
	return nil
}

func (r *run) migrateOnce(ctx context.Context, s *step) error {
	entries, err := r.migrated(s.live.GetManagedFields())
	if err != nil {
		return err
	}
	patch, err := json.Marshal([]map[string]any{
		{"op": "test", "path": "/metadata/uid", "value": s.live.GetUID()},
		{"op": "replace", "path": "/metadata/managedFields", "value": entries},
		// Replaced, not tested: the server answers with a conflict if it is another by now.
		{"op": "replace", "path": "/metadata/resourceVersion", "value": s.live.GetResourceVersion()},
	})
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(s.change.Ref.GroupVersionKind())
	object.SetNamespace(s.change.Ref.Namespace)
	object.SetName(s.change.Ref.Name)
	err = r.client.Patch(ctx, object, client.RawPatch(types.JSONPatchType, patch), client.FieldOwner(r.set.manager()))
	if err == nil {
		s.live.SetManagedFields(object.GetManagedFields())
	}
	return err
}

// tryMigration says what would come of a migration, given what would come of the apply alone. The server cannot try two
// steps in one, so that what would be removed is worked out here, and the server only asked to default the rest.
func (r *run) tryMigration(
	ctx context.Context, s *step, sent, after *unstructured.Unstructured,
) (*unstructured.Unstructured, error) {
	kinds := converter()
	if _, err := kinds.ObjectToTyped(after); err != nil {
		kinds = managedfields.NewDeducedTypeConverter()
	}
	wanted, err := kinds.ObjectToTyped(sent)
	if err != nil {
		return nil, fmt.Errorf("read what is wanted: %w", err)
	}
	keep, err := wanted.ToFieldSet()
	if err != nil {
		return nil, fmt.Errorf("read what is wanted: %w", err)
	}
	gone := fieldpath.NewSet()
	for _, entry := range s.live.GetManagedFields() {
		fields, err := fieldsOf(entry)
		if err != nil {
			return nil, err
		}
		switch {
		case r.options.isToMigrate(entry):
			gone = gone.Union(fields)
		case entry.Manager != r.set.manager() || entry.Operation != metav1.ManagedFieldsOperationApply:
			keep = keep.Union(fields) // the set's own are what it says by then
		}
	}
	whole, err := kinds.ObjectToTyped(after)
	if err != nil {
		return nil, fmt.Errorf("read what would come of it: %w", err)
	}
	rest, err := kinds.TypedToObject(whole.RemoveItems(without(gone, keep)))
	if err != nil {
		return nil, fmt.Errorf("read what would come of it: %w", err)
	}
	content, ok := rest.(*unstructured.Unstructured)
	if !ok {
		return nil, fmt.Errorf("read what would come of it: it is a %T", rest)
	}
	return r.tryUpdate(ctx, s, content)
}

// without gives the paths of gone that hold nothing of keep.
func without(gone, keep *fieldpath.Set) *fieldpath.Set {
	paths := fieldpath.NewSet()
	gone.Iterate(func(path fieldpath.Path) {
		below := keep
		for _, element := range path {
			below = below.WithPrefix(element)
		}
		if !keep.Has(path) && below.Empty() {
			paths.Insert(path.Copy())
		}
	})
	return paths
}

// tryUpdate says what the server would make of an object.
func (r *run) tryUpdate(ctx context.Context, s *step, content *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	content.SetManagedFields(nil)
	for attempt := 1; ; attempt++ {
		object := content.DeepCopy()
		err := r.client.Update(ctx, object, client.DryRunAll, client.FieldOwner(r.set.manager()))
		if err == nil {
			return object, nil
		}
		if !apierrors.IsConflict(err) || attempt == busyAttempts || busy(ctx, attempt) != nil {
			return nil, fmt.Errorf("try the migration: %w", err)
		}
		now, err := get(ctx, r.client, s.change.Ref)
		if err != nil {
			return nil, err
		}
		if now == nil {
			return nil, errors.New("it was deleted since it was read: run again")
		}
		content.SetResourceVersion(now.GetResourceVersion())
	}
}
