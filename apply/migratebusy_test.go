package apply_test

import (
	"context"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
)

// A migration looks at an object and then writes it. Others write meanwhile: that is tried again for a while, never overlooked.
func TestMigrationOfABusyObject(t *testing.T) {
	cases := map[string]struct {
		reason  string
		touched int // times that others are faster
		gone    bool
		want    string // error
	}{
		"twice":   {reason: "it is tried again", touched: 2},
		"always":  {reason: "somebody has to be told", touched: 100, want: "the object has been modified"},
		"deleted": {reason: "nothing is made again in silence", touched: 1, gone: true, want: `configmaps "a" not found`},
	}
	for name, tc := range cases {
		for _, plan := range []bool{false, true} {
			t.Run(name+" plan "+strconv.FormatBool(plan), func(t *testing.T) {
				p := newPlace(t)
				old := configMap(p.namespace, "a", "theirs")
				old.Data["other"] = "x"
				require.NoError(t, p.Client.Create(t.Context(), old, client.FieldOwner("helm")))
				touched := 0
				faster := func(o client.Object) {
					if touched++; touched > tc.touched || o.GetName() != "a" {
						return
					}
					if tc.gone {
						require.NoError(t, p.Client.Delete(t.Context(), configMap(p.namespace, "a", "")))
						return
					}
					var now corev1.ConfigMap
					require.NoError(t, p.Client.Get(t.Context(), client.ObjectKeyFromObject(old), &now))
					metav1.SetMetaDataAnnotation(&now.ObjectMeta, "example.com/touched", strconv.Itoa(touched))
					require.NoError(t, p.Client.Update(t.Context(), &now, client.FieldOwner("somebody")))
				}
				c := interceptor.NewClient(p.connect(t), interceptor.Funcs{
					Update: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.UpdateOption) error {
						faster(o)
						return c.Update(ctx, o, opts...)
					},
					Patch: func(ctx context.Context, c client.WithWatch, o client.Object, patch client.Patch, opts ...client.PatchOption) error {
						faster(o)
						return c.Patch(ctx, o, patch, opts...)
					},
				})
				var report *caisson.Report
				var err error
				mine := []caisson.Object{configMap(p.namespace, "a", "mine")}
				if plan {
					report, err = apply.Plan(t.Context(), c, p.set, built(mine...), apply.Adopt, apply.MigrateFrom("helm"))
				} else {
					report, err = apply.Apply(t.Context(), c, p.set, mine, apply.Adopt, apply.MigrateFrom("helm"))
				}
				require.NotZero(t, touched, "the test is about what writes")
				if tc.want != "" {
					require.ErrorContains(t, err, tc.want, tc.reason)
					return
				}
				require.NoError(t, err, tc.reason)
				require.Equal(t, caisson.Adopted, actions(report)["ConfigMap a"])
				if plan {
					return
				}
				now := configMap(p.namespace, "a", "")
				p.get(t, now)
				require.Equal(t, configMap(p.namespace, "a", "mine").Data, now.Data)
				require.Equal(t, "2", now.Annotations["example.com/touched"], "what others wrote meanwhile stays")
			})
		}
	}
}
