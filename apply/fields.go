package apply

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/caissonhq/caisson"
)

// intentPath is the path of the annotation with the hash of an intent.
const intentPath = "metadata.annotations[" + annotationIntent + "]"

// difference of two states of an object, field by field: all but what the server and controllers write for themselves.
func difference(ref caisson.Ref, before, after *unstructured.Unstructured) []caisson.FieldChange {
	old, now := leaves(before), leaves(after)
	paths := slices.Collect(maps.Keys(old))
	for path := range now {
		if _, ok := old[path]; !ok {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	var changes []caisson.FieldChange
	for _, path := range paths {
		if old[path] == now[path] {
			continue
		}
		change := caisson.FieldChange{Path: path, Before: old[path], After: now[path]}
		if isSecret(ref) && !strings.HasPrefix(path, "metadata.labels") {
			change.Before, change.After = mask(change.Before, "before"), mask(change.After, "after")
		}
		changes = append(changes, change)
	}
	return changes
}

func mask(value, which string) string {
	if value == "" {
		return ""
	}
	return "*** (" + which + ")"
}

func leaves(object *unstructured.Unstructured) map[string]string {
	all := map[string]string{}
	for key, value := range object.Object {
		if key == "metadata" || key == "status" {
			continue // the status is its controller's
		}
		collect(all, key, value)
	}
	metadata, _, _ := unstructured.NestedMap(object.Object, "metadata") // a copy
	for key, value := range metadata {
		switch key {
		case "managedFields", "resourceVersion", "generation", "uid", "creationTimestamp":
		default:
			collect(all, "metadata."+key, value)
		}
	}
	return all
}

// collect the paths of all values that hold no others, and of empty maps and lists: they mean something.
func collect(all map[string]string, path string, value any) {
	switch value := value.(type) {
	case map[string]any:
		if len(value) > 0 {
			for key, inner := range value {
				collect(all, child(path, key), inner)
			}
			return
		}
	case []any:
		if len(value) > 0 {
			for i, inner := range value {
				collect(all, fmt.Sprintf("%s[%d]", path, i), inner)
			}
			return
		}
	}
	text, err := json.Marshal(value)
	if err != nil {
		text = fmt.Append(nil, value) // cannot be: it came from JSON
	}
	all[path] = string(text)
}

// child writes keys that are no plain names, such as labels, in brackets.
func child(path, key string) string {
	if strings.ContainsAny(key, "./") {
		return path + "[" + key + "]"
	}
	return path + "." + key
}
