package apply

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"
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
	// Size of the compressed content; 0 if it is not kept: it was too large, or was applied with NoHistory.
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

// record is a new entry of the history. The parent names it as soon as it is marked, so that a run which is killed after its
// first write leaves no change that the history does not know.
type record struct {
	entry   entry
	content []byte  // nil if it is not kept
	before  []entry // the history without it
	after   []entry
	dropped []entry // from the Secret
}

// newRecord of what the set is to hold; nil if that is what was recorded last.
func (r *run) newRecord(ctx context.Context) (*record, error) {
	all := r.parent.history
	known := len(all) > 0
	if r.deleting || r.options.modes[NoHistory] && !known || known && !r.parent.unfinished() && !r.intentMoved() {
		return nil, nil //nolint:nilnil // nil is what says that there is none
	}
	content, hash, err := r.recording()
	if err != nil {
		return nil, err
	}
	number := 1
	if known {
		last := all[len(all)-1]
		same, err := r.recorded(ctx, last, hash, content)
		if same || err != nil {
			return nil, err
		}
		if number = last.Number + 1; last.Hash == hash && last.Applied == "" { // its content was not written
			number, all = last.Number, all[:len(all)-1]
		}
	}
	rec := &record{entry: entry{Number: number, Hash: hash}, before: r.parent.history}
	if !r.options.modes[NoHistory] {
		if len(content)+lastApplied(all).Size <= historySize {
			rec.content, rec.entry.Size = content, len(content)
		}
		rec.after, rec.dropped = trimmed(append(slices.Clone(all), rec.entry))
		return rec, nil
	}
	// Noted alone, so that a rollback knows that it was there; more of them push nothing out.
	if len(all) > 0 && all[len(all)-1].Size == 0 {
		all = all[:len(all)-1]
	}
	rec.after = append(slices.Clone(all), rec.entry)
	return rec, nil
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

// recorded says that an entry's content is this one, or as good as: what is not kept cannot be compared. The hash covers no
// values of Secrets, and the Secret of an entry that is not applied yet may not have been written.
func (r *run) recorded(ctx context.Context, e entry, hash string, content []byte) (bool, error) {
	if e.Hash != hash {
		return false, nil
	}
	secretMoves := slices.ContainsFunc(r.steps, func(s *step) bool {
		return s.intent != nil && s.change.Action.Changes() && isSecret(s.change.Ref)
	})
	if e.Size == 0 || r.options.modes[NoHistory] || e.Applied != "" && !secretMoves {
		return true, nil
	}
	kept, err := get(ctx, r.client, historyRef(r.set))
	if err != nil || kept == nil {
		return false, err
	}
	text, err := keptContent(kept, e)
	return err == nil && bytes.Equal(text, content), nil
}

// trimmed drops the oldest entries until the rest is short and small enough, but for the last that was applied in full.
func trimmed(all []entry) (left, dropped []entry) {
	size, applied := 0, lastApplied(all)
	for _, e := range all {
		size += e.Size
	}
	left = all
	for i := 0; i < len(all)-1 && (len(left) > historyLength || size > historySize); i++ {
		if all[i].Number == applied.Number {
			continue
		}
		dropped = append(dropped, all[i])
		size -= all[i].Size
		left = slices.DeleteFunc(slices.Clone(left), func(e entry) bool { return e.Number == all[i].Number })
	}
	return left, dropped
}

// unfinished says that no run has yet applied all of the last entry.
func (p *parent) unfinished() bool {
	return len(p.history) > 0 && p.history[len(p.history)-1].Applied == ""
}

// applied notes that all of the last entry has been applied.
func (p *parent) applied() {
	if p.unfinished() {
		p.history = slices.Clone(p.history)
		p.history[len(p.history)-1].Applied = time.Now().UTC().Format(time.RFC3339)
	}
}

// lastApplied entry, or none.
func lastApplied(all []entry) entry {
	for _, e := range slices.Backward(all) {
		if e.Applied != "" {
			return e
		}
	}
	return entry{}
}
