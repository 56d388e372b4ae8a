package caisson_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson"
)

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
	require.Len(t, lines, 6+len(everything().Changes), "title, summary, two lines of head, two empty lines, a line for each object")
	for _, line := range lines[4:] {
		require.True(t, strings.HasPrefix(line, "|") && strings.HasSuffix(line, "|"), line)
	}
	text.Reset()
	require.NoError(t, (&caisson.Report{}).Markdown(&text))
	require.True(t, strings.HasPrefix(text.String(), "no objects\n"), "without a title there is no empty heading: %s", text.String())
}

func TestReasonsOfManyLinesStayInTheirCell(t *testing.T) {
	report := caisson.Report{Changes: []caisson.Change{{Ref: ref("StatefulSet", "db"), Action: caisson.Skipped, Reason: "a\nb"}}}
	var text strings.Builder
	require.NoError(t, report.Markdown(&text))
	require.Contains(t, text.String(), "| skipped | StatefulSet | shop | db | `a b` |\n")
}

func TestJSON(t *testing.T) {
	text, err := json.Marshal(everything())
	require.NoError(t, err)
	var back struct {
		Title   string
		Changes []struct {
			Ref    caisson.Ref
			Action string
			Fields []caisson.FieldChange
			Reason string
			Error  string
		}
	}
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, "shop/shop by deploy-bot", back.Title)
	require.Len(t, back.Changes, 7)
	require.Equal(t, everything().Changes[1].Fields, back.Changes[1].Fields)
	require.Equal(t, ref("StatefulSet", "db"), back.Changes[5].Ref)
	require.Equal(t, "skipped", back.Changes[5].Action)
	require.Equal(t, "waits for Deployment shop/api", back.Changes[5].Reason)
	require.Equal(t, "denied | by `policy`\nsecond line", back.Changes[6].Error, "encoding/json alone would lose it")
	require.NotContains(t, string(text), `"error":""`, "what did not fail has no error")
}

// broken is a pipe whose reader has gone.
type broken struct{}

var errBroken = errors.New("broken pipe")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestPrintingTellsThatItFailed(t *testing.T) {
	require.ErrorIs(t, everything().Table(broken{}), errBroken)
	require.ErrorIs(t, everything().Markdown(broken{}), errBroken)
}
