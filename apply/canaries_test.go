package apply_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
)

const lastApplied = corev1.LastAppliedConfigAnnotation

// canaryCase is a run with a Secret whose values nobody may learn of.
type canaryCase struct {
	before func(t *testing.T, p place, canary string)
	object func(p place, canary string) caisson.Object
	opts   []apply.Option
	fails  string // what the error says; empty: it succeeds
}

func canarySecret(p place, canary string) caisson.Object {
	object := secret(p.namespace, "keys", canary)
	object.StringData = map[string]string{"token": "token=" + canary}
	return object
}

// rawSecret is one that a program has read from a file, mistakes included.
func rawSecret(p place, content map[string]any) caisson.Object {
	object := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Secret", "metadata": map[string]any{"namespace": p.namespace, "name": "keys"},
	}}
	maps.Copy(object.Object, content)
	return object
}

func encoded(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func canaryCases() map[string]canaryCase {
	raw := func(content func(canary string) map[string]any) func(place, string) caisson.Object {
		return func(p place, canary string) caisson.Object { return rawSecret(p, content(canary)) }
	}
	older := func(t *testing.T, p place, canary string) {
		t.Helper()
		object := secret(p.namespace, "keys", "older "+canary)
		object.Data["same"], object.Data["gone"] = []byte(canary), []byte(canary)
		p.apply(t, object)
	}
	theirs := func(t *testing.T, p place, canary string) {
		t.Helper()
		object := secret(p.namespace, "keys", "theirs "+canary)
		object.Annotations = map[string]string{lastApplied: fmt.Sprintf(`{"data":{"password":%q}}`, encoded(canary))}
		require.NoError(t, p.Client.Create(t.Context(), object))
	}
	return map[string]canaryCase{
		"create": {object: canarySecret},
		"update": {before: older, object: canarySecret},
		"prune": {before: older, object: func(p place, _ string) caisson.Object {
			return secret(p.namespace, "other", "no canary")
		}},
		"adopt":            {before: theirs, object: canarySecret, opts: []apply.Option{apply.Adopt, apply.Force}},
		"foreign":          {before: theirs, object: canarySecret, fails: "exists already"},
		"edited meanwhile": {before: editAfter(older), object: canarySecret},
		"conflict": {
			before: func(t *testing.T, p place, canary string) {
				t.Helper()
				older(t, p, canary)
				object := rawSecret(p, map[string]any{"data": map[string]any{"password": encoded("declared " + canary)}})
				require.NoError(t, p.Client.Apply(t.Context(),
					client.ApplyConfigurationFromUnstructured(object.(*unstructured.Unstructured)),
					client.FieldOwner("argo"), client.ForceOwnership))
			},
			object: canarySecret, fails: "is held by",
		},
		"immutable": {
			before: func(t *testing.T, p place, canary string) {
				t.Helper()
				object := secret(p.namespace, "keys", "older "+canary)
				object.Immutable = new(true)
				p.apply(t, object)
			},
			object: canarySecret, fails: "immutable",
		},
		"no base64": {object: raw(func(canary string) map[string]any {
			return map[string]any{"data": map[string]any{"password": "!" + canary}}
		}), fails: "keys"},
		"no JSON where it must be": {object: raw(func(canary string) map[string]any {
			return map[string]any{
				"type": "kubernetes.io/dockerconfigjson", "data": map[string]any{".dockerconfigjson": encoded("{" + canary)},
			}
		}), fails: "dockerconfigjson"},
		"nested too deep": {object: raw(func(canary string) map[string]any {
			return map[string]any{"data": map[string]any{"password": map[string]any{"value": canary}}}
		}), fails: "must be text"},
		"field misspelt": {object: raw(func(canary string) map[string]any {
			return map[string]any{"stringdata": map[string]any{"password": canary}}
		}), fails: "stringdata"},
		"data is text": {object: raw(func(canary string) map[string]any {
			return map[string]any{"data": canary}
		}), fails: "keys with values"},
	}
}

// editAfter has somebody edit the Secret, as kubectl edit does.
func editAfter(before func(*testing.T, place, string)) func(*testing.T, place, string) {
	return func(t *testing.T, p place, canary string) {
		t.Helper()
		before(t, p, canary)
		object := secret(p.namespace, "keys", "")
		p.get(t, object)
		object.Data["password"] = []byte("edited " + canary)
		require.NoError(t, p.Client.Update(t.Context(), object, client.FieldOwner("kubectl-edit")))
	}
}

// The values of a Secret, desired or live, are in no report, error, log or object but the Secret's own data, whatever
// happens to the run, and with each fault to the request that carries them.
func TestCanary(t *testing.T) {
	for name, tc := range canaryCases() {
		t.Run(name, func(t *testing.T) {
			w := newWatch(t)
			tc.run(t, w, "")
			if name == "create" || name == "update" {
				for _, fault := range faultNames() {
					tc.run(t, w, fault)
				}
				require.NotZero(t, w.log.Len(), "client-go logs what goes wrong, or nothing is watched")
			}
			w.lookAtLogs(t)
			require.Empty(t, w.found)
		})
	}
}

func (tc canaryCase) run(t *testing.T, w *watch, fault string) {
	t.Helper()
	p := newPlace(t)
	if tc.before != nil {
		tc.before(t, p, w.canary)
	}
	object := tc.object(p, w.canary)
	ctx, cancel := context.WithTimeout(w.context(t.Context()), time.Minute)
	defer cancel()
	at := request{method: "PATCH", path: "/api/v1/namespaces/" + p.namespace + "/secrets/keys"}
	proxy := newFaultProxy(t, p.Config, at, faultKinds(cancel)[fault])
	c := proxy.clientLogging(t, w.logger())
	if fault == "" {
		plan, err := apply.Plan(ctx, c, p.set, built(object), planOptions(tc.opts)...)
		w.lookAtReport(t, plan, err)
	}
	observe := apply.Observe(func(change caisson.Change) { w.look("observed", fmt.Sprintf("%+v", change)) })
	report, err := apply.Apply(ctx, c, p.set, []caisson.Object{object}, append(tc.opts, apply.Prune, observe)...)
	w.lookAtReport(t, report, err)
	switch {
	case fault != "":
		require.True(t, proxy.hasStruck())
	case tc.fails == "":
		require.NoError(t, err)
		w.look("wait", fmt.Sprint(apply.Wait(ctx, c, report)))
	default:
		require.ErrorContains(t, err, tc.fails)
	}
	w.lookAtObjects(t, p)
}

func planOptions(opts []apply.Option) []apply.PlanOption {
	all := []apply.PlanOption{apply.Prune}
	for _, option := range opts {
		if mode, ok := option.(apply.Mode); ok {
			all = append(all, mode)
		}
	}
	return all
}

// The watch must see what TestCanary says is not there.
func TestCanaryWouldBeSeen(t *testing.T) {
	p := newPlace(t)
	for name, leak := range map[string]func(w *watch){
		"plain":          func(w *watch) { w.look("", "value "+w.canary) },
		"base64":         func(w *watch) { w.look("", encoded(w.canary)) },
		"base64 after 1": func(w *watch) { w.look("", encoded("1"+w.canary)) },
		"base64 after 2": func(w *watch) { w.look("", encoded("22"+w.canary+"and more")) },
		"a report": func(w *watch) {
			p.apply(t, configMap(p.namespace, "settings", "older"))
			w.lookAtReport(t, p.apply(t, configMap(p.namespace, "settings", w.canary)), nil)
		},
		"an object": func(w *watch) {
			p.apply(t, configMap(p.namespace, "settings", w.canary))
			w.lookAtObjects(t, p)
		},
		"a log": func(w *watch) {
			w.logger().V(7).Info("sent", "body", w.canary)
			w.lookAtLogs(t)
		},
		"standard error": func(w *watch) {
			_, _ = fmt.Fprintln(os.Stderr, w.canary)
			w.lookAtLogs(t)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWatch(t)
			leak(w)
			require.NotEmpty(t, w.found)
		})
	}
}
