package apply_test

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
)

// numbers of a history, newest first; those that were not applied in full are negative.
func (p place) numbers(t *testing.T) []int {
	t.Helper()
	history, err := apply.History(t.Context(), p.Client, p.set)
	require.NoError(t, err)
	var all []int
	for _, revision := range history {
		if revision.Applied.IsZero() {
			all = append(all, -revision.Number)
		} else {
			all = append(all, revision.Number)
		}
	}
	return all
}

func TestRollback(t *testing.T) {
	p := newPlace(t)
	p.apply(t, configMap(p.namespace, "a", "1"), secret(p.namespace, "b", "one"))
	p.apply(t, configMap(p.namespace, "a", "2"), secret(p.namespace, "b", "one"), configMap(p.namespace, "c", "new"))
	require.Equal(t, []int{2, 1}, p.numbers(t))

	history, err := apply.History(t.Context(), p.Client, p.set)
	require.NoError(t, err)
	previous, err := apply.Previous(history)
	require.NoError(t, err)
	plan, err := apply.Plan(t.Context(), p.Client, p.set, []caisson.Builder{previous}, apply.Prune)
	require.NoError(t, err)
	require.Equal(t, map[string]caisson.Action{
		"ConfigMap a": caisson.Updated, "Secret b": caisson.Unchanged, "ConfigMap c": caisson.Pruned,
	}, actions(plan))
	report, err := apply.Rollback(t.Context(), p.Client, p.set, apply.Prune)
	require.NoError(t, err)
	require.Equal(t, plan, report)
	require.Equal(t, []int{3, 2, 1}, p.numbers(t))
	now := configMap(p.namespace, "a", "")
	p.get(t, now)
	require.Equal(t, "1", now.Data["key"])
	require.False(t, p.apply(t, configMap(p.namespace, "a", "1"), secret(p.namespace, "b", "one")).Changed())

	_, err = apply.Rollback(t.Context(), p.Client, p.set, apply.Prune)
	require.NoError(t, err, "a rollback can be taken back")
	p.get(t, now)
	require.Equal(t, "2", now.Data["key"])
	p.get(t, configMap(p.namespace, "c", ""))
}

// The values of Secrets are in no hash, and yet a change of a value alone can be rolled back.
func TestRollbackOfTheValueOfASecret(t *testing.T) {
	p := newPlace(t)
	p.apply(t, secret(p.namespace, "b", "one"))
	p.apply(t, secret(p.namespace, "b", "two"))
	require.Equal(t, []int{2, 1}, p.numbers(t))
	_, err := apply.Rollback(t.Context(), p.Client, p.set)
	require.NoError(t, err)
	now := secret(p.namespace, "b", "")
	p.get(t, now)
	require.Equal(t, "one", string(now.Data["password"]))
}

// Somebody's changes, taken back again and again, must not push what was applied before out of the history.
func TestDriftIsNoRevision(t *testing.T) {
	p := newPlace(t)
	objects := []caisson.Object{configMap(p.namespace, "a", "1"), secret(p.namespace, "b", "one")}
	p.apply(t, objects...)
	edited, theirs := configMap(p.namespace, "a", "edited"), secret(p.namespace, "b", "edited")
	require.NoError(t, p.Client.Patch(t.Context(), edited, client.Merge))
	require.NoError(t, p.Client.Patch(t.Context(), theirs, client.Merge))
	require.Equal(t, 2, p.apply(t, objects...).Count(caisson.Updated))
	require.NoError(t, p.Client.Delete(t.Context(), configMap(p.namespace, "a", "")))
	require.Equal(t, 1, p.apply(t, objects...).Count(caisson.Created))
	require.Equal(t, []int{1}, p.numbers(t))

	report, err := apply.Rollback(t.Context(), p.Client, p.set)
	require.ErrorContains(t, err, "no earlier revision")
	require.Equal(t, 1, report.Count(caisson.Failed))
}

// What failed is no revision to go back to, and the history survives many of them.
func TestRollbackGoesToWhatWasAppliedInFull(t *testing.T) {
	p := newPlace(t)
	good := []caisson.Object{configMap(p.namespace, "a", "good")}
	p.apply(t, good...)
	for i := range 15 {
		bad := configMap(p.namespace, "Not A Name", "")
		_, err := apply.Apply(t.Context(), p.Client, p.set, []caisson.Object{
			configMap(p.namespace, "a", string(rune('a'+i))), bad,
		})
		require.Error(t, err)
	}
	numbers := p.numbers(t)
	require.Len(t, numbers, 10)
	require.Equal(t, 1, numbers[9])
	require.Equal(t, -16, numbers[0])
	_, err := apply.Rollback(t.Context(), p.Client, p.set, apply.Prune)
	require.NoError(t, err)
	require.False(t, p.apply(t, good...).Changed())
	require.Equal(t, 17, p.numbers(t)[0])
}

