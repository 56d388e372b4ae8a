package caisson_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson"
)

// everything is a report with one change of each kind.
func everything() *caisson.Report {
	return &caisson.Report{Title: "shop/shop by deploy-bot", Changes: []caisson.Change{
		{Ref: caisson.Ref{Version: "v1", Kind: "Namespace", Name: "shop"}, Action: caisson.Created},
		{Ref: ref("Deployment", "api"), Action: caisson.Updated, Fields: []caisson.FieldChange{
			{Path: "spec.replicas", Before: "2", After: "3"}, {Path: "spec.paused", After: "true"}, {Path: "spec.a", Before: `"b"`},
		}},
		{Ref: ref("Deployment", "bot"), Action: caisson.Unchanged},
		{Ref: ref("Deployment", "theirs"), Action: caisson.Adopted},
		{Ref: ref("Deployment", "old"), Action: caisson.Pruned},
		{Ref: ref("StatefulSet", "db"), Action: caisson.Skipped, Reason: "waits for Deployment shop/api"},
		{Ref: ref("DaemonSet", "agent"), Action: caisson.Failed, Err: errors.New("denied | by `policy`\nsecond line")},
	}}
}

func TestSummary(t *testing.T) {
	change := func(actions ...caisson.Action) *caisson.Report {
		report := &caisson.Report{}
		for _, action := range actions {
			report.Changes = append(report.Changes, caisson.Change{Action: action})
		}
		return report
	}
	cases := map[string]struct {
		reason  string
		report  *caisson.Report
		want    string
		changed bool
	}{
		"nothing": {reason: "An empty set is worth a word.", report: change(), want: "no objects"},
		"quiet":   {reason: "A run that wrote nothing changed nothing.", report: change(caisson.Unchanged, caisson.Unchanged), want: "2 unchanged"},
		"refused": {
			reason: "What was skipped or failed is no change.",
			report: change(caisson.Failed, caisson.Skipped), want: "1 skipped, 1 failed",
		},
		"one among many": {
			reason: "One change is enough, wherever it stands.",
			report: change(caisson.Unchanged, caisson.Failed, caisson.Pruned), want: "1 pruned, 1 unchanged, 1 failed", changed: true,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tc.want, tc.report.Summary(), tc.reason)
			require.Equal(t, tc.changed, tc.report.Changed(), tc.reason)
		})
	}
	require.Equal(t, 1, everything().Count(caisson.Adopted))
}

func TestErrJoinsWhatFailed(t *testing.T) {
	report := everything()
	report.Changes = append(report.Changes, caisson.Change{
		Ref: ref("DaemonSet", "logs"), Action: caisson.Failed, Err: errors.New("no quota"),
	})
	require.ErrorIs(t, report.Err(), report.Changes[6].Err)
	require.ErrorContains(t, report.Err(), "DaemonSet shop/agent: denied")
	require.ErrorContains(t, report.Err(), "DaemonSet shop/logs: no quota", "One failure must not hide the other.")
	require.NoError(t, (&caisson.Report{Changes: everything().Changes[:6]}).Err())
}

// JSON holds the text of an error in a field of its own, and reading it back gives none.
func TestErrOfAReportThatWasRead(t *testing.T) {
	text, err := json.Marshal(everything())
	require.NoError(t, err)
	var report caisson.Report
	require.NoError(t, json.Unmarshal(text, &report))
	require.EqualError(t, report.Err(), "DaemonSet shop/agent: failed, and nothing says why")
}

func TestOneReasonIsToldOnce(t *testing.T) {
	denied := errors.New("forbidden")
	report := &caisson.Report{Changes: []caisson.Change{
		{Ref: ref("Deployment", "a"), Action: caisson.Failed, Err: denied},
		{Ref: ref("Deployment", "b"), Action: caisson.Failed, Err: errors.New("quota")},
		{Ref: ref("Deployment", "c"), Action: caisson.Failed, Err: denied},
	}}
	require.EqualError(t, report.Err(), "Deployment shop/a and 1 more: forbidden\nDeployment shop/b: quota")
}
