package apply

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

func historyRef(set Set) caisson.Ref {
	return caisson.Ref{Version: "v1", Kind: "Secret", Namespace: set.Namespace, Name: set.parentName()}
}

// writeHistory to the Secret, which is made anew if it should not be there yet.
func (r *run) writeHistory(ctx context.Context, exists bool, data map[string]any) error {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(historyRef(r.set).GroupVersionKind())
	object.SetNamespace(r.set.Namespace)
	object.SetName(r.set.parentName())
	if exists {
		patch, err := json.Marshal(map[string]any{"data": data})
		if err != nil {
			return fmt.Errorf("encode: %w", err)
		}
		return r.client.Patch(ctx, object, client.RawPatch(types.MergePatchType, patch), client.FieldOwner(r.set.manager()))
	}
	object.SetLabels(map[string]string{caisson.LabelManagedBy: caisson.ManagedBy})
	object.SetAnnotations(map[string]string{annotationSet: r.set.identity()})
	object.Object["type"] = historyType
	for key, value := range data {
		if value == nil {
			delete(data, key)
		}
	}
	object.Object["data"] = data
	err := r.client.Create(ctx, object.DeepCopy(), client.FieldOwner(r.set.manager()))
	if !apierrors.IsAlreadyExists(err) {
		return err
	}
	there, err := get(ctx, r.client, historyRef(r.set))
	if err != nil {
		return err
	}
	if there != nil && (there.Object["type"] != historyType || there.GetAnnotations()[annotationSet] != r.set.identity()) {
		return errors.New(historyRef(r.set).String() + " is not this set's: give the set another name, or give NoHistory")
	}
	if there != nil {
		object.SetResourceVersion(there.GetResourceVersion())
	}
	return r.client.Update(ctx, object, client.FieldOwner(r.set.manager()))
}

// keep what a record holds.
func (r *run) keep(ctx context.Context, rec *record) error {
	data := map[string]any{}
	if rec.entry.Size > 0 {
		data[rec.entry.key()] = base64.StdEncoding.EncodeToString(rec.content)
	}
	for _, old := range rec.dropped {
		if old.Size > 0 {
			data[old.key()] = nil
		}
	}
	if len(data) == 0 {
		return nil
	}
	err := r.writeHistory(ctx, len(rec.before) > 0, data)
	if apierrors.IsNotFound(err) { // somebody has deleted it, and with it the old ones
		r.parent.history = []entry{rec.entry}
		if err = nil; rec.entry.Size > 0 {
			err = r.writeHistory(ctx, false, data)
		}
	}
	switch {
	case apierrors.IsForbidden(err):
		return fmt.Errorf("%w: allow it, or give NoHistory, and there is nothing to roll back to", err)
	case err != nil:
		return fmt.Errorf("write the set's history: %w", err)
	}
	return nil
}

// removeHistory deletes the Secret.
func (r *run) removeHistory(ctx context.Context) error {
	if len(r.parent.history) == 0 {
		return nil
	}
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(historyRef(r.set).GroupVersionKind())
	object.SetNamespace(r.set.Namespace)
	object.SetName(r.set.parentName())
	if err := client.IgnoreNotFound(r.client.Delete(ctx, object)); err != nil {
		return fmt.Errorf("delete the set's history: %w", err)
	}
	return nil
}

// keptContent of an entry in the Secret.
func keptContent(secret *unstructured.Unstructured, e entry) ([]byte, error) {
	text, found, err := unstructured.NestedString(secret.Object, "data", e.key())
	switch {
	case e.Size == 0:
		return nil, fmt.Errorf("revision %d was not kept: it was too large, or applied with NoHistory", e.Number)
	case err != nil || !found:
		return nil, fmt.Errorf("revision %d is not in %s", e.Number, caisson.RefTo(secret.GroupVersionKind(), secret))
	}
	return base64.StdEncoding.DecodeString(text)
}
