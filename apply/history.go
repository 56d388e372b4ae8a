package apply

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

const (
	historyLength = 10
	// historySize bounds what is kept, compressed. A Secret holds 1 MiB, and an API request 1.5 MiB of base64.
	historySize = 800 << 10
	historyType = "caisson.dev/history"
)

// entry of a set's history. The list of them is an annotation of the set's parent; what each revision held is in a Secret
// of the parent's name, since it may hold values of Secrets.
type entry struct {
	Number int `json:"revision"`
	// Hash of all the intents' hashes.
	Hash string `json:"hash"`
	// Size of the compressed content; 0 if it was too large to be kept.
	Size int `json:"size"`
	// Applied says when a run has applied all of it, as RFC 3339; empty if none has yet.
	Applied string `json:"applied,omitempty"`
}

func (e entry) key() string { return fmt.Sprintf("revision-%d", e.Number) }

// readHistory of a parent, oldest first. What cannot be read is as if it had not been kept.
func readHistory(annotation string) []entry {
	var all []entry
	if err := json.Unmarshal([]byte(annotation), &all); err != nil {
		return nil
	}
	return all
}

// record what the set is to hold, before anything of it is applied, if it is not what was recorded last.
func (r *run) record(ctx context.Context) error {
	all := r.parent.history
	if r.options.modes[NoHistory] || r.deleting || len(all) > 0 && !r.parent.unfinished() && !r.intentMoved() {
		return nil
	}
	content, hash, err := r.recording()
	if err != nil {
		return err
	}
	if len(all) > 0 && all[len(all)-1].Hash == hash {
		// The hash covers no values of Secrets.
		if same, err := r.recorded(ctx, all[len(all)-1], content); same || err != nil {
			return err
		}
	}
	return r.keep(ctx, hash, content)
}

// intentMoved says that this run may be about something else than the last, and not only about somebody's changes.
func (r *run) intentMoved() bool {
	return slices.ContainsFunc(r.steps, func(s *step) bool {
		return s.change.Action.Changes() && (!s.doubtful || isSecret(s.change.Ref))
	})
}

// recording of all that is wanted, one object a line, in the order of their refs.
func (r *run) recording() (content []byte, hash string, err error) {
	steps := slices.DeleteFunc(slices.Clone(r.steps), func(s *step) bool { return s.intent == nil || s.intent.err != nil })
	slices.SortFunc(steps, func(a, b *step) int { return a.change.Ref.Compare(b.change.Ref) })
	var text bytes.Buffer
	var hashes []byte
	compressed := gzip.NewWriter(&text)
	lines := json.NewEncoder(compressed)
	for _, s := range steps {
		unstamped := *s.intent // what its pods are rolled for is no part of what somebody wants
		unstamped.stamp = ""
		sent, err := unstamped.encode()
		if err != nil {
			continue // it has never been applied, and fails in this run too
		}
		hashes = fmt.Appendln(hashes, s.change.Ref, sent.GetAnnotations()[annotationIntent])
		if err := lines.Encode(sent.Object); err != nil {
			return nil, "", fmt.Errorf("encode %s for the set's history: %w", s.change.Ref, err)
		}
	}
	if err := compressed.Close(); err != nil {
		return nil, "", fmt.Errorf("compress the set's history: %w", err)
	}
	sum := sha256.Sum256(hashes)
	return text.Bytes(), hex.EncodeToString(sum[:16]), nil
}

// recorded says that an entry's content is this one, or as good as: what is too large cannot be compared.
func (r *run) recorded(ctx context.Context, e entry, content []byte) (bool, error) {
	if e.Size == 0 || !slices.ContainsFunc(r.steps, func(s *step) bool { return s.doubtful && isSecret(s.change.Ref) }) {
		return true, nil
	}
	kept, err := get(ctx, r.client, historyRef(r.set))
	if err != nil || kept == nil {
		return false, err
	}
	text, err := keptContent(kept, e)
	return err == nil && bytes.Equal(text, content), nil
}

// keep a new entry, and as many of the old ones as there is room for.
func (r *run) keep(ctx context.Context, hash string, content []byte) error {
	e := entry{Number: 1, Hash: hash, Size: len(content)}
	if e.Size > historySize {
		e.Size, content = 0, nil
	}
	all := r.parent.history
	if len(all) > 0 {
		e.Number = all[len(all)-1].Number + 1
	}
	data := map[string]any{}
	if e.Size > 0 {
		data[e.key()] = base64.StdEncoding.EncodeToString(content)
	}
	left, dropped := trimmed(append(slices.Clone(all), e))
	for _, old := range dropped {
		data[old.key()] = nil
	}
	err := r.writeHistory(ctx, len(all) > 0, data)
	if apierrors.IsNotFound(err) { // somebody has deleted it, and with it the old ones
		left = []entry{e}
		err = r.writeHistory(ctx, false, data)
	}
	switch {
	case apierrors.IsForbidden(err):
		return fmt.Errorf("%w: allow it, or give NoHistory, and there is nothing to roll back to", err)
	case err != nil:
		return fmt.Errorf("write the set's history: %w", err)
	}
	r.parent.history = left
	return nil
}

// trimmed drops the oldest entries until the rest is short and small enough, but for the last that was applied in full.
func trimmed(all []entry) (left, dropped []entry) {
	size, applied := 0, -1
	for i, e := range all {
		size += e.Size
		if e.Applied != "" {
			applied = i
		}
	}
	left = all
	for i := 0; i < len(all)-1 && (len(left) > historyLength || size > historySize); i++ {
		if i == applied {
			continue
		}
		dropped = append(dropped, all[i])
		size -= all[i].Size
		left = slices.DeleteFunc(slices.Clone(left), func(e entry) bool { return e.Number == all[i].Number })
	}
	return left, dropped
}

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

// unfinished says that no run has yet applied all of the last entry.
func (p *parent) unfinished() bool {
	return len(p.history) > 0 && p.history[len(p.history)-1].Applied == ""
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

// applied notes that all of the last entry has been applied.
func (p *parent) applied() {
	if p.unfinished() {
		p.history = slices.Clone(p.history)
		p.history[len(p.history)-1].Applied = time.Now().UTC().Format(time.RFC3339)
	}
}

// keptContent of an entry in the Secret.
func keptContent(secret *unstructured.Unstructured, e entry) ([]byte, error) {
	text, found, err := unstructured.NestedString(secret.Object, "data", e.key())
	switch {
	case e.Size == 0:
		return nil, fmt.Errorf("revision %d was too large to be kept", e.Number)
	case err != nil || !found:
		return nil, fmt.Errorf("revision %d is not in %s", e.Number, caisson.RefTo(secret.GroupVersionKind(), secret))
	}
	return base64.StdEncoding.DecodeString(text)
}
