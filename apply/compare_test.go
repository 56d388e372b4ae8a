package apply

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Of kinds that nobody knows the merge rules of, all that is sent must be there as it is, a null too.
func TestDiffersStrictly(t *testing.T) {
	object := func(spec map[string]any, labels map[string]any) *unstructured.Unstructured {
		u := &unstructured.Unstructured{Object: map[string]any{"metadata": map[string]any{"labels": labels}}}
		maps.Copy(u.Object, spec)
		return u
	}
	cases := map[string]struct {
		reason     string
		sent, live *unstructured.Unstructured
		want       bool
	}{
		"the same": {
			"labels and fields of others do not count",
			object(map[string]any{"spec": nil, "a": "b"}, map[string]any{"a": "b"}),
			object(map[string]any{"spec": nil, "a": "b", "status": "c"}, map[string]any{"a": "b", "c": "d"}), false,
		},
		"a null that is not there": {
			"the server would set it", object(map[string]any{"spec": nil}, nil), object(nil, nil), true,
		},
		"a field more in a map": {
			"it could be a default, or anything", object(map[string]any{"spec": map[string]any{}}, nil),
			object(map[string]any{"spec": map[string]any{"a": "b"}}, nil), true,
		},
		"a label less": {
			"it is one of ours", object(nil, map[string]any{"a": "b"}), object(nil, map[string]any{}), true,
		},
		"an empty label that is not there": {
			"the key alone counts", object(nil, map[string]any{"a": ""}), object(nil, map[string]any{}), true,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tc.want, differsStrictly(tc.sent, tc.live), tc.reason)
		})
	}
}
