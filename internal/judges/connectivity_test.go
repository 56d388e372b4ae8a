package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/environment"
	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/security"
	"github.com/caissonhq/caisson/workload"
)

// program that no policy is about: what it reaches is decided by the others alone.
func program(namespace, name string, labels map[string]string, ports ...int32) caisson.Object {
	container := corev1.Container{Name: name, Image: image}
	for _, port := range ports {
		container.Ports = append(container.Ports, corev1.ContainerPort{ContainerPort: port})
	}
	return &appsv1.Deployment{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: corev1.PodSpec{Containers: []corev1.Container{container}},
			},
		},
	}
}

// The cluster's DNS, and somebody in another namespace who would talk to everybody.
func around() []caisson.Object {
	return []caisson.Object{
		program("kube-system", "dns", map[string]string{"k8s-app": "kube-dns"}, 53),
		program("other", "stranger", map[string]string{"app": "stranger"}, 8080),
	}
}

const everywhere = "0.0.0.0-255.255.255.255"

// free is what no policy of an environment is about.
func free() []string {
	return []string{
		everywhere + " -> kube-system/dns: All Connections", "kube-system/dns -> " + everywhere + ": All Connections",
		everywhere + " -> other/stranger: All Connections", "other/stranger -> " + everywhere + ": All Connections",
		"kube-system/dns -> other/stranger: All Connections", "other/stranger -> kube-system/dns: All Connections",
	}
}

// requireExactly that the declared calls pass, and that everybody can ask for names, and nothing else.
func requireExactly(t *testing.T, env *environment.Environment) {
	t.Helper()
	want := free()
	for _, caller := range env.Servers {
		from := env.Namespace.Name + "/" + caller.Name
		want = append(want, from+" -> kube-system/dns: TCP 53,UDP 53")
		for _, called := range env.Servers {
			if slices.Contains(caller.Calls, called.Name) {
				want = append(want, fmt.Sprintf("%s -> %s/%s: TCP %d", from, env.Namespace.Name, called.Name, called.Port))
			}
		}
	}
	slices.Sort(want)
	objects, err := env.Objects()
	require.NoError(t, err)
	s, err := newSet(env.Name, append(around(), objects...))
	require.NoError(t, err)
	got, err := reached(s)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(want, got))
}

func TestExactlyWhatIsDeclaredCanTalk(t *testing.T) {
	for _, name := range []string{"production", "staging", "dev"} {
		t.Run(name, func(t *testing.T) {
			env, err := environment.Load(root + "/examples/caisson/" + name + ".yaml")
			require.NoError(t, err)
			requireExactly(t, env)
		})
	}
}

func TestExactlyWhatIsDeclaredCanTalkInRandomEnvironments(t *testing.T) {
	seed := rand.Uint64()
	if given := os.Getenv("CAISSON_SEED"); given != "" {
		var err error
		seed, err = strconv.ParseUint(given, 10, 64)
		require.NoError(t, err, "CAISSON_SEED")
	}
	for i := range uint64(50) {
		t.Run(fmt.Sprintf("CAISSON_SEED=%d", seed+i), func(t *testing.T) {
			requireExactly(t, randomEnvironment(rand.New(rand.NewPCG(seed+i, 0))))
		})
	}
}

// randomEnvironment of up to seven servers, of which each calls each with a chance that differs between environments.
// Some names begin like others, as selectors and names of policies must not mix them up; there are few ports, as a policy
// that selects too much only shows where another server listens on the same.
func randomEnvironment(random *rand.Rand) *environment.Environment {
	names := []string{"api", "api-to", "a", "web", "web-from-api", "bot", "to"}
	random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	names = names[:1+random.IntN(len(names))]
	chance := random.Float64()
	env := &environment.Environment{
		APIVersion: environment.APIVersion, Kind: environment.Kind, Name: "random", Profile: workload.Dev,
		Pools:     []nodepool.Pool{{Name: "general", Preset: nodepool.PresetProduction}},
		Namespace: security.Namespace{Name: "random"},
	}
	for _, name := range names {
		server := environment.Server{Server: workload.Server{Name: name, Image: image, Port: 8080 + int32(random.IntN(2))}}
		for _, other := range names {
			if other != name && random.Float64() < chance {
				server.Calls = append(server.Calls, other)
			}
		}
		env.Servers = append(env.Servers, server)
	}
	return env
}

// Outside has no policies: what is let through are ranges of addresses.
func TestExactlyWhatIsDeclaredIsReachedOutside(t *testing.T) {
	bot := workload.Server{Name: "bot", Namespace: "shop", Image: image, Port: 8080}
	internet := security.Internet(443)
	internet.CIDRs, internet.Except = internet.CIDRs[:1], internet.Except[:5] // netpol-analyzer knows IPv4 alone
	stranger := caisson.Peer{Name: "stranger", Namespace: "other", Labels: map[string]string{"app": "stranger"}, Foreign: true}
	objects := around()
	for _, builder := range []caisson.Builder{security.Namespace{Name: "shop"}, bot, security.Connections{
		{From: bot.Peer(), To: internet},
		{From: bot.Peer(), To: security.Addresses("database", []string{"10.110.0.0/20"}, 25060)},
		{From: bot.Peer(), To: security.EveryPod("other", 8080)},
		{From: stranger, To: bot.Peer()},
	}} {
		more, err := builder.Objects()
		require.NoError(t, err)
		objects = append(objects, more...)
	}
	s, err := newSet("outside", objects)
	require.NoError(t, err)
	all, err := reached(s)
	require.NoError(t, err)
	var got []string
	for _, one := range all {
		if strings.Contains(one, "shop/bot") {
			got = append(got, one)
		}
	}
	require.Equal(t, []string{
		"other/stranger -> shop/bot: TCP 8080",
		"shop/bot -> 0.0.0.0-9.255.255.255: TCP 443",
		"shop/bot -> 10.110.0.0-10.110.15.255: TCP 25060",
		"shop/bot -> 100.128.0.0-169.253.255.255: TCP 443",
		"shop/bot -> 11.0.0.0-100.63.255.255: TCP 443",
		"shop/bot -> 169.255.0.0-172.15.255.255: TCP 443",
		"shop/bot -> 172.32.0.0-192.167.255.255: TCP 443",
		"shop/bot -> 192.169.0.0-255.255.255.255: TCP 443",
		"shop/bot -> kube-system/dns: TCP 53,UDP 53",
		"shop/bot -> other/stranger: TCP 8080",
	}, got)
}

// The analyser sees a policy that is missing, and one that is too much.
func TestConnectivitySeesFaults(t *testing.T) {
	env, err := environment.Load(root + "/examples/caisson/production.yaml")
	require.NoError(t, err)
	objs, err := env.Build()
	require.NoError(t, err)
	require.Len(t, objs.Connections.NetworkPolicies, 2)
	objs.Connections.NetworkPolicies = objs.Connections.NetworkPolicies[:1]
	s, err := newSet("torn", append(around(), objs.All()...))
	require.NoError(t, err)
	got, err := reached(s)
	require.NoError(t, err)
	require.NotContains(t, got, "shop-production/bot -> shop-production/api: TCP 8080", "the called side denies")

	objs.Namespace.DefaultDeny = nil
	s, err = newSet("open", append(around(), objs.All()...))
	require.NoError(t, err)
	got, err = reached(s)
	require.NoError(t, err)
	require.Contains(t, got, "other/stranger -> shop-production/api: All Connections", "nothing denies")
}
