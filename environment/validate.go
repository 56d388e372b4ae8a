package environment

import (
	"errors"
	"fmt"
	"slices"

	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/caissonhq/caisson/workload"
)

// Validate checks every part, and the parts against each other.
func (e Environment) Validate() error { return e.validate().ToAggregate() }

func (e Environment) validate() field.ErrorList {
	e = e.withDefaults()
	errs := e.validateHead()
	errs = append(errs, under(field.NewPath("namespace"), e.Namespace.Validate())...)
	errs = append(errs, e.validatePools()...)
	errs = append(errs, e.validateServers()...)
	if len(errs) > 0 {
		return errs // whether a broken environment fits its nodes says nothing
	}
	return e.validateFit()
}

func (e Environment) validateHead() field.ErrorList {
	var errs field.ErrorList
	if e.APIVersion != APIVersion {
		errs = append(errs, field.NotSupported(field.NewPath("apiVersion"), e.APIVersion, []string{APIVersion}))
	}
	if e.Kind != Kind {
		errs = append(errs, field.NotSupported(field.NewPath("kind"), e.Kind, []string{Kind}))
	}
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
	return errs
}

func (e Environment) validatePools() field.ErrorList {
	path := field.NewPath("pools")
	if len(e.Pools) == 0 {
		return field.ErrorList{field.Required(path, "write at least one pool, like - preset: production")}
	}
	var errs field.ErrorList
	seen := map[string]bool{}
	for i, pool := range e.Pools {
		errs = append(errs, under(path.Index(i), pool.Validate())...)
		if seen[pool.Name] {
			errs = append(errs, field.Duplicate(path.Index(i).Child("name"), pool.Name))
		}
		seen[pool.Name] = true
	}
	return errs
}

func (e Environment) validateServers() field.ErrorList {
	var errs field.ErrorList
	seen := map[string]bool{}
	for i, server := range e.Servers {
		path := field.NewPath("servers").Index(i)
		errs = append(errs, under(path, server.Server.Validate())...)
		if seen[server.Name] {
			errs = append(errs, field.Duplicate(path.Child("name"), server.Name))
		}
		seen[server.Name] = true
		if server.Namespace != e.Namespace.Name {
			errs = append(errs, field.Invalid(path.Child("namespace"), server.Namespace,
				fmt.Sprintf("must be the environment's, %q: leave it out", e.Namespace.Name)))
		}
		if _, ok := e.pool(server.Pool); server.Pool != "" && !ok {
			var names []string
			for _, pool := range e.Pools {
				names = append(names, pool.Name)
			}
			errs = append(errs, field.NotSupported(path.Child("pool"), server.Pool, names))
		}
		errs = append(errs, e.validateCalls(path.Child("calls"), server)...)
	}
	return errs
}

func (e Environment) validateCalls(path *field.Path, server Server) field.ErrorList {
	var errs field.ErrorList
	for i, name := range server.Calls {
		var others []string
		for _, other := range e.Servers {
			if other.Name != server.Name {
				others = append(others, other.Name)
			}
		}
		if !slices.Contains(others, name) {
			errs = append(errs, field.NotSupported(path.Index(i), name, others))
		}
		if slices.Contains(server.Calls[:i], name) {
			errs = append(errs, field.Duplicate(path.Index(i), name))
		}
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
