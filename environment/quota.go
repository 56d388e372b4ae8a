package environment

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// validateQuota adds up what the workloads have at their most, each with the additional replica of a rolling update, since
// one apply can roll all of them. What is above the namespace's quota would be refused by the API server one day, when the
// load is highest.
func (e Environment) validateQuota() field.ErrorList {
	namespace, err := e.Namespace.Build()
	if err != nil || namespace.ResourceQuota == nil {
		return nil
	}
	hard := namespace.ResourceQuota.Spec.Hard
	items := e.items()
	demands := make([]demand, len(items))
	for i, it := range items {
		objects, err := it.spec.Objects()
		if err != nil {
			return under(it.path, err)
		}
		demands[i] = demandOf(objects)
	}
	var errs field.ErrorList
	for _, name := range slices.Sorted(maps.Keys(hard)) {
		var total, largest resource.Quantity
		var most string
		for i, d := range demands {
			need := d.ofQuota(name)
			total.Add(need)
			if need.Cmp(largest) > 0 {
				largest, most = need, fmt.Sprintf("%s with %s takes %s of it", items[i].path, d.pods(), need.String())
			}
		}
		if quantity := hard[name]; total.Cmp(quantity) > 0 {
			errs = append(errs, field.Invalid(field.NewPath("namespace", "quota").Key(string(name)), quantity.String(),
				fmt.Sprintf("the workloads need %s at their most, and %s: write %s or more here, or lower autoscale.max, "+
					"replicas or resources there", total.String(), most, total.String())))
		}
	}
	return errs
}

// pods in words.
func (d demand) pods() string {
	text := fmt.Sprintf("%d pods", d.most)
	if d.most == 1 {
		text = "1 pod"
	}
	if d.surge > 0 && d.most > 0 {
		text += " and 1 more in a rolling update"
	}
	return text
}

// ofQuota is what counts against one key of a quota: nothing for keys that are about something else.
func (d demand) ofQuota(name corev1.ResourceName) resource.Quantity {
	key, limit := strings.CutPrefix(string(name), "limits.")
	of := d.requests
	if limit {
		of = d.limits
	} else {
		key = strings.TrimPrefix(key, corev1.DefaultResourceRequestsPrefix) // cpu alone means requests.cpu
	}
	var one resource.Quantity
	count := int64(d.most)
	switch name {
	case corev1.ResourcePersistentVolumeClaims:
		one = *resource.NewQuantity(int64(len(d.claims)), resource.DecimalSI)
	case corev1.ResourceRequestsStorage:
		for _, claim := range d.claims {
			one.Add(*claim.Spec.Resources.Requests.Storage())
		}
	default:
		one = of[corev1.ResourceName(key)].DeepCopy()
		if d.most > 0 {
			count += int64(d.surge)
		}
	}
	one.Mul(count)
	return one
}
