package apply_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/apply/applytest"
)

// A RESTMapper takes no context, and controller-runtime's has no timeout either.
func TestContextEndsARunThatWaitsForDiscovery(t *testing.T) {
	p := newPlace(t)
	for name, run := range map[string]func(context.Context, client.Client) error{
		"apply": func(ctx context.Context, c client.Client) error {
			_, err := apply.Apply(ctx, c, p.set, []caisson.Object{configMap(p.namespace, "a", "a")})
			return err
		},
		"plan": func(ctx context.Context, c client.Client) error {
			_, err := apply.Plan(ctx, c, p.set, built(configMap(p.namespace, "a", "a")))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			proxy := newFaultProxy(t, p.Config, request{method: "GET", path: "/api"}, faultKinds(cancel)["silence before"])
			defer proxy.CloseClientConnections() // the request that hangs is left behind
			ended := make(chan error, 1)
			c := proxy.client(t)
			go func() { ended <- run(ctx, c) }()
			select {
			case err := <-ended:
				require.ErrorIs(t, err, context.Canceled)
			case <-time.After(15 * time.Second):
				require.Fail(t, "the run goes on after its context has ended")
			}
		})
	}
}

// One lost request must not keep the set's next run waiting for ten minutes, nor make a failure of what has succeeded.
func TestReleaseIsTriedAgain(t *testing.T) {
	shared := applytest.Shared(t)
	namespace := shared.Namespace(t)
	update := operations()[1]
	update.measure(t, newMall(shared, namespace, "point-measure"))
	for _, fault := range []string{"500", "503", "reset before", "reset after", "half an answer", "silence before", "silence after"} {
		t.Run(fault, func(t *testing.T) {
			m := newMall(shared, namespace, "point-"+strings.ReplaceAll(fault, " ", "-"))
			pt := point{op: update, fault: fault, at: update.release()}
			update.prepare(t, m)
			report, err := pt.run(t, m)
			require.NotContains(t, m.parent(t).Annotations, markAnnotation)
			if fault != "silence before" && fault != "silence after" { // the context has ended there
				require.NoError(t, err, "all that was wanted is there: %s", report.Summary())
			}
		})
	}
}

// Whoever writes to the parent in the middle of a run must not keep it from pruning: its mark is still there.
func TestPruneGoesOnAlsoWhenSomebodyTouchesTheParent(t *testing.T) {
	p := newPlace(t)
	p.apply(t, configMap(p.namespace, "a", "a"), configMap(p.namespace, "old", "a"))
	touching := interceptor.NewClient(p.connect(t), interceptor.Funcs{
		Apply: func(ctx context.Context, c client.WithWatch, o runtime.ApplyConfiguration, opts ...client.ApplyOption) error {
			parent := p.parent(t)
			metav1.SetMetaDataAnnotation(&parent.ObjectMeta, "example.com/touched", "yes")
			require.NoError(t, p.Client.Update(ctx, parent))
			return c.Apply(ctx, o, opts...)
		},
	})
	report, err := apply.Apply(t.Context(), touching, p.set, []caisson.Object{configMap(p.namespace, "a", "b")}, apply.Prune)
	require.NoError(t, err)
	require.Equal(t, caisson.Pruned, actions(report)["ConfigMap old"])
}
