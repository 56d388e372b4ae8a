package workload_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/workload"
)

// The fuzzers change any fields of a spec to what a person might write, or to any text or number: there are objects that
// pass their own checks, or errors; never a panic.

func FuzzServerBuild(f *testing.F)   { fuzzKind(f, "server") }
func FuzzWorkerBuild(f *testing.F)   { fuzzKind(f, "worker") }
func FuzzTaskBuild(f *testing.F)     { fuzzKind(f, "task") }
func FuzzScheduleBuild(f *testing.F) { fuzzKind(f, "schedule") }
func FuzzStatefulBuild(f *testing.F) { fuzzKind(f, "stateful") }

func fuzzKind(f *testing.F, kind string) {
	f.Helper()
	f.Add(false, []byte{}, "x", int64(0))
	f.Add(true, []byte{1, 2, 3, 4, 5, 6, 7, 8}, "/a/../b", int64(3))
	f.Add(true, []byte{40, 3, 50, 9, 60, 1, 70, 0}, "-1", int64(-5))
	f.Add(true, []byte{200, 200, 100, 100}, "\x00\xff", int64(70))
	for i := range byte(40) {
		f.Add(true, []byte{i * 3, i * 7}, "a b", int64(80))
		f.Add(false, []byte{i, unlisted}, "250m", int64(-1))
	}
	f.Fuzz(func(t *testing.T, everything bool, changes []byte, text string, number int64) {
		name := kind
		if everything {
			name += "-full"
		}
		value := anything{text, number}
		requireSound(t, changed(t, kinds[name](), changes, value), changed(t, kinds[name](), changes, value))
	})
}

// requireSound checks what holds for every spec, good or bad; given is the same again.
func requireSound(t *testing.T, given, spec caisson.Builder) {
	t.Helper()
	objects, err := spec.Objects()
	if server, ok := spec.(workload.Server); ok {
		server.MaxReplicas() // of whatever is in it
	}
	require.Empty(t, cmp.Diff(given, spec), "Build must not change what it is given")
	require.Equal(t, err, spec.Validate(), "Build and Validate must agree")
	if err != nil {
		require.Nil(t, objects)
		require.Empty(t, spec.Requires())
		return
	}
	built := reflect.ValueOf(spec).MethodByName("Build").Call(nil)[0].Interface().(caisson.Builder)
	require.NoError(t, built.Validate(), "what Build gives must pass its own checks")
	again, err := built.Objects()
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(objects, again), "the same spec gives the same objects")
	for _, object := range objects {
		_, err := json.Marshal(object)
		require.NoError(t, err)
	}
	pod := template(t, spec).Spec
	require.Len(t, pod.Containers, 1)
	requireRestrictedPod(t, pod)
	if server, ok := built.(*workload.ServerObjects); ok {
		scaled := server.HorizontalPodAutoscaler != nil
		require.Equal(t, scaled, server.Deployment.Spec.Replicas == nil, "one owner of the number")
		require.Equal(t, scaled, len(spec.Requires()) > 0)
	}
}

// anything that no list has.
type anything struct {
	text   string
	number int64
}

// unlisted is the choice of anything, in place of what a list has.
const unlisted = 255

// changed gives a spec with a field for each two bytes changed: the first says which, the second to what.
func changed(t *testing.T, spec caisson.Builder, changes []byte, other anything) caisson.Builder {
	t.Helper()
	value := reflect.New(reflect.TypeOf(spec)).Elem()
	value.Set(reflect.ValueOf(spec))
	for i := 0; i+1 < len(changes); i += 2 {
		var fields []reflect.Value
		collect(value, &fields)
		set(fields[int(changes[i])%len(fields)], changes[i+1], other)
	}
	return value.Interface().(caisson.Builder)
}

// collect what can be set, in any depth.
func collect(value reflect.Value, into *[]reflect.Value) {
	switch value.Kind() {
	case reflect.Struct:
		if value.Type() == reflect.TypeFor[resource.Quantity]() {
			*into = append(*into, value)
			return
		}
		for i := range value.NumField() {
			if value.Type().Field(i).IsExported() {
				collect(value.Field(i), into)
			}
		}
	case reflect.Slice:
		*into = append(*into, value)
		for i := range value.Len() {
			collect(value.Index(i), into)
		}
	case reflect.Pointer:
		*into = append(*into, value)
		if !value.IsNil() {
			collect(value.Elem(), into)
		}
	default:
		*into = append(*into, value)
	}
}

var (
	fuzzTexts = []string{
		"", "a", "web", "Web_1", "/", "/tmp", "/data", "/etc/app", "a/b", "tmp", "data", "config-0", "proxy", "proxy-tmp", "token-0", "http", "grpc",
		"tcp", "go", "dev", "staging", "production", "api", "bot", "@daily", "*/5 * * * *", "0 0 30 2 *", "GOMEMLIMIT", "GOMAXPROCS", "1GiB", "off", "Local", "Asia/Tokyo",
		"delete-volumes", image, "web:1",
	}
	fuzzQuantities = []string{"0", "1", "-1", "100m", "64Mi", "1Gi", "3Gi", "20Ti", "8Ei", "1e30", "0.5"}
	fuzzNumbers    = []int64{0, 1, -1, 2, 10, 53, 80, 600, 1024, 5432, 8080, 9090, 65535, 65536, 1<<31 - 1}
)

func set(field reflect.Value, choice byte, other anything) {
	n := int(choice)
	switch field.Kind() {
	case reflect.String:
		if choice == unlisted {
			field.SetString(other.text)
			return
		}
		field.SetString(fuzzTexts[n%len(fuzzTexts)])
	case reflect.Bool:
		field.SetBool(n%2 == 0)
	case reflect.Int32, reflect.Int64:
		if choice == unlisted {
			field.SetInt(other.number)
			return
		}
		field.SetInt(fuzzNumbers[n%len(fuzzNumbers)])
	case reflect.Struct:
		if quantity, err := resource.ParseQuantity(other.text); err == nil && choice == unlisted {
			field.Set(reflect.ValueOf(quantity))
			return
		}
		field.Set(reflect.ValueOf(resource.MustParse(fuzzQuantities[n%len(fuzzQuantities)])))
	case reflect.Pointer:
		if n%2 == 0 {
			field.SetZero()
			return
		}
		field.Set(reflect.New(field.Type().Elem()))
	case reflect.Slice:
		longer := reflect.AppendSlice(reflect.MakeSlice(field.Type(), 0, 0), field) // the base is shared
		switch {
		case n%3 == 0:
			longer = reflect.Zero(field.Type())
		case n%3 == 1 || longer.Len() == 0:
			longer = reflect.Append(longer, reflect.New(field.Type().Elem()).Elem())
		default:
			longer = reflect.Append(longer, longer.Index(0)) // twice the same
		}
		field.Set(longer)
	case reflect.Map:
		if n == 0 {
			field.SetZero()
			return
		}
		setMap(field, n, other)
	default: // there are no others
	}
}

func setMap(field reflect.Value, n int, other anything) {
	all := reflect.MakeMap(field.Type()) // the base is shared
	for _, name := range field.MapKeys() {
		all.SetMapIndex(name, field.MapIndex(name))
	}
	key, value := reflect.New(field.Type().Key()).Elem(), reflect.New(field.Type().Elem()).Elem()
	names := []string{"cpu", "memory", "ephemeral-storage", "KEY", other.text}
	key.SetString(names[n%len(names)])
	choice := byte(n / len(names))
	if n >= 250 {
		choice = unlisted
	}
	set(value, choice, other)
	all.SetMapIndex(key, value)
	field.Set(all)
}