// A run that ended between its writes and its release has its revision finished by the next one.
func TestUnfinishedRevisionIsFinished(t *testing.T) {
	p := newPlace(t)
	objects := []caisson.Object{configMap(p.namespace, "a", "1")}
	refused := interceptor.NewClient(p.connect(t), interceptor.Funcs{
		Apply: func(ctx context.Context, c client.WithWatch, o runtime.ApplyConfiguration, opts ...client.ApplyOption) error {
			require.NoError(t, c.Apply(ctx, o, opts...))
			return apierrors.NewInternalError(context.DeadlineExceeded) // the answer is lost
		},
	})
	_, err := apply.Apply(t.Context(), refused, p.set, objects)
	require.Error(t, err)
	require.Equal(t, []int{-1}, p.numbers(t))
	require.False(t, p.apply(t, objects...).Changed())
	require.Equal(t, []int{1}, p.numbers(t))
	p.writes.Store(0)
	_, err = apply.Apply(t.Context(), p.client(t), p.set, objects)
	require.NoError(t, err)
	require.Zero(t, p.writes.Load())
}

func TestHistoryIsBounded(t *testing.T) {
	p := newPlace(t)
	random := make([]byte, 250<<10)
	for i := range 5 {
		_, err := rand.Read(random)
		require.NoError(t, err)
		p.apply(t, configMap(p.namespace, "a", hex.EncodeToString(random)), configMap(p.namespace, "b", string(rune('a'+i))))
	}
	require.Equal(t, []int{5, 4, 3, 2, 1}[:len(p.numbers(t))], p.numbers(t))
	require.Less(t, len(p.numbers(t)), 5)
	kept := &corev1.Secret{}
	require.NoError(t, p.Client.Get(t.Context(), client.ObjectKey{Namespace: p.namespace, Name: "caisson-test-shop"}, kept))
	size := 0
	for _, revision := range kept.Data {
		size += len(revision)
	}
	require.Less(t, size, 800<<10)
	_, err := apply.Rollback(t.Context(), p.Client, p.set)
	require.NoError(t, err)
}

func TestDeleteLeavesNoHistory(t *testing.T) {
	p := newPlace(t)
	p.apply(t, secret(p.namespace, "b", "one"))
	key := client.ObjectKey{Namespace: p.namespace, Name: "caisson-test-shop"}
	require.NoError(t, p.Client.Get(t.Context(), key, &corev1.Secret{}))
	_, err := apply.Delete(t.Context(), p.Client, p.set)
	require.NoError(t, err)
	require.True(t, apierrors.IsNotFound(p.Client.Get(t.Context(), key, &corev1.Secret{})))
	require.Empty(t, p.numbers(t))
}

// A program without access to Secrets says what to do before it has written anything of the set.
func TestHistoryWithoutAccessToSecrets(t *testing.T) {
	p := newPlace(t)
	c := p.restricted(t, rbacv1.PolicyRule{
		APIGroups: []string{""}, Resources: []string{"configmaps"}, Verbs: []string{"get", "list", "create", "update", "patch"},
	})
	objects := []caisson.Object{configMap(p.namespace, "a", "1")}
	_, err := apply.Apply(t.Context(), c, p.set, objects)
	require.ErrorContains(t, err, "NoHistory")
	require.True(t, apierrors.IsNotFound(p.Client.Get(t.Context(), client.ObjectKeyFromObject(objects[0]), configMap("", "", ""))))
	_, err = apply.Apply(t.Context(), c, p.set, objects, apply.NoHistory)
	require.NoError(t, err)
}

// The Secret of the history may be somebody else's by its name.
func TestForeignHistoryIsNotOverwritten(t *testing.T) {
	p := newPlace(t)
	require.NoError(t, p.Client.Create(t.Context(), secret(p.namespace, "caisson-test-shop", "theirs")))
	_, err := apply.Apply(t.Context(), p.Client, p.set, []caisson.Object{configMap(p.namespace, "a", "1")})
	require.ErrorContains(t, err, "is not this set's")
	now := secret(p.namespace, "caisson-test-shop", "")
	p.get(t, now)
	require.Equal(t, "theirs", string(now.Data["password"]))
}

