package environment_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/environment"
	"github.com/caissonhq/caisson/internal/golden"
	"github.com/caissonhq/caisson/workload"
)

// The examples are what people copy. What they become is committed, so that every change of it is seen in review.
func TestObjectsOfTheExamples(t *testing.T) {
	for _, name := range []string{"production", "staging", "dev"} {
		t.Run(name, func(t *testing.T) {
			env, err := environment.Load(filepath.Join("../examples/caisson", name+".yaml"))
			require.NoError(t, err)
			objects, err := env.Objects()
			require.NoError(t, err)
			golden.Compare(t, filepath.Join("testdata", name+".yaml"), golden.YAML(t, objects))
		})
	}
}

func deployment(t *testing.T, env environment.Environment, name string) *appsv1.Deployment {
	t.Helper()
	objects, err := env.Objects()
	require.NoError(t, err)
	for _, object := range objects {
		if found, ok := object.(*appsv1.Deployment); ok && found.Name == name {
			return found
		}
	}
	require.Fail(t, "no Deployment "+name)
	return nil
}

func TestDefaultsAreHandedDown(t *testing.T) {
	text := change(t, valid, "kind: Environment", "kind: Environment\nprofile: dev") +
		"    pool: production\n  - name: bot\n    image: " + image + "\n    port: 8080\n    profile: staging\n"
	env := *parse(t, text)

	api := deployment(t, env, "api")
	require.Equal(t, "shop", api.Namespace, "the namespace of all")
	require.Equal(t, int32(1), *api.Spec.Replicas, "the profile of the environment")
	require.Equal(t, map[string]string{"caisson.dev/pool": "production"}, api.Spec.Template.Spec.NodeSelector)
	bot := deployment(t, env, "bot")
	require.Nil(t, bot.Spec.Replicas, "its own profile, which has an autoscaler")
	require.Empty(t, bot.Spec.Template.Spec.NodeSelector, "no pool, any node")

	env = *parse(t, valid)
	require.Equal(t, "512Mi", deployment(t, env, "api").Spec.Template.Spec.Containers[0].Resources.Requests.Memory().String(),
		"without a profile it is production")
}

// Defaults are handed down to a copy. Who prints or saves an environment finds what the file says.
func TestNothingChangesTheEnvironment(t *testing.T) {
	text := change(t, valid, "preset: production", "preset: production\n    labels: {disk: ssd}") + `    pool: production
    args: [serve]
    env: [{name: LEVEL, value: info}]
    resources: {requests: {cpu: 300m}}
    autoscale: {max: 5}
  - name: bot
    image: ` + image + `
    port: 8080
    calls: [api]
    placement: {nodeSelector: {disk: ssd}}
`
	var env, before environment.Environment // not by Parse, which checks them too
	require.NoError(t, sigsyaml.UnmarshalStrict([]byte(text), &env))
	require.NoError(t, sigsyaml.UnmarshalStrict([]byte(text), &before))
	first, err := env.Objects()
	require.NoError(t, err)
	want := string(golden.YAML(t, first))
	nodes, err := env.Nodes()
	require.NoError(t, err)
	require.NoError(t, env.Validate())
	require.NotEmpty(t, env.Requires())
	require.Empty(t, cmp.Diff(before, env), "reading changes nothing")

	for _, object := range first {
		object.SetNamespace("other")
		if labels := object.GetLabels(); labels != nil {
			labels["changed"] = "yes"
		}
		if changed, ok := object.(*appsv1.Deployment); ok {
			spec := &changed.Spec.Template.Spec
			spec.NodeSelector["changed"] = "yes"
			spec.Containers[0].Env = append(spec.Containers[0].Env[:0], corev1.EnvVar{Name: "CHANGED"})
			spec.Containers[0].Args = append(spec.Containers[0].Args[:0], "changed")
			clear(spec.Containers[0].Resources.Requests)
		}
	}
	nodes[0].Labels["disk"] = "changed"
	require.Empty(t, cmp.Diff(before, env), "objects and nodes share nothing with the environment")
	again, err := env.Objects()
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(want, string(golden.YAML(t, again))), "nor with each other")
}

func TestConnections(t *testing.T) {
	policies := func(text string) []string {
		objects, err := parse(t, text).Objects()
		require.NoError(t, err)
		var names []string
		for _, object := range objects {
			if object.GetObjectKind().GroupVersionKind().Kind == "NetworkPolicy" {
				names = append(names, object.GetName())
			}
		}
		return names
	}
	two := valid + "  - name: bot\n    image: " + image + "\n    port: 8080\n"
	require.Equal(t, []string{"default-deny", "allow-dns"}, policies(two), "without calls all traffic is denied")
	require.Equal(t, []string{"default-deny", "allow-dns", "bot.to.api", "api.from.bot"}, policies(two+"    calls: [api]\n"),
		"one declaration opens both sides")
}

// The environment is applied as one builder, so that its own checks run too.
func TestBuilder(t *testing.T) {
	env := *parse(t, valid+"  - name: bot\n    image: "+image+"\n    port: 8080\n")
	require.NoError(t, env.Validate())
	objects, err := env.Objects()
	require.NoError(t, err)
	require.Len(t, objects, 5+2*5, "those of the namespace, and of two servers")
	requirements := env.Requires()
	require.Len(t, requirements, 1, "both autoscalers need the same, which is asked once")
	require.Equal(t, "PodMetrics", requirements[0].Kind.Kind)
	env.Name = "web"
	require.Equal(t, apply.Set{Namespace: "shop", Name: "web", Program: "deploy-bot"}, env.Set("deploy-bot"))

	env.Servers[0].Calls = []string{"nobody"}
	require.ErrorContains(t, env.Validate(), "servers[0].calls[0]")
	objects, err = env.Objects()
	require.ErrorContains(t, err, "servers[0].calls[0]", "no objects of a broken environment")
	require.Nil(t, objects)
}

// What is built is a builder too, so that what is changed by assignment is still checked on its way to the cluster.
func TestBuiltObjects(t *testing.T) {
	env := *parse(t, valid)
	objs, err := env.Build()
	require.NoError(t, err)
	require.NoError(t, objs.Validate())
	objects, err := env.Objects()
	require.NoError(t, err)
	require.Equal(t, objects, objs.All())
	require.Equal(t, env.Requires(), objs.Requires())

	objs.Servers["api"].Service.Spec.Selector["a"] = "b"
	require.ErrorContains(t, objs.Validate(), "service.spec.selector")
	objs.Servers["api"].Service = nil
	require.NoError(t, objs.Validate())
	objs.Namespace.Namespace = nil
	require.ErrorContains(t, objs.Validate(), "namespace: Required value")
}

func TestRequiresOfDev(t *testing.T) {
	env := *parse(t, valid)
	env.Profile = workload.Dev
	require.Empty(t, env.Requires(), "nothing is autoscaled")
}

// A file that is written from a value is read as the same value.
func TestYAMLRoundTrip(t *testing.T) {
	for _, name := range []string{"production", "staging", "dev"} {
		env, err := environment.Load(filepath.Join("../examples/caisson", name+".yaml"))
		require.NoError(t, err)
		text, err := sigsyaml.Marshal(env)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(env, parse(t, string(text))), name)
	}
}
