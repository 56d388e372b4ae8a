package environment

import (
	"errors"
	"maps"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/security"
	"github.com/caissonhq/caisson/workload"
)

// Objects is what an Environment is made of on the cluster. Change the fields as you like before they are applied.
type Objects struct {
	Namespace *security.NamespaceObjects
	// Servers by name.
	Servers map[string]*workload.ServerObjects
	// Connections are the policies of both sides of each call.
	Connections []*networkingv1.NetworkPolicy
}

// Build makes the objects of an environment. It talks to nothing, and gives the same for the same environment. The error
// is a list of field errors, each with the path of the field and what to write instead.
func (e Environment) Build() (*Objects, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	e = e.withDefaults()
	objs := &Objects{Servers: map[string]*workload.ServerObjects{}}
	var err error
	if objs.Namespace, err = e.Namespace.Build(); err != nil {
		return nil, err
	}
	for _, server := range e.Servers {
		if objs.Servers[server.Name], err = server.Build(); err != nil {
			return nil, err
		}
	}
	connections, err := e.connections().Build()
	if err != nil {
		return nil, err
	}
	objs.Connections = connections.NetworkPolicies // servers are pods: no other kind of policy is needed
	return objs, nil
}

// All gives the objects: the namespace, the servers in the order of their names, the connections.
func (o *Objects) All() []caisson.Object {
	var all []caisson.Object
	if o.Namespace != nil {
		all = append(all, o.Namespace.All()...)
	}
	for _, name := range slices.Sorted(maps.Keys(o.Servers)) {
		all = append(all, o.Servers[name].All()...)
	}
	for _, policy := range o.Connections {
		all = append(all, policy)
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
	for _, name := range slices.Sorted(maps.Keys(o.Servers)) {
		failed = append(failed, o.Servers[name].Validate())
	}
	return errors.Join(failed...)
}

// Requires what any part requires, each component once.
func (o *Objects) Requires() []caisson.Requirement {
	seen := map[schema.GroupVersionKind]bool{}
	var all []caisson.Requirement
	for _, name := range slices.Sorted(maps.Keys(o.Servers)) {
		for _, requirement := range o.Servers[name].Requires() {
			if !seen[requirement.Kind] {
				seen[requirement.Kind] = true
				all = append(all, requirement)
			}
		}
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
