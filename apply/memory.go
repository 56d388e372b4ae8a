package apply

import (
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/caissonhq/caisson"
)

// memory is where objects of a set may be: every kind in every namespace. Objects of kinds that may not be listed are
// remembered by name.
type memory struct {
	own        string // the parent's namespace, which need not be remembered
	kinds      map[schema.GroupKind]bool
	namespaces map[string]bool
	names      map[caisson.Ref]bool // without version
}

func newMemory(set Set, refs ...caisson.Ref) memory {
	m := memory{set.Namespace, map[schema.GroupKind]bool{}, map[string]bool{set.Namespace: true}, map[caisson.Ref]bool{}}
	for _, ref := range refs {
		m.kinds[ref.GroupKind()] = true
		if ref.Namespace != "" {
			m.namespaces[ref.Namespace] = true
		}
	}
	return m
}

func (m memory) with(other memory) memory {
	maps.Copy(m.kinds, other.kinds)
	maps.Copy(m.namespaces, other.namespaces)
	maps.Copy(m.names, other.names)
	return m
}

// covers says whether all of other is remembered.
func (m memory) covers(other memory) bool {
	return includes(m.kinds, other.kinds) && includes(m.namespaces, other.namespaces) && includes(m.names, other.names)
}

func includes[K comparable](all, some map[K]bool) bool {
	for key := range some {
		if !all[key] {
			return false
		}
	}
	return true
}

// anonymous stands for objects of a place that nobody knows the names of: they were made while LIST was allowed, and it is
// not any more. No object has such a name.
const anonymous = "*"

func anonymousIn(from place) caisson.Ref {
	return caisson.Ref{Group: from.kind.Group, Kind: from.kind.Kind, Namespace: from.namespace, Name: anonymous}
}

// incomplete says that objects of a place may not be remembered by name.
func (m memory) incomplete(from place) bool {
	kind := from.kind.GroupKind()
	if !m.kinds[kind] || from.namespace != "" && !m.namespaces[from.namespace] {
		return false
	}
	if m.names[anonymousIn(from)] {
		return true
	}
	for ref := range m.names {
		if ref.GroupKind() == kind {
			return false
		}
	}
	return true
}

// Separators of the annotations. The first two are the ApplySet specification's; a name can hold anything but a slash and a
// percent sign.
const (
	kindSeparator = ","
	nameSeparator = "%"
	namePartsSep  = "/"
)

// write the memory to annotations, leaving out what is empty.
func (m memory) write(annotations map[string]string) {
	kinds, namespaces := make([]string, 0, len(m.kinds)), make([]string, 0, len(m.namespaces))
	names := make([]string, 0, len(m.names))
	for kind := range m.kinds {
		kinds = append(kinds, kind.String())
	}
	for namespace := range m.namespaces {
		if namespace != m.own {
			namespaces = append(namespaces, namespace)
		}
	}
	for ref := range m.names {
		names = append(names, strings.Join([]string{ref.GroupKind().String(), ref.Namespace, ref.Name}, namePartsSep))
	}
	for _, list := range [][]string{kinds, namespaces, names} {
		slices.Sort(list)
	}
	annotations[annotationKinds] = strings.Join(kinds, kindSeparator)
	annotations[annotationNamespaces] = strings.Join(namespaces, kindSeparator)
	if len(names) > 0 {
		annotations[annotationNames] = strings.Join(names, nameSeparator)
	} else {
		delete(annotations, annotationNames)
	}
}

// readMemory from annotations. What cannot be read is left out.
func readMemory(set Set, annotations map[string]string) memory {
	m := newMemory(set)
	for _, kind := range split(annotations[annotationKinds], kindSeparator) {
		m.kinds[schema.ParseGroupKind(kind)] = true
	}
	for _, namespace := range split(annotations[annotationNamespaces], kindSeparator) {
		m.namespaces[namespace] = true
	}
	for _, name := range split(annotations[annotationNames], nameSeparator) {
		parts := strings.Split(name, namePartsSep)
		if len(parts) != 3 { //nolint:mnd // kind, namespace, name
			continue
		}
		kind := schema.ParseGroupKind(parts[0])
		m.names[caisson.Ref{Group: kind.Group, Kind: kind.Kind, Namespace: parts[1], Name: parts[2]}] = true
	}
	return m
}

func split(text, separator string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, separator)
}
