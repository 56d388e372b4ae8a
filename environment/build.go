package environment

import (
	"errors"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/security"
	"github.com/caissonhq/caisson/workload"
)

// Objects is what an Environment is made of on the cluster. Change the fields as you like before they are applied.
type Objects struct {
	Namespace *security.NamespaceObjects
	// The workloads of each kind, by name.
	Servers   map[string]*workload.ServerObjects
	Workers   map[string]*workload.WorkerObjects
	Tasks     map[string]*workload.TaskObjects
	Schedules map[string]*workload.ScheduleObjects
	Stateful  map[string]*workload.StatefulObjects
	// Connections are the policies of both sides of each call.
	Connections *security.ConnectionObjects
}

// Build makes the objects of an environment. It talks to nothing, and gives the same for the same environment. The error
// is a list of field errors, each with the path of the field and what to write instead.
func (e Environment) Build() (*Objects, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	e = e.withDefaults()
	objs := &Objects{}
	var errs [7]error
	objs.Namespace, errs[0] = e.Namespace.Build()
	objs.Servers, errs[1] = buildAll(e.Servers, func(s Server) string { return s.Name }, Server.Build)
	objs.Workers, errs[2] = buildAll(e.Workers, func(w Worker) string { return w.Name }, Worker.Build)
	objs.Tasks, errs[3] = buildAll(e.Tasks, func(t Task) string { return t.Name }, Task.Build)
	objs.Schedules, errs[4] = buildAll(e.Schedules, func(s Schedule) string { return s.Name }, Schedule.Build)
	objs.Stateful, errs[5] = buildAll(e.Stateful, func(s Stateful) string { return s.Name }, Stateful.Build)
	objs.Connections, errs[6] = e.connections().Build()
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	return objs, nil
}

// buildAll workloads of one kind, by name.
func buildAll[S, O any](specs []S, name func(S) string, build func(S) (O, error)) (map[string]O, error) {
	all := make(map[string]O, len(specs))
	for _, one := range specs {
		objs, err := build(one)
		if err != nil {
			return nil, err
		}
		all[name(one)] = objs
	}
	return all, nil
}

// built is what any kind of workload becomes.
type built interface {
	caisson.Builder
	All() []caisson.Object
}

// workloads in the order of their kinds and names.
func (o *Objects) workloads() []built {
	all := sorted(nil, o.Servers)
	all = sorted(all, o.Workers)
	all = sorted(all, o.Tasks)
	all = sorted(all, o.Schedules)
	return sorted(all, o.Stateful)
}

func sorted[O built](all []built, more map[string]O) []built {
	for _, name := range slices.Sorted(maps.Keys(more)) {
		all = append(all, more[name])
	}
	return all
}

// All gives the objects: the namespace, the workloads in the order of their kinds and names, the connections.
func (o *Objects) All() []caisson.Object {
	var all []caisson.Object
	if o.Namespace != nil {
		all = append(all, o.Namespace.All()...)
	}
	for _, one := range o.workloads() {
		all = append(all, one.All()...)
	}
	if o.Connections != nil {
		all = append(all, o.Connections.All()...)
	}
	return all
}

// Objects gives all.
func (o *Objects) Objects() ([]caisson.Object, error) { return o.All(), nil }

// Validate runs the checks of every part.
func (o *Objects) Validate() error {
	var failed []error
	if o.Namespace != nil {
		failed = append(failed, o.Namespace.Validate())
	}
	for _, one := range o.workloads() {
		failed = append(failed, one.Validate())
	}
	if o.Connections != nil {
		failed = append(failed, o.Connections.Validate())
	}
	return errors.Join(failed...)
}

// Requires what any part requires, each component once.
func (o *Objects) Requires() []caisson.Requirement {
	seen := map[schema.GroupVersionKind]bool{}
	var all []caisson.Requirement
	add := func(required []caisson.Requirement) {
		for _, requirement := range required {
			if !seen[requirement.Kind] {
				seen[requirement.Kind] = true
				all = append(all, requirement)
			}
		}
	}
	for _, one := range o.workloads() {
		add(one.Requires())
	}
	if o.Connections != nil {
		add(o.Connections.Requires())
	}
	return all
}

// Objects builds the environment and gives all its objects.
func (e Environment) Objects() ([]caisson.Object, error) {
	objs, err := e.Build()
	if err != nil {
		return nil, err
	}
	return objs.All(), nil
}

// Requires what any part requires, each component once.
func (e Environment) Requires() []caisson.Requirement {
	objs, err := e.Build()
	if err != nil {
		return nil
	}
	return objs.Requires()
}

var (
	_ caisson.Builder = Environment{}
	_ caisson.Builder = (*Objects)(nil)
)
