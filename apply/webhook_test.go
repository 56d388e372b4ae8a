package apply_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
)

// webhooks are what clusters do to objects on their way in. Each gives the same for what it has changed already.
var webhooks = map[string]func(object map[string]any){
	"adds labels": func(object map[string]any) {
		edit(object, path{"metadata", "labels", "injected"}, "yes")
		edit(object, path{"metadata", "annotations", "injected"}, "yes")
	},
	"injects a sidecar": func(object map[string]any) {
		inPods(object, func(pod map[string]any) {
			containers := pod["containers"].([]any)
			first := containers[0].(map[string]any)
			env, _ := first["env"].([]any)
			first["env"] = withNamed(env, map[string]any{"name": "INJECTED", "value": "yes"})
			pod["containers"] = withNamed(containers, map[string]any{
				"name": "sidecar", "image": "sidecar", "terminationMessagePath": "/dev/termination-log",
				"terminationMessagePolicy": "File", "imagePullPolicy": "Always", "resources": map[string]any{},
			})
		})
	},
	"overrides what is set": func(object map[string]any) {
		inPods(object, func(pod map[string]any) {
			for _, container := range pod["containers"].([]any) {
				container.(map[string]any)["image"] = "mirror/image"
			}
		})
		if data, ok := object["data"].(map[string]any); ok && data["one"] != nil {
			data["one"] = "b3RoZXI="
		}
	},
	"removes what is set": func(object map[string]any) {
		inPods(object, func(pod map[string]any) {
			delete(pod["containers"].([]any)[0].(map[string]any), "livenessProbe")
		})
		edit(object, path{"metadata", "labels", "a"}, nil)
		if data, ok := object["data"].(map[string]any); ok {
			delete(data, "two")
		}
	},
	"sorts lists": func(object map[string]any) {
		inPods(object, func(pod map[string]any) {
			for _, container := range pod["containers"].([]any) {
				env, _ := container.(map[string]any)["env"].([]any)
				sortNamed(env)
			}
			sortNamed(pod["containers"].([]any))
		})
	},
}

// inPods calls change with the pods' spec, if the object makes pods. Somebody may have taken all containers away; the server
// refuses that only after its webhooks.
func inPods(object map[string]any, change func(pod map[string]any)) {
	pod, _ := lookup(object, path{"spec", "template", "spec"}).(map[string]any)
	if containers, _ := pod["containers"].([]any); len(containers) > 0 {
		change(pod)
	}
}

// Whatever a webhook makes of an object: apply never says unchanged where the server would change something, says the
// same with every run, and leaves what is stored as it is.
func TestWebhooks(t *testing.T) {
	for name, change := range webhooks {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			l := newLab(t, p, p.namespace)
			l.quiet()
			changed := serveWebhook(t, p, change)
			for i, object := range podsAndData(t, p.namespace) {
				requireStill(l, l.newSubject(i, object))
			}
			require.Positive(t, changed.Load(), "else nothing was tested")
			l.tally.log(t)
		})
	}
}

func requireStill(l *lab, s *subject) {
	l.t.Helper()
	require.NotNil(l.t, l.judge(s), s.String())
	var first *caisson.Report
	for i := range 3 {
		before := l.get(s)
		l.recorder.forget()
		report, err := apply.Apply(l.t.Context(), l.recorder, s.set, []caisson.Object{s.object})
		require.NoError(l.t, err, s.String())
		if l.recorder.writes > 0 {
			l.tally.add("needless writes", s.kind)
		}
		if first == nil {
			first = report
		}
		after := l.get(s)
		require.Equal(l.t, first, report, "run %d of %s", i, s)
		if before.GetResourceVersion() != after.GetResourceVersion() {
			l.tally.add("written anew, with the same content", s.kind)
		}
		require.Equal(l.t, before.GetGeneration(), after.GetGeneration(), "run %d of %s", i, s)
		require.Equal(l.t, spec(before), spec(after), "run %d of %s", i, s)
	}
	l.tally.add("each run says: "+string(first.Changes[0].Action), s.kind)
}

// spec is all but metadata and status.
func spec(object *unstructured.Unstructured) map[string]any {
	all := object.DeepCopy().Object
	delete(all, "metadata")
	delete(all, "status")
	return all
}

// The property of TestUnchangedIsNeverWrong, in a namespace where everything passes a webhook.
func TestUnchangedIsNeverWrongBehindWebhooks(t *testing.T) {
	p := newPlace(t)
	l := newLab(t, p, p.namespace)
	serveWebhook(t, p, func(object map[string]any) {
		for range 3 { // what is sorted has another first container, to which the others do something
			for _, name := range []string{
				"adds labels", "injects a sidecar", "overrides what is set", "removes what is set", "sorts lists",
			} {
				webhooks[name](object)
			}
		}
	})
	l.run(podsAndData(t, p.namespace), tries()/4)
}

// podsAndData are the objects that the webhooks know something to do with.
func podsAndData(t *testing.T, namespace string) []caisson.Object {
	t.Helper()
	var all []caisson.Object
	for _, object := range otherKinds(t, namespace, namespace) {
		switch object.GetObjectKind().GroupVersionKind().Kind {
		case "ConfigMap", "Secret", "ServiceAccount", "Service", "Deployment", "StatefulSet", "DaemonSet":
			all = append(all, object)
		}
	}
	for _, server := range servers(namespace)[:2] {
		all = append(all, parts(t, server)...)
	}
	return all
}
