package apply_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/apply/applytest"
)

// saved makes a plan, by way of its file.
func (p place) saved(t *testing.T, objects ...caisson.Object) apply.SavedPlan {
	t.Helper()
	var plan, read apply.SavedPlan
	_, err := apply.Plan(t.Context(), p.client(t), p.set, built(objects...), apply.Prune, apply.Save(&plan))
	require.NoError(t, err)
	text, err := json.Marshal(plan)
	require.NoError(t, err)
	require.NotContains(t, string(text), "cGxhaW4=", "no values")
	require.NotContains(t, string(text), "plain")
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, plan, read)
	return read
}

// before is what the set holds, and after what it is to hold.
func beforeAndAfter(namespace string) (before, after []caisson.Object) {
	before = []caisson.Object{
		configMap(namespace, "stays", "1"), configMap(namespace, "changes", "1"), configMap(namespace, "goes", "1"),
		secret(namespace, "hidden", "plain"), plainDeployment(namespace),
	}
	after = []caisson.Object{
		configMap(namespace, "stays", "1"), configMap(namespace, "changes", "2"), configMap(namespace, "comes", "1"),
		secret(namespace, "hidden", "plain two"), plainDeployment(namespace),
	}
	return before, after
}

func TestSavedPlanIsCarriedOut(t *testing.T) {
	p := newPlace(t)
	before, after := beforeAndAfter(p.namespace)
	p.apply(t, before...)
	plan := p.saved(t, after...)
	// What controllers write is no move.
	web := plainDeployment(p.namespace)
	require.Eventually(t, func() bool {
		p.get(t, web)
		return web.Status.AvailableReplicas == 1
	}, time.Minute, 50*time.Millisecond)
	report, err := apply.Reconcile(t.Context(), p.Client, p.set, built(after...), apply.Prune, apply.Planned(plan))
	require.NoError(t, err)
	require.Equal(t, map[string]caisson.Action{
		"ConfigMap stays": caisson.Unchanged, "ConfigMap changes": caisson.Updated, "ConfigMap comes": caisson.Created,
		"ConfigMap goes": caisson.Pruned, "Secret hidden": caisson.Updated, "Deployment web": caisson.Unchanged,
	}, actions(report))

	_, err = apply.Reconcile(t.Context(), p.Client, p.set, built(after...), apply.Prune, apply.Planned(plan))
	var moved *apply.MovedError
	require.ErrorAs(t, err, &moved, "a plan is carried out once")
}

func TestSavedPlanIsRefusedWhenAnythingMoved(t *testing.T) {
	cases := map[string]struct {
		reason string
		move   func(t *testing.T, p place, after *[]caisson.Object)
		want   string
	}{
		"edited": {"the one that is to be changed", func(t *testing.T, p place, _ *[]caisson.Object) {
			t.Helper()
			require.NoError(t, p.Client.Patch(t.Context(), configMap(p.namespace, "changes", "edited"), client.Merge))
		}, "changes was changed"},
		"drifted": {"one that was to stay", func(t *testing.T, p place, _ *[]caisson.Object) {
			t.Helper()
			require.NoError(t, p.Client.Patch(t.Context(), configMap(p.namespace, "stays", "edited"), client.Merge))
		}, "stays was to be unchanged, and would be updated now"},
		"edited before it goes": {"somebody may need it after all", func(t *testing.T, p place, _ *[]caisson.Object) {
			t.Helper()
			require.NoError(t, p.Client.Patch(t.Context(), configMap(p.namespace, "goes", "edited"), client.Merge))
		}, "goes was changed"},
		"gone": {"it would be created", func(t *testing.T, p place, _ *[]caisson.Object) {
			t.Helper()
			require.NoError(t, p.Client.Delete(t.Context(), configMap(p.namespace, "changes", "")))
		}, "would be created now"},
		"replaced": {"another object of the name", func(t *testing.T, p place, _ *[]caisson.Object) {
			t.Helper()
			object := configMap(p.namespace, "goes", "")
			p.get(t, object)
			require.NoError(t, p.Client.Delete(t.Context(), configMap(p.namespace, "goes", "")))
			object.ResourceVersion, object.UID = "", ""
			require.NoError(t, p.Client.Create(t.Context(), object))
		}, "goes was replaced"},
		"a Secret": {"it has no hash of its values", func(t *testing.T, p place, _ *[]caisson.Object) {
			t.Helper()
			require.NoError(t, p.Client.Patch(t.Context(), secret(p.namespace, "hidden", "edited"), client.Merge))
		}, "hidden was changed"},
		"another file": {"nobody has seen a plan of that", func(_ *testing.T, p place, after *[]caisson.Object) {
			(*after)[1] = configMap(p.namespace, "changes", "3")
		}, "changes is to be something else"},
		"one more": {"nobody has seen a plan of that", func(_ *testing.T, p place, after *[]caisson.Object) {
			*after = append(*after, configMap(p.namespace, "new", "3"))
		}, "new is not in the plan"},
		"one less": {"nobody has seen a plan of that", func(_ *testing.T, _ place, after *[]caisson.Object) {
			*after = append((*after)[:2:2], (*after)[3:]...)
		}, "comes is not given any more"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			before, after := beforeAndAfter(p.namespace)
			before, after = before[:4], after[:4]
			p.apply(t, before...)
			plan := p.saved(t, after...)
			tc.move(t, p, &after)
			c := p.client(t)
			p.writes.Store(0)
			report, err := apply.Reconcile(t.Context(), c, p.set, built(after...), apply.Prune, apply.Planned(plan))
			var moved *apply.MovedError
			require.ErrorAs(t, err, &moved, tc.reason)
			require.ErrorContains(t, err, tc.want)
			require.NotEmpty(t, report.Changes)
			require.Zero(t, p.writes.Load())
		})
	}
}

