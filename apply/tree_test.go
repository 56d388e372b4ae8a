package apply_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime"
)

// path of a node of a JSON tree: keys of maps and indexes of lists.
type path []any

func (p path) String() string {
	var text strings.Builder
	for _, step := range p {
		fmt.Fprintf(&text, "/%v", step)
	}
	return text.String()
}

// in says whether any step of the path is one of the keys.
func (p path) in(keys ...string) bool {
	return slices.ContainsFunc(p, func(step any) bool {
		key, ok := step.(string)
		return ok && slices.Contains(keys, key)
	})
}

// node of a tree.
type node struct {
	path  path
	value any
}

// nodes below the root, in an order that is always the same.
func nodes(tree any) []node {
	var all []node
	var walk func(path, any)
	walk = func(at path, value any) {
		if len(at) > 0 {
			all = append(all, node{at, value})
		}
		switch value := value.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(value)) {
				walk(append(slices.Clone(at), key), value[key])
			}
		case []any:
			for i, item := range value {
				walk(append(slices.Clone(at), i), item)
			}
		}
	}
	walk(nil, tree)
	return all
}

// lookup the value at a path; nil if there is none.
func lookup(tree any, at path) any {
	for _, step := range at {
		switch parent := tree.(type) {
		case map[string]any:
			key, _ := step.(string)
			tree = parent[key]
		case []any:
			i, ok := step.(int)
			if !ok || i >= len(parent) {
				return nil
			}
			tree = parent[i]
		default:
			return nil
		}
	}
	return tree
}

// edit gives the tree with another value at a path; nil leaves it out. Maps on the way are made.
func edit(tree any, at path, value any) any {
	if len(at) == 0 {
		return value
	}
	switch step := at[0].(type) {
	case string:
		parent, _ := tree.(map[string]any)
		if parent == nil {
			parent = map[string]any{}
		}
		if inner := edit(parent[step], at[1:], value); inner == nil {
			delete(parent, step)
		} else {
			parent[step] = inner
		}
		return parent
	case int:
		parent := tree.([]any)
		inner := edit(parent[step], at[1:], value)
		if inner == nil {
			return slices.Delete(parent, step, step+1)
		}
		parent[step] = inner
		return parent
	}
	panic("a path has keys and indexes alone")
}

func pick[T any](r *rand.Rand, all []T) T { return all[r.IntN(len(all))] }

// otherScalar of the same type, near the old one or far from it.
func otherScalar(r *rand.Rand, value any, others []node) any {
	switch value := value.(type) {
	case bool:
		return !value
	case int64:
		return pick(r, []int64{0, 1, value + 1, value - 1, value * 2})
	case float64:
		return pick(r, []float64{0.25, value + 1, value * 2})
	case string:
		if same := respelled(r, value); same != "" && r.IntN(2) == 0 {
			return same
		}
		var texts []string
		for _, other := range others {
			if text, ok := other.value.(string); ok && text != value {
				texts = append(texts, text)
			}
		}
		return pick(r, append(texts, "other", value+"x", ""))
	}
	return "other"
}

// respelled gives another text for the same quantity, or nothing if the text is none.
func respelled(r *rand.Rand, text string) string {
	quantity, err := resource.ParseQuantity(text)
	if err != nil {
		return ""
	}
	return pick(r, []string{
		fmt.Sprintf("%dm", quantity.MilliValue()), fmt.Sprintf("%de0", quantity.Value()), strconv.FormatInt(quantity.Value(), 10),
	})
}

// changeList adds, removes, repeats or reorders items.
func changeList(r *rand.Rand, list []any) (string, []any) {
	list = runtime.DeepCopyJSONValue(list).([]any)
	if len(list) == 0 {
		return "item added", []any{"other"}
	}
	i := r.IntN(len(list))
	switch r.IntN(5) {
	case 0:
		return "item removed", slices.Delete(list, i, i+1)
	case 1:
		return "item repeated", append(list, runtime.DeepCopyJSONValue(list[i]))
	case 2:
		r.Shuffle(len(list), func(a, b int) { list[a], list[b] = list[b], list[a] })
		return "items reordered", list
	default: // like one that is there, but for a scalar in it
		item := runtime.DeepCopyJSONValue(list[i])
		scalars := slices.DeleteFunc(nodes(map[string]any{"": item}), func(n node) bool { return !scalar(n.value) })
		if len(scalars) > 0 {
			chosen := pick(r, scalars)
			item = edit(map[string]any{"": item}, chosen.path, otherScalar(r, chosen.value, nil)).(map[string]any)[""]
		}
		return "item added", slices.Insert(list, i, item)
	}
}

func scalar(value any) bool {
	switch value.(type) {
	case map[string]any, []any:
		return false
	}
	return true
}
