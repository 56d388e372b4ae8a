package apply

import (
	"context"
	"encoding/json"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// orphanedReplicas gives the number of replicas that nobody would say any more after this step. That is when
// autoscaling is switched on: the set's manager alone owns the number, and the intent leaves it to the autoscaler. The
// server would set it back to 1 at once, long before an autoscaler looks.
func (r *run) orphanedReplicas(s *step, sent *unstructured.Unstructured) (int64, bool) {
	if s.live == nil {
		return 0, false
	}
	if _, wanted, _ := unstructured.NestedFieldNoCopy(sent.Object, "spec", "replicas"); wanted {
		return 0, false
	}
	replicas, found, err := unstructured.NestedInt64(s.live.Object, "spec", "replicas")
	if err != nil || !found {
		return 0, false
	}
	entries := s.live.GetManagedFields()
	if s.migrates {
		if entries, err = r.migrated(entries); err != nil {
			return 0, false // and the migration says why
		}
	}
	owned := false
	for _, entry := range entries {
		if ownsReplicas(entry) {
			if entry.Manager != r.set.manager() || entry.Operation != metav1.ManagedFieldsOperationApply {
				return 0, false // somebody else says it too
			}
			owned = true
		}
	}
	return replicas, owned
}

func ownsReplicas(entry metav1.ManagedFieldsEntry) bool {
	if entry.FieldsV1 == nil {
		return false
	}
	var fields struct {
		Spec map[string]json.RawMessage `json:"f:spec"`
	}
	if err := json.Unmarshal(entry.FieldsV1.GetRawBytes(), &fields); err != nil {
		return false
	}
	_, owned := fields.Spec["f:replicas"]
	return owned
}

// handOver has another manager say the number that is there, until an autoscaler writes its own.
func (r *run) handOver(ctx context.Context, s *step, replicas int64) error {
	object := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{"replicas": replicas}}}
	object.SetGroupVersionKind(s.change.Ref.GroupVersionKind())
	object.SetNamespace(s.change.Ref.Namespace)
	object.SetName(s.change.Ref.Name)
	object.SetUID(s.live.GetUID())
	err := r.client.Apply(ctx, client.ApplyConfigurationFromUnstructured(object), client.FieldOwner(r.set.handoverManager()))
	if err != nil {
		return fmt.Errorf("hand its number of replicas over to the autoscaler: %w", err)
	}
	return nil
}