// dying is a client of a program that is killed right after its objects were applied: nothing is released.
func (p place) dying(t *testing.T) client.Client {
	t.Helper()
	killed := false
	return interceptor.NewClient(p.connect(t), interceptor.Funcs{
		Apply: func(ctx context.Context, c client.WithWatch, o runtime.ApplyConfiguration, opts ...client.ApplyOption) error {
			killed = true
			return c.Apply(ctx, o, opts...)
		},
		Update: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.UpdateOption) error {
			if killed {
				return apierrors.NewForbidden(corev1.Resource("configmaps"), "x", context.Canceled)
			}
			return c.Update(ctx, o, opts...)
		},
	})
}

// Its revision has been applied, also if the next run finds nothing to do: a rollback goes to the one before, and not
// further.
func TestRollbackAfterARunThatWasKilled(t *testing.T) {
	for name, modes := range map[string][]apply.Option{"history": nil, "no history": {apply.NoHistory}} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			for _, value := range []string{"1", "2"} {
				p.apply(t, configMap(p.namespace, "a", value))
			}
			three := []caisson.Object{configMap(p.namespace, "a", "3")}
			_, err := apply.Apply(t.Context(), p.dying(t), p.set, three, modes...)
			require.Error(t, err)
			p.markParent(t, time.Now().Add(-time.Minute))
			require.False(t, p.apply(t, three...).Changed())
			require.Equal(t, []int{3, 2, 1}, p.numbers(t))
			_, err = apply.Rollback(t.Context(), p.Client, p.set)
			require.NoError(t, err)
			now := configMap(p.namespace, "a", "")
			p.get(t, now)
			require.Equal(t, "2", now.Data["key"])
		})
	}
}

// A run may also be killed between its mark, which names the revision, and the Secret.
func TestRevisionThatWasNotWrittenIsWrittenByTheNextRun(t *testing.T) {
	p := newPlace(t)
	p.apply(t, configMap(p.namespace, "a", "1"))
	killed := interceptor.NewClient(p.connect(t), interceptor.Funcs{
		Patch: func(context.Context, client.WithWatch, client.Object, client.Patch, ...client.PatchOption) error {
			panic("killed")
		},
	})
	require.Panics(t, func() {
		_, _ = apply.Apply(t.Context(), killed, p.set, []caisson.Object{configMap(p.namespace, "a", "2")})
	})
	require.Equal(t, []int{-2, 1}, p.numbers(t))
	p.markParent(t, time.Now().Add(-time.Minute))
	p.apply(t, configMap(p.namespace, "a", "2"))
	require.Equal(t, []int{2, 1}, p.numbers(t))
	history, err := apply.History(t.Context(), p.Client, p.set)
	require.NoError(t, err)
	require.NoError(t, history[0].Validate())
}

// What was applied without history is not what a rollback may take for the present.
func TestRollbackTakesBackWhatWasAppliedWithoutHistory(t *testing.T) {
	p := newPlace(t)
	p.apply(t, configMap(p.namespace, "a", "1"))
	for _, value := range []string{"2", "3"} {
		_, err := apply.Apply(t.Context(), p.Client, p.set, []caisson.Object{configMap(p.namespace, "a", value)}, apply.NoHistory)
		require.NoError(t, err)
	}
	require.Equal(t, []int{3, 1}, p.numbers(t), "and they push nothing out")
	_, err := apply.Rollback(t.Context(), p.Client, p.set)
	require.NoError(t, err)
	now := configMap(p.namespace, "a", "")
	p.get(t, now)
	require.Equal(t, "1", now.Data["key"])
	_, err = apply.Rollback(t.Context(), p.Client, p.set)
	require.ErrorContains(t, err, "revision 3 was not kept")
}

// A Secret that is deleted and given another value at once has the names of its keys, and so its hash, as before.
func TestRevisionOfASecretThatWasDeletedHoldsItsNewValue(t *testing.T) {
	p := newPlace(t)
	p.apply(t, secret(p.namespace, "b", "one"))
	require.NoError(t, p.Client.Delete(t.Context(), secret(p.namespace, "b", "")))
	p.apply(t, secret(p.namespace, "b", "two"))
	require.Equal(t, []int{2, 1}, p.numbers(t))
}

// Two revisions that do not fit into one Secret: the older stays to go back to, and the newer is applied all the same.
func TestRevisionsThatAreTooLargeTogether(t *testing.T) {
	p := newPlace(t)
	for range 2 {
		random := make([]byte, 450<<10)
		_, err := rand.Read(random)
		require.NoError(t, err)
		p.apply(t, configMap(p.namespace, "a", hex.EncodeToString(random)))
	}
	require.Equal(t, []int{2, 1}, p.numbers(t))
	history, err := apply.History(t.Context(), p.Client, p.set)
	require.NoError(t, err)
	require.ErrorContains(t, history[0].Validate(), "revision 2 was not kept")
	_, err = apply.Rollback(t.Context(), p.Client, p.set)
	require.NoError(t, err)
}
