package caisson_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson"
)

func TestActionChanges(t *testing.T) {
	cases := map[string]struct {
		reason string
		action caisson.Action
		want   bool
	}{
		"created":   {reason: "There is an object where nothing was.", action: caisson.Created, want: true},
		"updated":   {reason: "The object has other fields than before.", action: caisson.Updated, want: true},
		"adopted":   {reason: "The object belongs to a set now.", action: caisson.Adopted, want: true},
		"pruned":    {reason: "The object is gone.", action: caisson.Pruned, want: true},
		"unchanged": {reason: "Nothing was written.", action: caisson.Unchanged},
		"skipped":   {reason: "Nothing was written, on purpose.", action: caisson.Skipped},
		"failed":    {reason: "What was not done is no change.", action: caisson.Failed},
		"unknown":   {reason: "A word that nobody defined promises nothing.", action: "renamed"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tc.want, tc.action.Changes(), tc.reason)
			if name != "unknown" {
				require.EqualValues(t, name, tc.action, "Programs read the word in JSON.")
				require.Contains(t, caisson.Actions(), tc.action, "A summary would leave it out.")
			}
		})
	}
	require.Len(t, caisson.Actions(), len(cases)-1, "An action is missing in this table.")
}
