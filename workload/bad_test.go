package workload_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/internal/golden"
	"github.com/caissonhq/caisson/workload"
)

// What is said about bad specs is what most users read of the library: all of it is in one file, to be read as a whole.
func TestBadSpecs(t *testing.T) {
	text, err := os.ReadFile("testdata/bad/specs.yaml")
	require.NoError(t, err)
	var cases []struct {
		Reason, Kind string
		Spec         map[string]any
	}
	require.NoError(t, yaml.UnmarshalStrict(text, &cases))
	require.Greater(t, len(cases), 100)
	var messages bytes.Buffer
	for i, tc := range cases {
		bad := written(t, tc.Kind, tc.Spec)
		err := bad.Validate()
		require.Error(t, err, "case %d, a %s: %s", i, tc.Kind, tc.Reason)
		fmt.Fprintf(&messages, "# A %s. %s\n%v\n", tc.Kind, tc.Reason, err)
		objects, buildErr := bad.Objects()
		require.Equal(t, err, buildErr, "Build and Validate must agree")
		require.Nil(t, objects)
		require.Empty(t, bad.Requires(), "a broken spec is told by Validate")
	}
	golden.Compare(t, "testdata/bad/messages.golden", messages.Bytes())
}

// written gives a good spec with other fields written over it.
func written(t *testing.T, kind string, over map[string]any) caisson.Builder {
	t.Helper()
	text, err := json.Marshal(kinds[kind]())
	require.NoError(t, err)
	var fields map[string]any
	require.NoError(t, json.Unmarshal(text, &fields))
	maps.Copy(fields, over)
	text, err = json.Marshal(fields)
	require.NoError(t, err)
	read := func(into any) { require.NoError(t, yaml.UnmarshalStrict(text, into)) }
	switch kind {
	case "server":
		var s workload.Server
		read(&s)
		return s
	case "worker":
		var w workload.Worker
		read(&w)
		return w
	case "task":
		var task workload.Task
		read(&task)
		return task
	case "schedule":
		var s workload.Schedule
		read(&s)
		return s
	default:
		var s workload.Stateful
		read(&s)
		return s
	}
}
