package apply_test

import (
	"math/rand/v2"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// mutation is something that somebody else does to an object. It changes the tree, and says what kind of change it is;
// nothing if the object has nothing of the sort.
type mutation func(scene) string

// scene of a mutation.
type scene struct {
	*rand.Rand
	intent map[string]any // what apply sends
	tree   map[string]any // what is there, to be changed
	owners []any          // whom an object may belong to
}

// mutations, the commoner ones more than once.
var mutations = slices.Concat(
	slices.Repeat([]mutation{changeAnything, changeOurs, changeLists}, 6),
	slices.Repeat([]mutation{changeTheirs, changeSelector, changeData}, 3),
	slices.Repeat([]mutation{changeText, changeOwners, changeFinalizers}, 2),
	[]mutation{forgetManagers, tamper, renameGenerated},
)

// changeable leaves out what names the object and what is the server's alone.
func changeable(tree map[string]any) []node {
	return slices.DeleteFunc(nodes(tree), func(n node) bool {
		switch top, _ := n.path[0].(string); top {
		case "apiVersion", "kind", "status", "metadata":
			return true
		}
		return false
	})
}

// changeAnything removes, adds or changes a node anywhere in the tree.
func changeAnything(s scene) string {
	all := changeable(s.tree)
	if len(all) == 0 {
		edit(s.tree, path{"data", "other"}, "other")
		return "key added"
	}
	return changeNode(s.Rand, s.tree, pick(s.Rand, all), all)
}

func changeNode(r *rand.Rand, tree map[string]any, chosen node, all []node) string {
	if r.IntN(4) == 0 {
		edit(tree, chosen.path, nil)
		return "node removed"
	}
	switch value := chosen.value.(type) {
	case map[string]any:
		changed := runtime.DeepCopyJSON(value)
		key := pick(r, []string{"other", "name", "key", "app", "tier"})
		for _, sibling := range all {
			if name, ok := sibling.path[len(sibling.path)-1].(string); ok && r.IntN(len(all)) == 0 {
				key = name
			}
		}
		changed[key] = runtime.DeepCopyJSONValue(pick(r, all).value)
		edit(tree, chosen.path, changed)
		return "key added"
	case []any:
		what, changed := changeList(r, value)
		edit(tree, chosen.path, changed)
		return what
	default:
		edit(tree, chosen.path, otherScalar(r, value, all))
		return "value changed"
	}
}

// changeOurs removes or changes something that the intent says.
func changeOurs(s scene) string {
	ours := slices.DeleteFunc(changeable(s.tree), func(n node) bool { return lookup(s.intent, n.path) == nil })
	if len(ours) == 0 {
		return ""
	}
	changeNode(s.Rand, s.tree, pick(s.Rand, ours), ours)
	return "ours changed"
}

// changeTheirs removes or changes something that the intent leaves to the server or to others.
func changeTheirs(s scene) string {
	theirs := slices.DeleteFunc(changeable(s.tree), func(n node) bool { return lookup(s.intent, n.path) != nil })
	if len(theirs) == 0 {
		return ""
	}
	changeNode(s.Rand, s.tree, pick(s.Rand, theirs), theirs)
	return "defaulted changed"
}

// changeLists adds, removes, repeats and reorders items.
func changeLists(s scene) string {
	all := slices.DeleteFunc(changeable(s.tree), func(n node) bool { _, isList := n.value.([]any); return !isList })
	if len(all) == 0 {
		return ""
	}
	chosen := pick(s.Rand, all)
	what, changed := changeList(s.Rand, chosen.value.([]any))
	edit(s.tree, chosen.path, changed)
	return what
}

// changeSelector adds a label to a map that is compared as a whole, or changes one.
func changeSelector(s scene) string {
	all := slices.DeleteFunc(changeable(s.tree), func(n node) bool {
		_, isMap := n.value.(map[string]any)
		return !isMap || !n.path.in("matchLabels", "selector", "podSelector", "nodeSelector", "namespaceSelector")
	})
	if len(all) == 0 {
		return ""
	}
	chosen := pick(s.Rand, all)
	edit(s.tree, append(slices.Clone(chosen.path), pick(s.Rand, []string{"tier", "app", "other"})), "none")
	return "selector changed"
}

// changeData adds, changes or removes a key of a Secret, of a ConfigMap, or of whatever has keys.
func changeData(s scene) string {
	var maps []string
	for _, name := range []string{"data", "binaryData", "parameters", "stringData"} {
		if _, ok := s.tree[name].(map[string]any); ok {
			maps = append(maps, name)
		}
	}
	if len(maps) == 0 {
		return ""
	}
	at := path{pick(s.Rand, maps), pick(s.Rand, []string{"one", "two", "three", "four", "a", "other"})}
	edit(s.tree, at, pick(s.Rand, []any{nil, "b3RoZXI=", "", "MQ=="}))
	return "data changed"
}

// changeText adds, changes or removes a label or an annotation.
func changeText(s scene) string {
	name := pick(s.Rand, []string{"labels", "annotations"})
	keys := []string{"a", "other", "example.com/note"}
	if ours, ok := lookup(s.intent, path{"metadata", name}).(map[string]any); ok {
		for key := range ours {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	edit(s.tree, path{"metadata", name, pick(s.Rand, keys)}, pick(s.Rand, []any{nil, "", "other", "b"}))
	return name + " changed"
}

func changeOwners(s scene) string {
	owner := pick(s.Rand, s.owners)
	owners, _ := lookup(s.tree, path{"metadata", "ownerReferences"}).([]any)
	switch {
	case len(owners) == 0 || s.IntN(3) == 0:
		owners = append(owners, owner)
	case s.IntN(2) == 0:
		owners[s.IntN(len(owners))] = owner
	default:
		owners = owners[1:]
	}
	edit(s.tree, path{"metadata", "ownerReferences"}, owners)
	return "owners changed"
}

func changeFinalizers(s scene) string {
	finalizers, _ := lookup(s.tree, path{"metadata", "finalizers"}).([]any)
	if len(finalizers) > 0 && s.IntN(2) == 0 {
		finalizers = finalizers[1:]
	} else {
		finalizers = append(finalizers, pick(s.Rand, []any{"example.com/a", "example.com/b"}))
	}
	edit(s.tree, path{"metadata", "finalizers"}, finalizers)
	return "finalizers changed"
}

// forgetManagers has the server forget who set what, as a restored backup does.
func forgetManagers(s scene) string {
	edit(s.tree, path{"metadata", "managedFields"}, []any{map[string]any{}})
	return "managers forgotten"
}

// tamper with what the set writes on its objects for itself.
func tamper(s scene) string {
	at := pick(s.Rand, []path{
		{"metadata", "annotations", "caisson.dev/intent"}, {"metadata", "labels", "applyset.kubernetes.io/part-of"},
	})
	edit(s.tree, at, pick(s.Rand, []any{nil, "other"}))
	return "mark of the set changed"
}

func renameGenerated(s scene) string {
	edit(s.tree, path{"metadata", "generateName"}, "other-")
	return "generateName changed"
}

// declared is the tree as another program would apply it: all of it, or only where it differs from what is there.
func declared(r *rand.Rand, live, tree map[string]any) *unstructured.Unstructured {
	all := &unstructured.Unstructured{Object: runtime.DeepCopyJSON(tree)}
	delete(all.Object, "status")
	for _, name := range []string{
		"managedFields", "resourceVersion", "uid", "creationTimestamp", "generation", "deletionTimestamp", "selfLink",
	} {
		unstructured.RemoveNestedField(all.Object, "metadata", name)
	}
	if r.IntN(3) == 0 {
		return all
	}
	some := &unstructured.Unstructured{Object: map[string]any{"apiVersion": tree["apiVersion"], "kind": tree["kind"]}}
	some.SetNamespace(all.GetNamespace())
	some.SetName(all.GetName())
	for _, n := range nodes(all.Object) {
		_, isMap := n.value.(map[string]any)
		insideList := slices.ContainsFunc(n.path, func(step any) bool { _, ok := step.(int); return ok })
		same := runtime.DeepCopyJSONValue(n.value)
		if !isMap && !insideList && (!jsonEqual(n.value, lookup(live, n.path)) || r.IntN(8) == 0) {
			edit(some.Object, n.path, same) // and now and then what is there already
		}
	}
	return some
}
