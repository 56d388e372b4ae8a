package apply_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
)

// The parent and the objects are read at the same time. What was listed before another run wrote must not count as read
// after it.
func TestChangeBetweenTheListsAndTheParentIsSeen(t *testing.T) {
	p := newPlace(t)
	p.apply(t, configMap(p.namespace, "a", "mine"))
	listed := make(chan struct{})
	var once, change sync.Once
	c := interceptor.NewClient(p.connect(t), interceptor.Funcs{
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
			defer once.Do(func() { close(listed) })
			return c.List(ctx, list, opts...)
		},
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
			change.Do(func() {
				<-listed
				p.apply(t, configMap(p.namespace, "a", "theirs"))
			})
			return c.Get(ctx, key, o, opts...)
		},
	})
	report, err := apply.Apply(t.Context(), c, p.set, []caisson.Object{configMap(p.namespace, "a", "mine")})
	require.NoError(t, err)
	require.Equal(t, caisson.Updated, report.Changes[0].Action)
}

// restricted is a client of a user with these rules in the place's namespace, and no others.
func (p place) restricted(t *testing.T, rules ...rbacv1.PolicyRule) client.Client {
	t.Helper()
	user := "user-of-" + p.namespace
	meta := metav1.ObjectMeta{Namespace: p.namespace, Name: "restricted"}
	require.NoError(t, p.Client.Create(t.Context(), &rbacv1.Role{ObjectMeta: meta, Rules: rules}))
	require.NoError(t, p.Client.Create(t.Context(), &rbacv1.RoleBinding{
		ObjectMeta: meta,
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: meta.Name},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "User", Name: user}},
	}))
	config := rest.CopyConfig(p.Config)
	config.Impersonate = rest.ImpersonationConfig{UserName: user}
	c, err := client.New(config, client.Options{Log: logr.FromSlogHandler(slog.DiscardHandler)})
	require.NoError(t, err)
	return c
}

// A program that may not list Secrets, so that it sees no others: its own are read, pruned and deleted by name.
func TestWhereListIsForbidden(t *testing.T) {
	p := newPlace(t)
	all := []string{"get", "list", "create", "update", "patch", "delete"}
	c := p.restricted(
		t, rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"configmaps"}, Verbs: all},
		rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"secrets"}, Verbs: []string{"get", "create", "patch", "delete"}},
	)
	run := func(objects ...caisson.Object) map[string]caisson.Action {
		t.Helper()
		report, err := apply.Apply(t.Context(), c, p.set, objects, apply.Prune)
		require.NoError(t, err)
		return actions(report)
	}
	objects := []caisson.Object{
		configMap(p.namespace, "a", "a"), secret(p.namespace, "b", "1"), secret(p.namespace, "c", "1"),
	}
	require.Equal(t, map[string]caisson.Action{
		"ConfigMap a": caisson.Created, "Secret b": caisson.Created, "Secret c": caisson.Created,
	}, run(objects...))
	require.Equal(t, map[string]caisson.Action{
		"ConfigMap a": caisson.Unchanged, "Secret b": caisson.Unchanged, "Secret c": caisson.Unchanged,
	}, run(objects...))
	require.Equal(t, map[string]caisson.Action{
		"ConfigMap a": caisson.Unchanged, "Secret b": caisson.Updated, "Secret c": caisson.Pruned,
	}, run(objects[0], secret(p.namespace, "b", "2")))

	require.NoError(t, p.Client.Create(t.Context(), secret(p.namespace, "theirs", "theirs")))
	_, err := apply.Apply(t.Context(), c, p.set, []caisson.Object{secret(p.namespace, "theirs", "mine")})
	var foreign *apply.ForeignError
	require.ErrorAs(t, err, &foreign)

	report, err := apply.Delete(t.Context(), c, p.set)
	require.NoError(t, err)
	require.Equal(t, 2, report.Count(caisson.Pruned))
	require.True(t, apierrors.IsNotFound(p.Client.Get(t.Context(), client.ObjectKey{Namespace: p.namespace, Name: "b"}, secret("", "", ""))))
	p.get(t, secret(p.namespace, "theirs", ""))
}