func TestSavedPlanOfAnotherSetOrOfNothing(t *testing.T) {
	p := newPlace(t)
	plan := p.saved(t, configMap(p.namespace, "a", "1"))
	other := p.set
	other.Name = "other"
	_, err := apply.Apply(t.Context(), p.Client, other, []caisson.Object{configMap(p.namespace, "a", "1")}, apply.Planned(plan))
	require.ErrorContains(t, err, "this plan is for the set "+p.set.String())
	_, err = apply.Apply(t.Context(), p.Client, p.set, []caisson.Object{configMap(p.namespace, "a", "1")},
		apply.Planned(apply.SavedPlan{}))
	require.ErrorContains(t, err, "this is no plan")
}

// A plan is approved for what it was made with: another option is another plan.
func TestSavedPlanWithOtherOptions(t *testing.T) {
	p := newPlace(t)
	objects := []caisson.Object{configMap(p.namespace, "a", "1")}
	plan := p.saved(t, objects...)
	for reason, options := range map[string][]apply.Option{
		"nothing would be pruned":   {},
		"others' fields are taken":  {apply.Prune, apply.Force},
		"others' objects are taken": {apply.Prune, apply.Adopt},
		"fields are taken over":     {apply.Prune, apply.MigrateFrom("helm")},
		"namespaces can be deleted": {apply.Prune, apply.AllowDelete(schema.GroupKind{Kind: "Namespace"})},
	} {
		_, err := apply.Apply(t.Context(), p.Client, p.set, objects, append(options, apply.Planned(plan))...)
		require.ErrorContains(t, err, "this plan was made with the options [Prune]", reason)
	}
	_, err := apply.Apply(t.Context(), p.Client, p.set, objects, apply.Prune, apply.NoHistory, apply.Planned(plan))
	require.NoError(t, err, "which says nothing about the objects")
}

// Taking over fields changes nothing that anybody sees, and yet it is to be done.
func TestSavedPlanOfAMigrationThatNobodySees(t *testing.T) {
	p := newPlace(t)
	p.apply(t, configMap(p.namespace, "a", "1"))
	require.NoError(t, p.Client.Apply(t.Context(), asApplied(t, configMap(p.namespace, "a", "1")), client.FieldOwner("helm")))
	objects := []caisson.Object{configMap(p.namespace, "a", "1")}
	var plan apply.SavedPlan
	_, err := apply.Plan(t.Context(), p.Client, p.set, built(objects...), apply.MigrateFrom("helm"), apply.Save(&plan))
	require.NoError(t, err)
	_, err = apply.Apply(t.Context(), p.Client, p.set, objects, apply.MigrateFrom("helm"), apply.Planned(plan))
	require.NoError(t, err)
	now := configMap(p.namespace, "a", "")
	p.get(t, now)
	for _, entry := range now.ManagedFields {
		require.NotEqual(t, "helm", entry.Manager)
	}
}

// FuzzSavedPlan: a plan from anywhere is refused, or is the one that was made.
func FuzzSavedPlan(f *testing.F) {
	f.Add([]byte(`{"apiVersion": "caisson.dev/v1alpha1", "kind": "Plan"}`))
	f.Add([]byte(`{"apiVersion": "caisson.dev/v1alpha1", "kind": "Plan", "set": {"namespace": "shop", "name": "shop", "program": "test"},
		"changes": [{"ref": {"version": "v1", "kind": "ConfigMap", "namespace": "shop", "name": "a"}, "action": "created",
		"intent": "x"}, {"ref": {}, "action": ""}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var plan apply.SavedPlan
		if json.Unmarshal(text, &plan) != nil {
			return
		}
		c, set := applytest.NewClient(), apply.Set{Namespace: "shop", Name: "shop", Program: "test"}
		objects := []caisson.Object{configMap("shop", "a", "1")}
		_, err := apply.Apply(t.Context(), c, set, objects, apply.Planned(plan))
		now := configMap("shop", "a", "")
		there := c.Get(t.Context(), client.ObjectKeyFromObject(now), now) == nil
		require.Equal(t, err == nil, there, "refused and yet done, or done and not there")
	})
}
