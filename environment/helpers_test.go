package environment_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/environment"
)

const image = "registry.example.com/shop/api@sha256:737a40b9f86be43d87f408a2bd3fbdde726bfb6eb34e253e9ef11d3cb6649a2d"

// valid is a file without mistakes of 11 lines. Tests write more fields of its server after it.
const valid = `apiVersion: caisson.dev/v1alpha1
kind: Environment
name: shop
pools:
  - preset: production
namespace:
  name: shop
servers:
  - name: api
    image: ` + image + `
    port: 8080
`

// change a part of a text that is there once.
func change(t *testing.T, text, from, to string) string {
	t.Helper()
	require.Equal(t, 1, strings.Count(text, from), "%q is not once in the text", from)
	return strings.Replace(text, from, to, 1)
}

func parse(t *testing.T, text string) *environment.Environment {
	t.Helper()
	env, err := environment.Parse("shop.yaml", []byte(text))
	require.NoError(t, err)
	return env
}

// requireMistakes compares the errors of a text with those that are wanted, without the name of the file.
func requireMistakes(t *testing.T, reason, text string, want ...string) {
	t.Helper()
	env, err := environment.Parse("shop.yaml", []byte(text))
	require.Error(t, err, reason)
	require.Nil(t, env)
	var got []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		rest, ok := strings.CutPrefix(line, "shop.yaml:")
		require.True(t, ok, "no name and line: %s", line)
		got = append(got, rest)
	}
	require.Equal(t, want, got, reason)
}
