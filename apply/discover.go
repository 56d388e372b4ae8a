package apply

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// mapping asks the cluster about a kind, in one of the versions if any are given. A RESTMapper takes no context, and that of
// controller-runtime no timeout: a request that hangs is left behind when the context ends.
func (r *run) mapping(ctx context.Context, kind schema.GroupKind, versions ...string) (*meta.RESTMapping, error) {
	type answer struct {
		mapping *meta.RESTMapping
		err     error
	}
	answers := make(chan answer, 1)
	mapper := r.client.RESTMapper()
	go func() {
		mapping, err := mapper.RESTMapping(kind, versions...)
		answers <- answer{mapping, err}
	}()
	select {
	case <-ctx.Done():
		return nil, fmt.Errorf("ask the cluster which kinds it serves: %w", ctx.Err())
	case a := <-answers:
		if a.err != nil && !meta.IsNoMatchError(a.err) {
			return nil, fmt.Errorf("ask the cluster which kinds it serves: %w", a.err)
		}
		return a.mapping, a.err
	}
}

// scope of a kind on the cluster.
type scope struct {
	namespaced bool
	served     bool
	brought    bool // not served, but about to be, by a definition of the set
	err        error
}

func (r *run) scopeOf(ctx context.Context, kind schema.GroupVersionKind) scope {
	mapping, err := r.mapping(ctx, kind.GroupKind(), kind.Version)
	namespaced, brought := r.definitions[kind.GroupKind()]
	switch {
	case err == nil:
		return scope{namespaced: mapping.Scope.Name() == meta.RESTScopeNameNamespace, served: true}
	case meta.IsNoMatchError(err):
		return scope{namespaced: namespaced, brought: brought}
	}
	return scope{err: err}
}
