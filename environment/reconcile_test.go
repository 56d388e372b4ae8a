package environment_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/apply/applytest"
	"github.com/caissonhq/caisson/environment"
)

// The fake client must be able to apply every kind that the blocks build: users test their own programs with it.
func TestReconcileWithTheFake(t *testing.T) {
	all := map[string]*environment.Environment{"all kinds": parse(t, allKinds)}
	for _, name := range []string{"production", "staging", "dev"} {
		env, err := environment.Load("../examples/caisson/" + name + ".yaml")
		require.NoError(t, err)
		all[name] = env
	}
	for name, env := range all {
		t.Run(name, func(t *testing.T) {
			c, builders := applytest.NewClient(), []caisson.Builder{env}
			plan, err := apply.Plan(t.Context(), c, env.Set("test"), builders, apply.Prune)
			require.NoError(t, err)
			first, err := apply.Reconcile(t.Context(), c, env.Set("test"), builders, apply.Prune)
			require.NoError(t, err)
			require.Equal(t, plan, first)
			require.Equal(t, len(first.Changes), first.Count(caisson.Created))
			second, err := apply.Reconcile(t.Context(), c, env.Set("test"), builders, apply.Prune)
			require.NoError(t, err)
			require.Equal(t, len(first.Changes), second.Count(caisson.Unchanged))
			deleted, err := apply.Delete(t.Context(), c, env.Set("test"))
			require.NoError(t, err)
			require.Equal(t, len(first.Changes)-1, deleted.Count(caisson.Pruned))
			require.Equal(t, 1, deleted.Count(caisson.Skipped), "the Namespace")
		})
	}
}
