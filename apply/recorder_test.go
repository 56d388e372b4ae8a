package apply_test

import (
	"context"
	"encoding/json"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/caissonhq/caisson/apply/applytest"
)

// recorder is the client of the program under test, and notes what goes through it.
type recorder struct {
	client.Client
	mu      sync.Mutex
	writes  int    // requests that would change something
	asked   int    // dry runs
	manager string // of the last object that was applied
	sent    []byte // that object
	answer  []byte // and what the server made of it
}

func (p place) recorder(t *testing.T) *recorder {
	t.Helper()
	r := &recorder{}
	r.Client = interceptor.NewClient(p.silent(t), interceptor.Funcs{
		Apply: r.apply,
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
			return r.write(func() error { return c.Create(ctx, o, opts...) })
		},
		Update: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.UpdateOption) error {
			return r.write(func() error { return c.Update(ctx, o, opts...) })
		},
		Patch: func(
			ctx context.Context, c client.WithWatch, o client.Object, patch client.Patch, opts ...client.PatchOption,
		) error {
			return r.write(func() error { return c.Patch(ctx, o, patch, opts...) })
		},
		Delete: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.DeleteOption) error {
			return r.write(func() error { return c.Delete(ctx, o, opts...) })
		},
	})
	return r
}

// silent about the server's warnings, which strange objects get many of.
func (p place) silent(t *testing.T) client.WithWatch {
	t.Helper()
	p.Cluster = &applytest.Cluster{Config: rest.CopyConfig(p.Config)}
	p.Config.WarningHandlerWithContext = rest.NoWarnings{}
	return p.connect(t)
}

func (r *recorder) write(request func() error) error {
	r.mu.Lock()
	r.writes++
	r.mu.Unlock()
	return request()
}

func (r *recorder) apply(
	ctx context.Context, c client.WithWatch, object runtime.ApplyConfiguration, opts ...client.ApplyOption,
) error {
	sent, err := json.Marshal(object)
	if err != nil {
		return err
	}
	options := (&client.ApplyOptions{}).ApplyOptions(opts)
	dryRun := len(options.DryRun) > 0
	r.mu.Lock()
	if dryRun {
		r.asked++
	} else {
		r.writes++
		r.sent, r.manager = sent, options.FieldManager
	}
	r.mu.Unlock()
	if err := c.Apply(ctx, object, opts...); err != nil || dryRun {
		return err
	}
	answer, err := json.Marshal(object)
	r.mu.Lock()
	r.answer = answer
	r.mu.Unlock()
	return err
}

// forget the counts, and what was applied last.
func (r *recorder) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.writes, r.asked, r.sent, r.answer = 0, 0, nil, nil
}

// parse JSON as the server sent it.
func parse(t *testing.T, text []byte) *unstructured.Unstructured {
	t.Helper()
	object := &unstructured.Unstructured{}
	require.NoError(t, object.UnmarshalJSON(text))
	return object
}
