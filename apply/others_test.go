package apply_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// mutate has somebody else change the object. What the server refuses is drawn again.
func (l *lab) mutate(s *subject) {
	l.t.Helper()
	for range 200 {
		live := l.get(s)
		tree := live.DeepCopy()
		var class, how string
		var err error
		if l.rand.IntN(8) == 0 {
			class = "subresource"
			how, err = l.writeSubresource(live)
		} else if class = pick(l.rand, mutations)(scene{l.rand, s.tree, tree.Object, l.owners()}); class != "" {
			how, err = l.write(live, tree)
		}
		if how == "" {
			continue // the object has nothing of the sort
		}
		if err != nil {
			l.tally.add("refused: "+how, class)
			continue
		}
		now := l.get(s)
		if jsonEqual(stable(live), stable(now)) && how != asAnother && class != "managers forgotten" {
			l.tally.add("without effect", class)
			continue
		}
		l.tally.add("mutations: "+how, class)
		s.history = append(s.history, fmt.Sprintf("%s, %s:\n%s", class, how, cmp.Diff(stable(live), stable(now))))
		return
	}
	require.Fail(l.t, "the server refuses everything", s.String())
}

const asAnother = "applied by another program"

// write what was made of the object, in one of the ways in which programs do.
func (l *lab) write(live, tree *unstructured.Unstructured) (how string, err error) {
	ctx := l.t.Context()
	switch l.rand.IntN(4) {
	case 0:
		object := declared(l.rand, live.Object, tree.Object)
		return asAnother, l.others.Apply(ctx, client.ApplyConfigurationFromUnstructured(object),
			client.FieldOwner(pick(l.rand, []string{"other", "another"})), client.ForceOwnership)
	case 1:
		return "patched", l.others.Patch(ctx, tree, client.MergeFrom(live), client.FieldOwner("patcher"))
	default:
		return "edited", l.others.Update(ctx, tree, client.FieldOwner("editor"))
	}
}

// writeSubresource changes the status, or the number of replicas by way of the subresource scale. Nothing if the
// object has neither.
func (l *lab) writeSubresource(live *unstructured.Unstructured) (how string, err error) {
	ctx := l.t.Context()
	if _, scales := lookup(live.Object, path{"spec", "replicas"}).(int64); scales && l.rand.IntN(2) == 0 {
		text, err := json.Marshal(map[string]any{"spec": map[string]any{"replicas": l.rand.IntN(3)}})
		if err != nil {
			return "scaled", err
		}
		err = l.others.SubResource("scale").Patch(ctx, live.DeepCopy(), client.RawPatch("application/merge-patch+json", text))
		return "scaled", ignoreNoSubresource(err)
	}
	object := live.DeepCopy()
	status, ok := object.Object["status"].(map[string]any)
	if !ok && live.GetKind() != "Gadget" {
		return "", nil
	}
	object.Object["status"] = status
	if len(nodes(status)) == 0 || live.GetKind() == "Gadget" {
		edit(object.Object, path{"status", "phase"}, time.Now().Format(time.StampNano))
	} else {
		changeNode(l.rand, object.Object, node{path{"status"}, status}, nodes(status))
	}
	return "status written", l.others.Status().Update(ctx, object, client.FieldOwner("controller"))
}

func ignoreNoSubresource(err error) error {
	if apierrors.IsNotFound(err) {
		return fmt.Errorf("has no such subresource: %w", err)
	}
	return err
}

// owners that are there: what belongs to somebody who is not would be deleted.
func (l *lab) owners() []any {
	owner := func(namespace *corev1.Namespace, controller bool) any {
		return map[string]any{
			"apiVersion": "v1", "kind": "Namespace", "name": namespace.Name, "uid": string(namespace.UID),
			"controller": controller,
		}
	}
	return []any{
		owner(l.inNamespaces[0], false), owner(l.inNamespaces[0], true), owner(l.inNamespaces[1], false),
		owner(l.inNamespaces[1], true),
	}
}