// What was made while LIST was allowed is not known by name, and nobody may believe that it has been pruned.
func TestWhereListBecomesForbidden(t *testing.T) {
	p := newPlace(t)
	p.apply(t, secret(p.namespace, "a", "1"), secret(p.namespace, "b", "1"))
	c := p.restricted(
		t, rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"configmaps"}, Verbs: []string{"get", "list", "update"}},
		rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"secrets"}, Verbs: []string{"get", "patch", "delete"}},
	)
	for _, value := range []string{"2", "3", "3"} {
		report, err := apply.Apply(t.Context(), c, p.set, []caisson.Object{secret(p.namespace, "a", value)}, apply.Prune)
		require.NoError(t, err)
		require.Equal(t, 1, report.Count(caisson.Skipped), printed(t, report))
		require.Contains(t, printed(t, report), "may not be listed")
		require.NoError(t, apply.Wait(t.Context(), c, report))
		p.get(t, secret(p.namespace, "b", ""))
	}
	require.Equal(t, caisson.Pruned, actions(p.apply(t, secret(p.namespace, "a", "3")))["Secret b"], "who may list it, finds it")
	report, err := apply.Apply(t.Context(), c, p.set, []caisson.Object{secret(p.namespace, "a", "3")}, apply.Prune)
	require.NoError(t, err)
	require.Equal(t, 1, report.Count(caisson.Skipped), "names are remembered only of what may not be listed")
}

// Many absent objects are looked up by LISTs; foreign ones must be found among many that nobody asks for.
func TestManyAbsentObjectsAreLookedUpTogether(t *testing.T) {
	p := newPlace(t)
	require.NoError(t, p.Client.Create(t.Context(), configMap(p.namespace, "o-007", "theirs")))
	for i := range 300 { // more than a page, before and behind
		name := fmt.Sprintf("a-%03d", i)
		if i%2 == 0 {
			name = "z" + name
		}
		require.NoError(t, p.Client.Create(t.Context(), configMap(p.namespace, name, "theirs")))
	}
	for _, count := range []int{12, 60} { // a GET each is faster than two pages for 12, and not for 60
		objects := make([]caisson.Object, count)
		for i := range objects {
			objects[i] = configMap(p.namespace, fmt.Sprintf("o-%03d", i), "mine")
		}
		var gets, lists int
		var mutex sync.Mutex
		c := interceptor.NewClient(p.connect(t), interceptor.Funcs{
			List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
				mutex.Lock()
				lists++
				mutex.Unlock()
				return c.List(ctx, list, opts...)
			},
			Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
				mutex.Lock()
				gets++
				mutex.Unlock()
				return c.Get(ctx, key, o, opts...)
			},
		})
		report, err := apply.Plan(t.Context(), c, p.set, built(objects...))
		var foreign *apply.ForeignError
		require.ErrorAs(t, err, &foreign)
		require.Equal(t, "o-007", foreign.Ref.Name)
		require.Equal(t, 1, report.Count(caisson.Failed))
		require.Equal(t, count-1, report.Count(caisson.Created)+report.Count(caisson.Skipped))
		if count == 12 {
			require.Equal(t, []int{2, 13}, []int{lists, gets}, "none is on the first page, and the parent a GET more")
		} else {
			require.Equal(t, []int{3, 1}, []int{lists, gets})
		}
	}
}

// The order of environment variables, of init containers and of ports means something, though the server merges such lists
// item by item.
func TestOrderIsPartOfWhatIsWanted(t *testing.T) {
	p := newPlace(t)
	web := plainDeployment(p.namespace, corev1.EnvVar{Name: "HOST", Value: "a"}, corev1.EnvVar{Name: "URL", Value: "$(HOST)/x"})
	p.apply(t, web)
	now := plainDeployment(p.namespace)
	require.Eventually(t, func() bool { // its controller writes too
		p.get(t, now)
		slices.Reverse(now.Spec.Template.Spec.Containers[0].Env)
		return p.Client.Update(t.Context(), now) == nil
	}, time.Minute, 10*time.Millisecond)
	require.Equal(t, caisson.Updated, p.apply(t, web).Changes[0].Action)
	p.get(t, now)
	require.Equal(t, "HOST", now.Spec.Template.Spec.Containers[0].Env[0].Name)
}
