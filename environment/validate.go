package environment

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

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
	for i, server := range given.Servers {
		for _, err := range e.validateServer(i, server) {
			if !repeats(err, i, server, errs) {
				errs = append(errs, err)
			}
		}
	}
	if len(errs) > 0 {
		return errs // whether a broken environment fits its nodes says nothing
	}
	return e.validateFit()
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
		if pool.Count > left {
			errs = append(errs, field.Invalid(at.Child("count"), pool.Count,
				fmt.Sprintf("a cluster has at most %d nodes: write a smaller number", maxNodes)))
			continue
		}
		left -= max(0, pool.Count)
	}
	return errs
}

// validateServer checks a server that has its defaults; given is the same without them.
func (e Environment) validateServer(i int, given Server) field.ErrorList {
	server := e.Servers[i]
	path := field.NewPath("servers").Index(i)
	errs := under(path, server.Validate())
	same := func(other Server) bool { return other.Name == server.Name }
	if server.Name != "" && slices.ContainsFunc(e.Servers[:i], same) {
		errs = append(errs, field.Duplicate(path.Child("name"), server.Name))
	}
	if server.Namespace != e.Namespace.Name {
		errs = append(errs, field.Invalid(path.Child("namespace"), server.Namespace,
			fmt.Sprintf("must be the environment's, %q: leave it out", e.Namespace.Name)))
	}
	if server.Pool != "" {
		errs = append(errs, e.validatePool(path, given)...)
	}
	errs = append(errs, e.validateLimits(path, server)...)
	return append(errs, e.validateCalls(path.Child("calls"), server)...)
}

func (e Environment) validatePool(path *field.Path, given Server) field.ErrorList {
	var errs field.ErrorList
	if _, ok := e.pool(given.Pool); !ok {
		var names []string
		for _, pool := range e.Pools {
			if pool.Name != "" {
				names = append(names, pool.Name)
			}
		}
		errs = append(errs, field.NotSupported(path.Child("pool"), given.Pool, names))
	}
	if len(given.Placement.NodeSelector)+len(given.Placement.Tolerations) > 0 {
		errs = append(errs, field.Invalid(path.Child("placement"), field.OmitValueType{},
			"pool is given too, and says the same: keep one of them"))
	}
	return errs
}

// validateLimits compares a server with what the namespace lets a container have: the API server would refuse its pods.
func (e Environment) validateLimits(path *field.Path, server Server) field.ErrorList {
	namespace, err := e.Namespace.Build()
	if err != nil || namespace.LimitRange == nil {
		return nil // the namespace's own mistakes are told with it
	}
	objs, err := server.Build()
	if err != nil {
		return nil
	}
	var errs field.ErrorList
	limits := objs.Deployment.Spec.Template.Spec.Containers[0].Resources.Limits
	for _, item := range namespace.LimitRange.Spec.Limits {
		for _, name := range slices.Sorted(maps.Keys(item.Max)) {
			most, limit := item.Max[name], limits[name]
			if limit.Cmp(most) > 0 {
				errs = append(errs, field.Invalid(path.Child("resources", "limits").Key(string(name)), limit.String(),
					fmt.Sprintf("is above %s, the most that a container of the namespace may have: "+
						"lower it, or raise namespace.limits.max[%s]", most.String(), name)))
			}
		}
	}
	return errs
}

func (e Environment) validateCalls(path *field.Path, server Server) field.ErrorList {
	var errs field.ErrorList
	for i, name := range server.Calls {
		at := path.Index(i)
		_, known := e.server(name)
		switch {
		case slices.Contains(server.Calls[:i], name):
			errs = append(errs, field.Duplicate(at, name))
		case name == server.Name:
			errs = append(errs, field.Invalid(at, name, "is this server itself: leave it out"))
		case !known:
			errs = append(errs, field.Invalid(at, name, "there is no such server"+e.others(server)))
		}
	}
	return errs
}

// others that a server can call.
func (e Environment) others(server Server) string {
	var names []string
	for _, other := range e.Servers {
		if other.Name != server.Name && other.Name != "" {
			names = append(names, strconv.Quote(other.Name))
		}
	}
	if len(names) == 0 {
		return ", nor any other than this one"
	}
	return ": write one of " + strings.Join(names, ", ")
}

// repeats tells that an error is about what a server has from the environment, where it has been told already.
func repeats(err *field.Error, i int, given Server, told field.ErrorList) bool {
	path := field.NewPath("servers").Index(i)
	var origin string
	switch {
	case err.Field == path.Child("profile").String() && given.Profile == "":
		origin = "profile"
	case err.Field == path.Child("namespace").String() && given.Namespace == "":
		origin = "namespace.name"
	default:
		return false
	}
	return slices.ContainsFunc(told, func(other *field.Error) bool { return other.Field == origin })
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
