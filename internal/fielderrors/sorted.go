// Package fielderrors helps with lists of errors about the fields of a spec.
package fielderrors

import (
	"cmp"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Sorted by path and value. Kubernetes' own validation of labels and annotations walks through a map, so that the same spec
// would be told about in another order each time.
func Sorted(errs field.ErrorList) field.ErrorList {
	slices.SortStableFunc(errs, func(a, b *field.Error) int {
		return cmp.Or(
			cmp.Compare(a.Field, b.Field),
			cmp.Compare(fmt.Sprint(a.BadValue), fmt.Sprint(b.BadValue)),
			cmp.Compare(a.Detail, b.Detail),
		)
	})
	return errs
}
