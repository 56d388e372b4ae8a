package monitoring

import (
	"maps"
	"slices"
)

// with gives a copy of labels with others set over them.
func with(labels map[string]string, pairs ...string) map[string]string {
	all := map[string]string{}
	maps.Copy(all, labels)
	for i := 0; i+1 < len(pairs); i += 2 {
		all[pairs[i]] = pairs[i+1]
	}
	return all
}

// pairs of labels, sorted, for with.
func pairs(labels map[string]string) []string {
	all := make([]string, 0, 2*len(labels))
	for _, name := range sortedKeys(labels) {
		all = append(all, name, labels[name])
	}
	return all
}

// matchedLabels are those that a spec asks for, and others that its rules name.
func matchedLabels(match map[string]string, more ...string) []string {
	return append(more, sortedKeys(match)...)
}

func sortedKeys(labels map[string]string) []string { return slices.Sorted(maps.Keys(labels)) }
