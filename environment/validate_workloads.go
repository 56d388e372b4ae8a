package environment

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// validateItem checks a workload that has its defaults; given is the same without them.
func (e Environment) validateItem(items []item, i int, given item) field.ErrorList {
	it := items[i]
	errs := under(it.path, it.spec.Validate())
	if _, taken := named(items[:i], it.name); taken && it.name != "" {
		errs = append(errs, field.Duplicate(it.path.Child("name"), it.name))
	}
	errs = append(errs, validateHeadless(items, it)...)
	if *it.namespace != e.Namespace.Name {
		errs = append(errs, field.Invalid(it.path.Child("namespace"), *it.namespace,
			fmt.Sprintf("must be the environment's, %q: leave it out", e.Namespace.Name)))
	}
	if it.pool != "" {
		errs = append(errs, e.validatePool(given)...)
	}
	errs = append(errs, e.validateLimits(it)...)
	errs = append(errs, e.validateCalls(items, it)...)
	return append(errs, e.validateHeld(it)...)
}

// validateHeadless keeps the second Service of a stateful program from being that of another workload.
func validateHeadless(items []item, it item) field.ErrorList {
	if it.kind != "stateful" {
		return nil
	}
	other, taken := named(items, it.name+"-headless")
	if !taken || !other.listens() {
		return nil
	}
	return field.ErrorList{field.Invalid(it.path.Child("name"), it.name, fmt.Sprintf(
		"needs a Service of the name %s, which is that of %s: choose another for one of them", other.name, other.path))}
}

func (e Environment) validatePool(given item) field.ErrorList {
	var errs field.ErrorList
	if _, ok := e.pool(given.pool); !ok {
		var names []string
		for _, pool := range e.Pools {
			if pool.Name != "" {
				names = append(names, pool.Name)
			}
		}
		errs = append(errs, field.NotSupported(given.path.Child("pool"), given.pool, names))
	}
	if len(given.placement.NodeSelector)+len(given.placement.Tolerations) > 0 {
		errs = append(errs, field.Invalid(given.path.Child("placement"), field.OmitValueType{},
			"pool is given too, and says the same: keep one of them"))
	}
	return errs
}

// validateLimits compares a workload with what the namespace lets a container have: the API server would refuse its pods.
func (e Environment) validateLimits(it item) field.ErrorList {
	namespace, err := e.Namespace.Build()
	if err != nil || namespace.LimitRange == nil {
		return nil // the namespace's own mistakes are told with it
	}
	objects, err := it.spec.Objects()
	if err != nil {
		return nil
	}
	spec := demandOf(objects).spec
	sidecars := 0
	var errs field.ErrorList
	check := func(path *field.Path, container corev1.Container) {
		for _, item := range namespace.LimitRange.Spec.Limits {
			for _, name := range slices.Sorted(maps.Keys(item.Max)) {
				most, limit := item.Max[name], container.Resources.Limits[name]
				if limit.Cmp(most) > 0 {
					errs = append(errs, field.Invalid(path.Child("resources", "limits").Key(string(name)), limit.String(),
						fmt.Sprintf("is above %s, the most that a container of the namespace may have: "+
							"lower it, or raise namespace.limits.max[%s]", most.String(), name)))
				}
			}
		}
	}
	check(it.path, spec.Containers[0])
	for i, container := range spec.InitContainers { // sidecars come first
		if container.RestartPolicy != nil {
			check(it.path.Child("sidecars").Index(i), container)
			sidecars++
		} else {
			check(it.path.Child("init").Index(i-sidecars), container)
		}
	}
	return errs
}

func (e Environment) validateCalls(items []item, it item) field.ErrorList {
	var errs field.ErrorList
	for i, name := range it.calls {
		path := it.path.Child("calls").Index(i)
		called, known := named(items, name)
		_, outside := e.outside(name)
		switch {
		case slices.Contains(it.calls[:i], name):
			errs = append(errs, field.Duplicate(path, name))
		case name == it.name && it.kind == "stateful": // replicas of a database talk to each other
		case name == it.name:
			errs = append(errs, field.Invalid(path, name, "is this "+it.kind+" itself: leave it out"))
		case outside: // one that has a workload's name is told by itself
		case !known:
			errs = append(errs, field.Invalid(path, name, "there is no such server"+e.others(items, it)))
		case !called.listens():
			errs = append(errs, field.Invalid(path, name,
				"is a "+called.kind+", which listens on no port: leave it out, or let that one call"))
		}
	}
	return errs
}

// others that a workload can call.
func (e Environment) others(items []item, it item) string {
	var names []string
	for _, other := range items {
		if other.name != it.name && other.name != "" && other.listens() {
			names = append(names, strconv.Quote(other.name))
		}
	}
	for _, o := range e.Outside {
		names = append(names, strconv.Quote(o.Name))
	}
	if len(names) == 0 {
		return ", nor any other than this one"
	}
	return ": write one of " + strings.Join(names, ", ")
}

// repeats tells that an error is about what a workload has from the environment, where it has been told already.
func repeats(err *field.Error, given item, told field.ErrorList) bool {
	var origin string
	switch {
	case err.Field == given.path.Child("profile").String() && *given.profile == "":
		origin = "profile"
	case err.Field == given.path.Child("namespace").String() && *given.namespace == "":
		origin = "namespace.name"
	default:
		return false
	}
	return slices.ContainsFunc(told, func(other *field.Error) bool { return other.Field == origin })
}
