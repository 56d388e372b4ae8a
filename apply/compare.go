package apply

import (
	"sync"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/client-go/applyconfigurations"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/structured-merge-diff/v6/typed"
	"sigs.k8s.io/structured-merge-diff/v6/value"
)

// converter knows the merge rules of every built-in kind. Making it parses their schema, which takes a tenth of a second:
// only runs that find an object that is not obviously as wanted pay for it, once.
var converter = sync.OnceValue(func() managedfields.TypeConverter {
	return applyconfigurations.NewTypeConverter(scheme.Scheme)
})

// differs says whether applying what is sent could change the live object. In doubt it does: a needless apply costs one
// request and changes nothing, a needed one that is left out goes unseen. A field that is no longer wanted shows in the
// intent's hash, which is one of the annotations.
func differs(sent, live *unstructured.Unstructured) bool {
	if live.GetAnnotations()[annotationIntent] != sent.GetAnnotations()[annotationIntent] {
		return true
	}
	if granular().holds(sent.GroupVersionKind(), live.Object, sent.Object) {
		return false
	}
	before, err := converter().ObjectToTyped(live, typed.AllowDuplicates)
	if err != nil {
		return differsStrictly(sent, live) // no built-in kind
	}
	wanted, err := converter().ObjectToTyped(sent)
	if err != nil {
		return true
	}
	after, err := before.Merge(wanted)
	return err != nil || !value.Equals(before.AsValue(), after.AsValue()) // also of another order
}

// differsStrictly is for kinds without known merge rules: all that is sent must be there and nothing else, but for
// labels, annotations and what only the server writes.
func differsStrictly(sent, live *unstructured.Unstructured) bool {
	for key, value := range sent.Object {
		if now, ok := live.Object[key]; key != "metadata" && (!ok || !identical(value, now)) {
			return true // a null that is not there is a difference too
		}
	}
	owners, finalizers := sent.GetOwnerReferences(), sent.GetFinalizers()
	return !contains(live.GetLabels(), sent.GetLabels()) || !contains(live.GetAnnotations(), sent.GetAnnotations()) ||
		(len(owners) > 0 && !equality.Semantic.DeepEqual(owners, live.GetOwnerReferences())) ||
		(len(finalizers) > 0 && !equality.Semantic.DeepEqual(finalizers, live.GetFinalizers()))
}

func contains(all, some map[string]string) bool {
	for key, value := range some {
		if got, ok := all[key]; !ok || got != value {
			return false
		}
	}
	return true
}
