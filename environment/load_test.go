package environment_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/environment"
)

func TestLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop.yaml")
	_, err := environment.Load(path)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, path)

	require.NoError(t, os.WriteFile(path, []byte(valid), 0o600))
	env, err := environment.Load(path)
	require.NoError(t, err)
	require.Equal(t, parse(t, valid), env)

	require.NoError(t, os.WriteFile(path, []byte("kind: x\nnam: y\n"), 0o600))
	_, err = environment.Load(path)
	require.EqualError(t, err, path+":2: nam: there is no such field: write name")
}

// Programs take the parts of an error, for annotations in a pull request or marks in an editor.
func TestFileErrors(t *testing.T) {
	for reason, text := range map[string]string{
		"mistakes of form":    "nam: shop\npools: 3\n",
		"mistakes of meaning": change(t, valid, "kind: Environment", "kind: x") + "    pool: x\n",
	} {
		_, err := environment.Parse("shop.yaml", []byte(text))
		joined, ok := err.(interface{ Unwrap() []error })
		require.True(t, ok, reason)
		require.Len(t, joined.Unwrap(), 2, reason)
		for _, one := range joined.Unwrap() {
			var mistake *environment.FileError
			require.ErrorAs(t, one, &mistake, reason)
			require.Equal(t, "shop.yaml", mistake.File, reason)
			require.Positive(t, mistake.Line, reason)
			require.NotEmpty(t, mistake.Path, reason)
			require.NotEmpty(t, mistake.Message, reason)
		}
	}
	_, err := environment.Parse("shop.yaml", nil)
	var mistake *environment.FileError
	require.ErrorAs(t, err, &mistake, "a text without a document has one mistake, of the same type")
}

func TestFileErrorText(t *testing.T) {
	cases := map[string]struct {
		reason string
		err    environment.FileError
		want   string
	}{
		"All": {
			"as compilers write it, so that editors jump there",
			environment.FileError{File: "a", Line: 2, Path: "b", Message: "c"},
			"a:2: b: c",
		},
		"NoPath": {"the text as a whole", environment.FileError{File: "a", Line: 2, Message: "c"}, "a:2: c"},
		"NoLine": {"no line is better than a wrong one", environment.FileError{File: "a", Message: "c"}, "a: c"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) { require.EqualError(t, &tc.err, tc.want, tc.reason) })
	}
}
