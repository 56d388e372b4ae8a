package apply

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// Revision is what a set was to hold at some time. It is a Builder: Plan says what going back to it would change, and
// Reconcile goes back to it.
type Revision struct {
	// Number counts up from 1 with each change of what the set holds.
	Number int
	// Applied is when all of it had been applied; zero if no run has succeeded with it.
	Applied time.Time

	hash    string
	content []byte
	missing error
}

// History of a set, newest first: the revisions that are kept, up to 10 and as many as 800 KiB hold. They are in a Secret
// beside the set's parent. A set that is not there has none.
func History(ctx context.Context, c client.Reader, set Set) ([]Revision, error) {
	if err := set.validate(); err != nil {
		return nil, err
	}
	p, err := readParent(ctx, c, set)
	if err != nil {
		return nil, err
	}
	secret, err := get(ctx, c, historyRef(set))
	if err != nil {
		return nil, fmt.Errorf("read the set's history: %w", err)
	}
	if secret == nil {
		secret = &unstructured.Unstructured{Object: map[string]any{}}
	}
	revisions := make([]Revision, 0, len(p.history))
	for _, e := range slices.Backward(p.history) {
		revision := Revision{Number: e.Number, hash: e.Hash}
		revision.Applied, _ = time.Parse(time.RFC3339, e.Applied)
		revision.content, revision.missing = keptContent(secret, e)
		revisions = append(revisions, revision)
	}
	return revisions, nil
}

// Previous picks the revision of a history to roll back to: the newest that was applied in full and is not what the set
// is to hold now.
func Previous(history []Revision) (Revision, error) {
	for i, revision := range history {
		if i > 0 && !revision.Applied.IsZero() && !revision.same(history[0]) {
			return revision, revision.missing
		}
	}
	return Revision{}, errors.New("there is no earlier revision that was applied in full: apply what the set shall hold")
}

func (r Revision) same(other Revision) bool {
	return r.hash == other.hash && (r.content == nil || bytes.Equal(r.content, other.content))
}

// Rollback makes the cluster hold what was applied in full before the present revision, and returns as Reconcile does. Like
// any other change it is a new revision, so that a second Rollback takes it back. To see what it would do, give Plan the
// revision that Previous picks of the set's History; Reconcile goes back to any other.
func Rollback(ctx context.Context, c client.Client, set Set, opts ...Option) (*caisson.Report, error) {
	o := applyOptions(opts)
	o.cache = nil // it may show that revision still, or not yet what is to be taken back
	r := newRun(c, set, o)
	history, err := History(ctx, c, set)
	if err != nil {
		return r.finish(r.failAll(err))
	}
	revision, err := Previous(history)
	if err != nil {
		return r.finish(r.failAll(err))
	}
	if !r.addBuilt([]caisson.Builder{revision}) {
		return r.finish(r.report())
	}
	return r.finish(r.do(ctx))
}

// maxRevision bounds what a revision may hold once it is decompressed, whatever the Secret says.
const maxRevision = 256 << 20

// Objects of the revision, untyped.
func (r Revision) Objects() ([]caisson.Object, error) {
	if r.missing != nil {
		return nil, r.missing
	}
	compressed, err := gzip.NewReader(bytes.NewReader(r.content))
	if err != nil {
		return nil, fmt.Errorf("revision %d cannot be read: %w", r.Number, err)
	}
	var objects []caisson.Object
	for lines := json.NewDecoder(bufio.NewReader(io.LimitReader(compressed, maxRevision))); ; {
		object := &unstructured.Unstructured{}
		switch err := lines.Decode(object); {
		case errors.Is(err, io.EOF):
			return objects, nil
		case err != nil:
			return nil, fmt.Errorf("revision %d cannot be read: %w", r.Number, err)
		}
		objects = append(objects, object)
	}
}

// Validate says whether the revision can be read.
func (r Revision) Validate() error {
	_, err := r.Objects()
	return err
}

// Requires nothing: what the objects needed was asked when they were first applied.
func (r Revision) Requires() []caisson.Requirement { return nil }
