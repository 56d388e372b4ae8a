package apply

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/caissonhq/caisson"
)

// memory is where objects of a set may be: every kind in every namespace.
type memory struct {
	own        string // the parent's namespace, which need not be remembered
	kinds      map[schema.GroupKind]bool
	namespaces map[string]bool
}

func newMemory(set Set, refs ...caisson.Ref) memory {
	m := memory{set.Namespace, map[schema.GroupKind]bool{}, map[string]bool{set.Namespace: true}}
	for _, ref := range refs {
		m.kinds[ref.GroupKind()] = true
		if ref.Namespace != "" {
			m.namespaces[ref.Namespace] = true
		}
	}
	return m
}

func (m memory) with(other memory) memory {
	for kind := range other.kinds {
		m.kinds[kind] = true
	}
	for namespace := range other.namespaces {
		m.namespaces[namespace] = true
	}
	return m
}

// covers says whether all of other is remembered.
func (m memory) covers(other memory) bool {
	for kind := range other.kinds {
		if !m.kinds[kind] {
			return false
		}
	}
	for namespace := range other.namespaces {
		if !m.namespaces[namespace] {
			return false
		}
	}
	return true
}

// texts for the parent's annotations.
func (m memory) texts() (kinds, namespaces string) {
	names, others := make([]string, 0, len(m.kinds)), make([]string, 0, len(m.namespaces))
	for kind := range m.kinds {
		names = append(names, kind.String())
	}
	for namespace := range m.namespaces {
		if namespace != m.own {
			others = append(others, namespace)
		}
	}
	slices.Sort(names)
	slices.Sort(others)
	return strings.Join(names, ","), strings.Join(others, ",")
}
