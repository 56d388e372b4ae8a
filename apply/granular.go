package apply

import (
	_ "embed"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// granular.json says, for every built-in kind, which fields the server merges piece by piece. All others it replaces as a
// whole. It is a hundredth of the schema that says it in full, which takes a tenth of a second to parse.
//
//go:embed granular.json
var granularText []byte

// granularRules of the built-in kinds. A rule is empty for what is replaced as a whole, and otherwise
//
//   - a map of such values
//     name         a type of Types, field by field; a field that it does not name is replaced as a whole
//     [keys]name   a list of such a type, whose items have these keys, separated by commas
type granularRules struct {
	Kinds map[string]string            `json:"kinds"` // by version/kind or group/version/kind
	Types map[string]map[string]string `json:"types"`
}

var granular = sync.OnceValue(func() granularRules {
	var rules granularRules
	if err := json.Unmarshal(granularText, &rules); err != nil {
		return granularRules{} // a test reads it; without rules every object is compared in full
	}
	return rules
})

// holds says that merging wanted into live would certainly leave it as it is. Otherwise it may or may not.
func (g granularRules) holds(kind schema.GroupVersionKind, live, wanted map[string]any) bool {
	rule := g.Kinds[kind.GroupVersion().String()+"/"+kind.Kind]
	return rule != "" && g.same(rule, live, wanted)
}

func (g granularRules) same(rule string, live, wanted any) bool {
	if rule == "" {
		return identical(live, wanted)
	}
	if keys, item, isList := strings.Cut(strings.TrimPrefix(rule, "["), "]"); isList {
		return g.sameItems(strings.Split(keys, ","), item, live, wanted)
	}
	there, isMap := live.(map[string]any)
	values, wantsMap := wanted.(map[string]any)
	if !isMap || !wantsMap {
		return false
	}
	fields := g.Types[rule] // none for a map of values
	for key, value := range values {
		now, ok := there[key]
		if !ok || !g.same(fields[key], now, value) {
			return false
		}
	}
	return true
}

// sameItems takes the items in their order. Keys that are left to their defaults could be those of another item.
func (g granularRules) sameItems(keys []string, rule string, live, wanted any) bool {
	there, isList := live.([]any)
	items, wantsList := wanted.([]any)
	if !isList || !wantsList || len(there) != len(items) {
		return false
	}
	for i := range items {
		item, isMap := items[i].(map[string]any)
		if !isMap {
			return false
		}
		for _, key := range keys {
			if _, ok := item[key]; !ok {
				return false
			}
		}
		if !g.same(rule, there[i], item) {
			return false
		}
	}
	return true
}

// identical values of JSON.
func identical(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, b, identical)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, identical)
	default:
		switch b.(type) {
		case map[string]any, []any:
			return false // which == would panic on
		}
		return a == b
	}
}
