package nodepool

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Hasty has leases of killed processes end, and requests time out, before a test gets bored.
type Hasty struct{ Lease, Timeout time.Duration }

func (h Hasty) reconcile(o *options) { h.rotate(o.move) }

func (h Hasty) rotate(o *rotateOptions) { o.lease, o.timeout = h.Lease, h.Timeout }

// Removals are kinds with the version that a minor does not serve any more, and what to write instead.
func Removals(after, upTo uint) (ends, instead []string) {
	for _, one := range removals(after, upTo) {
		ends, instead = append(ends, one.kind.Kind+"."+one.kind.GroupVersion().String()), append(instead, one.instead.Version)
	}
	return ends, instead
}

// UsesIfRemoved are the uses that there would be if Kubernetes 1.99 removed versions of kinds.
func UsesIfRemoved(ctx context.Context, c Client, kinds ...schema.GroupVersionKind) (uses []RemovedUse, unseen []string) {
	ending := make([]removal, len(kinds))
	for i, kind := range kinds {
		ending[i] = removal{kind: kind, minor: 99} //nolint:mnd // none that there is
	}
	return c.removedUses(ctx, ending)
}

// Lost says whether a pod is not waited for.
func Lost(node *corev1.Node, pod *corev1.Pod) bool { return lost(node, pod) }
