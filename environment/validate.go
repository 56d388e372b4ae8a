package environment

import (
	"errors"
	"fmt"
	"slices"

	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/workload"
)

// Validate checks every part, and the parts against each other.
func (e Environment) Validate() error { return e.validate().ToAggregate() }

func (e Environment) validate() field.ErrorList {
	given := e
	e = e.withDefaults()
	errs := e.validateHead()
	errs = append(errs, under(field.NewPath("namespace"), e.Namespace.Validate())...)
	errs = append(errs, e.validatePools()...)
	errs = append(errs, e.validateCluster(errs)...)
	items := e.items()
	for i, as := range given.items() {
		for _, err := range e.validateItem(items, i, as) {
			if !repeats(err, as, errs) {
				errs = append(errs, err)
			}
		}
	}
	errs = append(errs, e.validateOutside(items)...)
	if len(errs) > 0 {
		return errs // whether a broken environment fits its nodes says nothing
	}
	if errs = e.validateFit(); len(errs) > 0 {
		return errs
	}
	return append(e.validateQuota(), e.validateConnections(items)...)
}

func (e Environment) validateHead() field.ErrorList {
	errs := one(field.NewPath("apiVersion"), e.APIVersion, APIVersion)
	errs = append(errs, one(field.NewPath("kind"), e.Kind, Kind)...)
	if e.Name == "" {
		errs = append(errs, field.Required(field.NewPath("name"), `write a DNS label, like "shop"`))
	} else {
		for _, message := range validation.IsDNS1123Label(e.Name) {
			errs = append(errs, field.Invalid(field.NewPath("name"), e.Name, message))
		}
	}
	if profiles := workload.Profiles(); !slices.Contains(profiles, e.Profile) {
		errs = append(errs, field.NotSupported(field.NewPath("profile"), e.Profile, profiles))
	}
	for _, message := range validation.IsDNS1123Label(e.Region) { // it becomes a label of the nodes
		errs = append(errs, field.Invalid(field.NewPath("region"), e.Region, message))
	}
	return errs
}

func one(path *field.Path, given, wanted string) field.ErrorList {
	switch given {
	case wanted:
		return nil
	case "":
		return field.ErrorList{field.Required(path, "write "+wanted)}
	default:
		return field.ErrorList{field.NotSupported(path, given, []string{wanted})}
	}
}

// maxNodes that Kubernetes is made for: https://kubernetes.io/docs/setup/best-practices/cluster-large/
const maxNodes = 5000

func (e Environment) validatePools() field.ErrorList {
	path := field.NewPath("pools")
	if len(e.Pools) == 0 {
		return field.ErrorList{field.Required(path, "write at least one pool, like - preset: production")}
	}
	var errs field.ErrorList
	seen := map[string]bool{}
	left := maxNodes
	for i, pool := range e.Pools {
		at := path.Index(i)
		errs = append(errs, under(at, pool.Validate())...)
		if seen[pool.Name] && pool.Name != "" {
			errs = append(errs, field.Duplicate(at.Child("name"), pool.Name))
		}
		seen[pool.Name] = true
		if _, err := nodepool.Capacity(pool.Size); pool.Size != "" && err != nil {
			errs = append(errs, field.Invalid(at.Child("size"), field.OmitValueType{}, err.Error()))
		}
		most, path := pool.MaxCount(), at.Child("count")
		if pool.Autoscale != nil {
			path = at.Child("autoscale", "max")
		}
		if most > left {
			errs = append(errs, field.Invalid(path, most,
				fmt.Sprintf("a cluster has at most %d nodes: write a smaller number", maxNodes)))
			continue
		}
		left -= max(0, most)
	}
	return errs
}

// under puts the path of a part before the paths of its errors.
func under(path *field.Path, err error) field.ErrorList {
	if err == nil {
		return nil
	}
	var all utilerrors.Aggregate
	if !errors.As(err, &all) {
		return field.ErrorList{field.InternalError(path, err)}
	}
	var errs field.ErrorList
	for _, one := range all.Errors() {
		var fieldErr *field.Error
		if !errors.As(one, &fieldErr) {
			errs = append(errs, field.InternalError(path, one))
			continue
		}
		moved := *fieldErr
		moved.Field = path.String() + "." + fieldErr.Field
		errs = append(errs, &moved)
	}
	return errs
}
