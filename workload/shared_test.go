package workload_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/internal/golden"
)

func templateOf(object caisson.Object) *corev1.PodTemplateSpec {
	switch object := object.(type) {
	case *appsv1.Deployment:
		return &object.Spec.Template
	case *appsv1.StatefulSet:
		return &object.Spec.Template
	case *batchv1.Job:
		return &object.Spec.Template
	case *batchv1.CronJob:
		return &object.Spec.JobTemplate.Spec.Template
	default:
		return nil
	}
}

func TestGoldenOfKinds(t *testing.T) {
	for name, newSpec := range kinds {
		spec := newSpec()
		if name == "server" { // TestGolden has it in each profile
			continue
		}
		t.Run(name, func(t *testing.T) {
			objects, err := spec.Objects()
			require.NoError(t, err)
			require.NoError(t, spec.Validate())
			golden.Compare(t, "testdata/"+name+".golden.yaml", golden.YAML(t, objects))
			again, err := spec.Objects()
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(objects, again), "the same spec gives the same objects")
		})
	}
}

// Users move from kind to kind: a field means the same in each, and is called the same.
func TestKindsShareTheirFields(t *testing.T) {
	type shape struct{ kind, tag string }
	seen := map[string]shape{}
	in := map[string]int{}
	for name, newSpec := range kinds {
		spec := newSpec()
		if slices.Contains([]string{"server", "worker", "task", "schedule", "stateful"}, name) {
			for _, f := range reflect.VisibleFields(reflect.TypeOf(spec)) {
				got := shape{f.Type.String(), string(f.Tag)}
				if first, ok := seen[f.Name]; ok {
					require.Equal(t, first, got, f.Name)
				}
				seen[f.Name] = got
				in[f.Name]++
			}
		}
	}
	for _, name := range []string{
		"Name", "Namespace", "Image", "AllowMutableTag", "Command", "Args", "Env", "Config", "Folders", "Tokens", "Sidecars", "Init",
		"Runtime", "Profile", "Preset", "Resources", "PriorityClass", "Placement",
	} {
		require.Equal(t, 5, in[name], name)
	}
}

// Each field of each kind reaches the objects: one that was forgotten on the way would be ignored without a word.
func TestEveryFieldMatters(t *testing.T) {
	for name, newSpec := range kinds {
		spec := newSpec()
		kind := reflect.TypeOf(spec)
		for _, f := range reflect.VisibleFields(kind) {
			if value := reflect.ValueOf(spec).FieldByIndex(f.Index); value.IsZero() {
				continue
			}
			if f.Name == "Profile" { // staging has the replicas of its own, which the full specs give; TestGolden has it
				continue
			}
			t.Run(name+"/"+f.Name, func(t *testing.T) {
				less := reflect.New(kind).Elem()
				less.Set(reflect.ValueOf(spec))
				less.FieldByIndex(f.Index).SetZero()
				before, err := spec.Objects()
				require.NoError(t, err)
				after, err := less.Interface().(caisson.Builder).Objects()
				if err == nil {
					require.NotEmpty(t, cmp.Diff(before, after), "without the field nothing is different")
				}
			})
		}
	}
}

// TestEveryFieldIsTried holds the table above complete: the full specs have no field that is not set.
func TestEveryFieldIsTried(t *testing.T) {
	untried := map[string]bool{ // by fields that exclude those of the full specs
		"server-full.Replicas": true, "worker-full.Replicas": true, "worker-full.Singleton": true,
	}
	for _, name := range []string{"server-full", "worker-full", "task-full", "schedule-full", "stateful-full"} {
		spec := reflect.ValueOf(kinds[name]())
		for _, f := range reflect.VisibleFields(spec.Type()) {
			at := name + "." + f.Name
			require.Equal(t, untried[at], spec.FieldByIndex(f.Index).IsZero(), at)
		}
	}
}

// What a caller does to the objects must not come back to the spec, nor the other way round.
func TestObjectsShareNothingWithTheSpec(t *testing.T) {
	for name, newSpec := range kinds {
		spec := newSpec()
		t.Run(name, func(t *testing.T) {
			before, err := json.Marshal(spec)
			require.NoError(t, err)
			objects, err := spec.Objects()
			require.NoError(t, err)
			for _, object := range objects {
				spoil(reflect.ValueOf(object), 0)
			}
			after, err := json.Marshal(spec)
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(string(before), string(after)))
		})
	}
}

// spoil writes to all that can be reached through pointers, lists and maps.
func spoil(value reflect.Value, depth int) {
	switch value.Kind() {
	case reflect.Pointer:
		if !value.IsNil() {
			spoil(value.Elem(), depth+1)
		}
	case reflect.Struct:
		for i := range value.NumField() {
			if value.Type().Field(i).IsExported() {
				spoil(value.Field(i), depth+1)
			}
		}
	case reflect.Slice:
		for i := range value.Len() {
			spoil(value.Index(i), depth+1)
		}
	case reflect.Map:
		value.Clear()
	case reflect.String:
		value.SetString("spoilt")
	case reflect.Int32, reflect.Int64:
		value.SetInt(-1)
	default: // is copied with what it is in
	}
}

func TestPeersOfKinds(t *testing.T) {
	for name, want := range map[string][]string{
		"server": {"http"}, "server-full": {"grpc"}, "stateful": {"tcp"}, "stateful-full": {"http"},
		"worker": nil, "task": nil, "schedule": nil,
	} {
		spec := kinds[name]()
		peer := spec.(interface{ Peer() caisson.Peer }).Peer()
		var names []string
		pods := template(t, spec)
		main := pods.Spec.Containers[0]
		for _, port := range peer.Ports {
			names = append(names, port.Name)
			require.Equal(t, main.Ports[0].Name, port.Name, "%s: what is called is a port of the program", name)
			require.Equal(t, main.Ports[0].ContainerPort, port.Port, name)
		}
		require.Equal(t, want, names, name)
		require.Equal(t, map[string]string{"app.kubernetes.io/instance": peer.Name}, peer.Labels)
		require.Equal(t, peer.Name, pods.Labels["app.kubernetes.io/instance"], name)
	}
}

func TestObjectsOfKindsBelongTogether(t *testing.T) {
	for name, newSpec := range kinds {
		spec := newSpec()
		objects, err := spec.Objects()
		require.NoError(t, err)
		seen := map[string]bool{}
		var instances []string
		for _, object := range objects {
			id := object.GetObjectKind().GroupVersionKind().Kind + " " + object.GetName()
			require.False(t, seen[id], "%s: two objects are %s", name, id)
			seen[id] = true
			require.Equal(t, "shop", object.GetNamespace(), id)
			instances = append(instances, object.GetLabels()["app.kubernetes.io/instance"])
		}
		require.Len(t, slices.Compact(instances), 1, "%s: %v", name, slices.Sorted(maps.Keys(seen)))
	}
}
