package environment_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/environment"
)

func TestParseTellsMistakesOfSyntax(t *testing.T) {
	const (
		empty   = "is empty: begin with apiVersion: caisson.dev/v1alpha1"
		binary  = "is not text: write UTF-8 without control characters"
		second  = "a second document begins: write one environment to a file"
		indents = ": compare the indent with the lines before, and close brackets and quotes"
		signs   = "is not YAML: found character that cannot start any token" +
			": indent with spaces, and put text that begins with a sign in quotes"
		colons = "is not YAML: mapping values are not allowed in this context" +
			": compare the indent with the line before, and put text that holds a colon in quotes"
	)
	cases := map[string]struct {
		reason string
		text   string
		want   string
	}{
		"Empty":         {"a file that was not written", "", "1: " + empty},
		"Comments":      {"comments are nothing", "# an environment\n\n# to be written\n", "1: " + empty},
		"Null":          {"null is nothing", "null\n", "1: " + empty},
		"EmptyDocument": {"a separator is nothing", "---\n", "1: " + empty},
		"List": {
			"a list of environments is none", "- name: shop\n", "1: must be fields with values: write name: value",
		},
		"Text":           {"words are none either", "shop\n", "1: must be fields with values: write name: value"},
		"Binary":         {"a wrong file was given", "name: shop\nkind: \xff\xfe\n", "2: " + binary},
		"Control":        {"the escape key was hit", "name: shop\n\nkind: \x1b\n", "3: " + binary},
		"SecondDocument": {"one file is one environment", valid + "---\n" + valid, "12: " + second},
		"SecondIsBroken": {
			"what follows would never be read", valid + "---\n[\n",
			"13: is not YAML: did not find expected node content" + indents,
		},
		"Tab":    {"YAML knows no tabs", "name: shop\npools:\n\t- preset: dev\n", "3: " + signs},
		"Sign":   {"@ is reserved", "name: @shop\n", "1: " + signs},
		"Colon":  {"a second colon", "name: shop\nregion: fra1: x\n", "2: " + colons},
		"Indent": {"a field of a text", "name: shop\n\n\nkind: x\n  region: fra1\n", "5: " + colons},
		"ItemIndent": {
			"the item has its indent, the field has not", "servers:\n  - name: api\n    port: 1\n   image: x\n",
			"4: is not YAML: did not find expected '-' indicator" + indents,
		},
		"ListInFields": {
			"a list cannot go on with fields", "name: shop\n- name: x\n", "2: is not YAML: did not find expected key" + indents,
		},
		"NoColon": {
			"a word alone", "name: shop\nregion\nkind: x\n",
			"2: is not YAML: could not find expected ':': write name: value, or - before an item of a list",
		},
		"OpenBracket": {
			"where it opens says more than where the file ends", "name: shop\npools: [\nkind: x\nregion: y\n",
			"2: is not YAML: did not find expected ',' or ']'" + indents,
		},
		"OpenQuote": {
			"the same for quotes", "kind: x\nname: 'shop\nregion: y\n",
			"2: is not YAML: found unexpected end of stream" + indents,
		},
		"UnknownAnchor": {
			"the alias stands before its anchor, or alone", "name: shop\npools: *pools\n",
			"2: is not YAML: unknown anchor 'pools' referenced: write & and the name before the value that is meant",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) { requireMistakes(t, tc.reason, tc.text, tc.want) })
	}
}

// The line is found by reading the text again and again, which takes too long for a long one.
func TestParseOfLongTextWithoutLine(t *testing.T) {
	_, err := environment.Parse("shop.yaml", []byte(strings.Repeat("# long\n", 1000)+"\nname: @shop\n"))
	require.EqualError(t, err, "shop.yaml: is not YAML: yaml: line 1002: found character that cannot start any token: "+
		"indent with spaces, and put text that begins with a sign in quotes")
}

func TestParseReadsWhatIsAroundTheDocument(t *testing.T) {
	for reason, text := range map[string]string{
		"a separator before":   "---\n" + valid,
		"an end after":         valid + "...\n",
		"comments around":      "# before\n" + valid + "# after\n",
		"a byte order mark":    "\ufeff" + valid,
		"line ends of Windows": strings.ReplaceAll(valid, "\n", "\r\n"),
		"JSON, which is YAML": fmt.Sprintf(`{"apiVersion": "caisson.dev/v1alpha1", "kind": "Environment", "name": "shop",
			"pools": [{"preset": "production"}], "namespace": {"name": "shop"},
			"servers": [{"name": "api", "image": %q, "port": 8080}]}`, image),
	} {
		env, err := environment.Parse("shop.yaml", []byte(text))
		require.NoError(t, err, reason)
		require.Equal(t, parse(t, valid), env, reason)
	}
}
