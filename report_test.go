package caisson_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson"
)

func ref(kind, name string) caisson.Ref {
	return caisson.Ref{Group: "apps", Version: "v1", Kind: kind, Namespace: "shop", Name: name}
}

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

func TestTable(t *testing.T) {
	var text strings.Builder
	require.NoError(t, everything().Table(&text))
	require.Equal(t, `ACTION     KIND         NAMESPACE  NAME
created    Namespace    -          shop
updated    Deployment   shop       api
    ~ spec.replicas: 2 -> 3
    + spec.paused: true
    - spec.a: "b"
unchanged  Deployment   shop       bot
adopted    Deployment   shop       theirs
pruned     Deployment   shop       old
skipped    StatefulSet  shop       db
    waits for Deployment shop/api
failed     DaemonSet    shop       agent
    denied | by `+"`policy`"+`
    second line
1 created, 1 updated, 1 adopted, 1 pruned, 1 unchanged, 1 skipped, 1 failed
`, text.String())
}

// A bar or a line break in an error would tear the table of a CI summary apart.
func TestMarkdown(t *testing.T) {
	var text strings.Builder
	require.NoError(t, everything().Markdown(&text))
	lines := strings.Split(strings.TrimSpace(text.String()), "\n")
	require.Equal(t, "### shop/shop by deploy-bot", lines[0])
	require.Contains(t, text.String(), "| updated | Deployment | shop | api | `~ spec.replicas: 2 -> 3`<br>`+ spec.paused: true`<br>`- spec.a: \"b\"` |")
	require.Contains(t, text.String(), "| failed | DaemonSet | shop | agent | `denied \\| by 'policy'`<br>`second line` |")
	for _, line := range lines[4:] {
		require.True(t, strings.HasPrefix(line, "|") && strings.HasSuffix(line, "|"), line)
	}
}

func TestJSON(t *testing.T) {
	text, err := json.Marshal(everything())
	require.NoError(t, err)
	var back struct {
		Changes []struct {
			Ref    caisson.Ref
			Action string
			Reason string
			Error  string
		}
	}
	require.NoError(t, json.Unmarshal(text, &back))
	require.Len(t, back.Changes, 7)
	require.Equal(t, ref("StatefulSet", "db"), back.Changes[5].Ref)
	require.Equal(t, "denied | by `policy`\nsecond line", back.Changes[6].Error, "encoding/json alone would lose it")
}

func TestSummaries(t *testing.T) {
	report := everything()
	require.True(t, report.Changed())
	require.ErrorContains(t, report.Err(), "DaemonSet shop/agent: denied")
	require.ErrorIs(t, report.Err(), report.Changes[6].Err)

	report.Changes = report.Changes[5:]
	require.False(t, report.Changed(), "what was skipped or failed is no change")
	require.Equal(t, "1 skipped, 1 failed", report.Summary())
	report.Changes = nil
	require.NoError(t, report.Err())
	require.Equal(t, "no objects", report.Summary())
}

func TestEveryActionIsCounted(t *testing.T) {
	for _, change := range everything().Changes {
		require.Contains(t, caisson.Actions(), change.Action)
	}
	require.Len(t, caisson.Actions(), 7)
}

func TestRef(t *testing.T) {
	require.Equal(t, "Deployment shop/api", ref("Deployment", "api").String())
	require.Equal(t, "Namespace shop", caisson.Ref{Version: "v1", Kind: "Namespace", Name: "shop"}.String())
	require.Equal(t, "Deployment.apps", ref("Deployment", "api").GroupKind().String())
	require.Negative(t, ref("Deployment", "api").Compare(ref("Deployment", "bot")))
	require.Positive(t, ref("StatefulSet", "api").Compare(ref("Deployment", "bot")), "kinds stand together")
	require.Zero(t, ref("Deployment", "api").Compare(ref("Deployment", "api")))
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
