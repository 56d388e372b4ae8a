package nodepool

import (
	"cmp"
	"math"
	"reflect"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilversion "k8s.io/apimachinery/pkg/util/version"
	apiversion "k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/kubernetes/scheme"
)

// removal is a version of a kind that Kubernetes 1.minor does not serve any more.
type removal struct {
	kind    schema.GroupVersionKind
	minor   uint
	instead schema.GroupVersionKind // empty if nothing takes its place
}

// removals that come after one minor, up to another, in the order of their kinds. The types of k8s.io/api say themselves when
// they end: nothing is asked, and nothing has to be kept up to date by hand.
func removals(after, upTo uint) []removal {
	var all []removal
	for kind, of := range scheme.Scheme.AllKnownTypes() {
		if _, object := reflect.TypeAssert[metav1.Object](reflect.New(of)); !object {
			continue // a list, or options of a request
		}
		if minor := lastsUntil(of); minor > after && minor <= upTo {
			all = append(all, removal{kind: kind, minor: minor, instead: instead(kind, upTo)})
		}
	}
	slices.SortFunc(all, func(a, b removal) int { return cmp.Compare(a.kind.String(), b.kind.String()) })
	return all
}

// forever is later than any minor.
const forever = math.MaxUint

// What types of k8s.io/api say of their ends.
type (
	ending   interface{ APILifecycleRemoved() (major, minor int) }
	replaced interface {
		APILifecycleReplacement() schema.GroupVersionKind
	}
)

// lastsUntil is the minor of Kubernetes that does not serve a type any more.
func lastsUntil(of reflect.Type) uint {
	ends, ok := reflect.TypeAssert[ending](reflect.New(of))
	if !ok {
		return forever
	}
	_, minor := ends.APILifecycleRemoved()
	return uint(minor)
}

// instead of a kind that ends: what it says itself, or the most stable version of it that is there at a minor. Nothing, if all
// that is left is less stable.
func instead(kind schema.GroupVersionKind, minor uint) schema.GroupVersionKind {
	known := scheme.Scheme.AllKnownTypes()
	if named, ok := reflect.TypeAssert[replaced](reflect.New(known[kind])); ok {
		next := named.APILifecycleReplacement()
		if of, there := known[next]; there && lastsUntil(of) <= minor {
			return instead(next, minor)
		}
		return next
	}
	best := kind
	for other, of := range known {
		if other.GroupKind() == kind.GroupKind() && lastsUntil(of) > minor &&
			apiversion.CompareKubeAwareVersionStrings(other.Version, best.Version) > 0 {
			best = other
		}
	}
	if best == kind {
		return schema.GroupVersionKind{}
	}
	return best
}

// minorOf a version of Kubernetes 1, however it is written: 36 of 1.36.2-do.0. 0 if it cannot be read.
func minorOf(version string) uint {
	parsed, err := utilversion.ParseGeneric(version)
	if err != nil {
		return 0
	}
	return parsed.Minor()
}
