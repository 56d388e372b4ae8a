package workload

import (
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// mebibyte is less than any program takes. Somebody who writes 256m of memory means 256Mi, and gets a quarter of a byte.
const mebibyte = 1 << 20

// manyCPUs is more than any node has: DigitalOcean's largest have less than a tenth.
const manyCPUs = 1000

func validateResources(path *field.Path, r corev1.ResourceRequirements) field.ErrorList {
	errs := validateList(path.Child("requests"), r.Requests)
	errs = append(errs, validateList(path.Child("limits"), r.Limits)...)
	if len(r.Claims) > 0 {
		errs = append(errs, field.Forbidden(path.Child("claims"),
			"claims of devices are not part of a spec: add them to what Build gives"))
	}
	for _, name := range resourceNames() {
		request, limit := r.Requests[name], r.Limits[name]
		at := path.Child("requests").Key(string(name))
		switch {
		case request.Sign() <= 0:
			errs = append(errs, field.Invalid(at, request.String(), "must be more than 0"))
		case request.Cmp(limit) > 0:
			errs = append(errs, field.Invalid(at, request.String(), above(limit)))
		}
	}
	return errs
}

func resourceNames() []corev1.ResourceName {
	return []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceEphemeralStorage}
}

func validateList(path *field.Path, list corev1.ResourceList) field.ErrorList {
	var errs field.ErrorList
	for _, name := range slices.Sorted(maps.Keys(list)) {
		quantity := list[name]
		switch {
		case !slices.Contains(resourceNames(), name):
			errs = append(errs, field.NotSupported(path, name, resourceNames()))
		case name == corev1.ResourceCPU && quantity.CmpInt64(manyCPUs) > 0:
			errs = append(errs, field.Invalid(path.Key(string(name)), quantity.String(),
				"is more CPUs than any node has: write 500m or 2; Mi and Gi are for memory"))
		case name != corev1.ResourceCPU && quantity.Sign() > 0 && quantity.Value() < mebibyte:
			errs = append(errs, field.Invalid(path.Key(string(name)), quantity.String(),
				"is less than 1Mi: write Mi or Gi after the number; m means thousandths of a byte"))
		}
	}
	return errs
}

func above(limit resource.Quantity) string {
	return fmt.Sprintf("is above the limit of %s: raise the limit or lower the request", limit.String())
}

// validateStorage compares what can be written to folders with the limit at which the pod is evicted, which is the sum of
// its containers'. Only what fits can ever fill a folder.
func (p program) validateStorage() field.ErrorList {
	limit := p.main.resources.Limits.StorageEphemeral().DeepCopy()
	var size resource.Quantity
	for _, folder := range p.folders {
		size.Add(folder.Size)
	}
	for range p.helpers() {
		size.Add(defaultSize) // their /tmp
	}
	for _, sidecar := range p.sidecars {
		limits := sidecar.container().resources.Limits
		limit.Add(*limits.StorageEphemeral())
	}
	if size.Cmp(limit) <= 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(field.NewPath("resources", "limits").Key(string(corev1.ResourceEphemeralStorage)),
		limit.String(), fmt.Sprintf("is less than the %s that the folders may hold together, and the pod would be evicted "+
			"before they are full: raise it, or write smaller sizes in folders", size.String()))}
}

// validateGoMemory keeps an autoscaler that aims at a share of the requested memory from being pinned at its maximum, and a
// container from being killed before Go tries to save memory.
func (p program) validateGoMemory() field.ErrorList {
	given, ok := variable(p.main.env, goMemLimit)
	if !ok || given.ValueFrom != nil || given.Value == "off" {
		return nil // where it comes from somewhere else, or is off, whoever wrote it decides
	}
	i := slices.IndexFunc(p.main.env, func(v corev1.EnvVar) bool { return v.Name == goMemLimit })
	path := field.NewPath("env").Index(i).Child("value")
	bytes, ok := parseGoBytes(given.Value)
	advice := "write " + goBytes(goShare*p.memoryBudget()) + ", or leave it out and write runtime: go"
	switch memory := p.main.resources.Limits.Memory(); {
	case !ok:
		return field.ErrorList{field.Invalid(path, given.Value,
			"Go reads a whole number with B, KiB, MiB, GiB or TiB after it, and does not start otherwise: "+advice)}
	case bytes > memory.AsApproximateFloat64():
		return field.ErrorList{field.Invalid(path, given.Value, fmt.Sprintf(
			"is above the limit of %s, at which the container is killed: %s", memory.String(), advice))}
	case bytes > p.memoryTarget():
		return field.ErrorList{field.Invalid(path, given.Value, fmt.Sprintf(
			"is above %d %% of the %s requested, which autoscale aims at: Go keeps the memory that it may have, "+
				"and the autoscaler would stay at its maximum: %s; or raise resources.requests[memory]",
			p.autoscale.MemoryPercent, p.main.resources.Requests.Memory(), advice))}
	}
	return nil
}
