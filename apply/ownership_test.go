package apply_test

import (
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
)

func TestForeignObjectIsTakenOnlyWithAdopt(t *testing.T) {
	p := newPlace(t)
	require.NoError(t, p.Client.Create(t.Context(), configMap(p.namespace, "theirs", "theirs")))
	mine := []caisson.Object{configMap(p.namespace, "theirs", "mine")}

	_, err := apply.Apply(t.Context(), p.Client, p.set, mine)
	var foreign *apply.ForeignError
	require.ErrorAs(t, err, &foreign)
	require.Empty(t, foreign.Set)
	now := configMap(p.namespace, "theirs", "")
	p.get(t, now)
	require.Equal(t, "theirs", now.Data["key"])

	report, err := apply.Apply(t.Context(), p.Client, p.set, mine, apply.Adopt)
	require.NoError(t, err)
	require.Equal(t, caisson.Adopted, report.Changes[0].Action)
	p.get(t, now)
	require.Equal(t, "mine", now.Data["key"])

	report, err = apply.Apply(t.Context(), p.Client, p.set, mine)
	require.NoError(t, err)
	require.Equal(t, caisson.Unchanged, report.Changes[0].Action)
}

func TestObjectOfAnotherSetIsNeverTaken(t *testing.T) {
	p := newPlace(t)
	other := p.set
	other.Name = "other"
	_, err := apply.Apply(t.Context(), p.Client, other, []caisson.Object{configMap(p.namespace, "theirs", "theirs")})
	require.NoError(t, err)

	_, err = apply.Apply(t.Context(), p.Client, p.set, []caisson.Object{configMap(p.namespace, "theirs", "mine")},
		apply.Adopt, apply.Force, apply.Prune)
	var foreign *apply.ForeignError
	require.ErrorAs(t, err, &foreign)
	require.Equal(t, other.ID(), foreign.Set)
}

func TestEditsAreTakenBackAndDeclarationsAreNot(t *testing.T) {
	p := newPlace(t)
	mine := []caisson.Object{configMap(p.namespace, "settings", "mine")}
	_, err := apply.Apply(t.Context(), p.Client, p.set, mine)
	require.NoError(t, err)

	edited := configMap(p.namespace, "settings", "")
	p.get(t, edited)
	edited.Data["key"] = "edited"
	require.NoError(t, p.Client.Update(t.Context(), edited, client.FieldOwner("kubectl-edit")))
	report, err := apply.Apply(t.Context(), p.Client, p.set, mine)
	require.NoError(t, err, "what somebody edited is no declaration")
	require.Equal(t, caisson.Updated, report.Changes[0].Action)

	declared := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]any{"namespace": p.namespace, "name": "settings"},
		"data":     map[string]any{"key": "declared"},
	}}
	require.NoError(t, p.Client.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(declared),
		client.FieldOwner("argo"), client.ForceOwnership))
	for _, plan := range []bool{true, false} {
		if plan {
			_, err = apply.Plan(t.Context(), p.Client, p.set, built(mine...))
		} else {
			_, err = apply.Apply(t.Context(), p.Client, p.set, mine)
		}
		var conflict *apply.ConflictError
		require.ErrorAs(t, err, &conflict)
		require.Equal(t, []apply.Conflict{{Manager: "argo", Field: ".data.key"}}, conflict.Conflicts)
	}

	_, err = apply.Apply(t.Context(), p.Client, p.set, mine, apply.Force)
	require.NoError(t, err)
	p.get(t, edited)
	require.Equal(t, "mine", edited.Data["key"])
}

func TestSecretValuesStayHidden(t *testing.T) {
	const canary = "canary"
	stored := base64.StdEncoding.EncodeToString([]byte(canary)) // as the server stores it
	p := newPlace(t)
	_, err := apply.Apply(t.Context(), p.Client, p.set, []*corev1.Secret{secret(p.namespace, "keys", canary+"1")})
	require.NoError(t, err)
	changed := secret(p.namespace, "keys", canary+"2")
	changed.StringData = map[string]string{"token": canary + "3"}

	plan, err := apply.Plan(t.Context(), p.Client, p.set, built(changed))
	require.NoError(t, err)
	report, err := apply.Apply(t.Context(), p.Client, p.set, []*corev1.Secret{changed})
	require.NoError(t, err)
	for _, r := range []*caisson.Report{plan, report} {
		require.Equal(t, caisson.Updated, r.Changes[0].Action)
		text := printed(t, r)
		require.Contains(t, text, "data.password")
		require.Contains(t, text, "data.token")
		require.NotContains(t, text, canary)
		require.NotContains(t, text, stored[:len(stored)-2])
	}
	p.get(t, changed)
	require.Equal(t, canary+"3", string(changed.Data["token"]))
	require.Empty(t, changed.StringData)
	_, err = apply.Apply(t.Context(), p.Client, p.set, []*corev1.Secret{secret(p.namespace, "keys", canary)})
	require.NoError(t, err)
	p.get(t, changed)
	require.NotContains(t, changed.Data, "token", "a key that is no longer given must not stay in the Secret")
}
