package environment

import (
	"cmp"
	"slices"

	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/security"
	"github.com/caissonhq/caisson/workload"
)

// What a file begins with.
const (
	APIVersion = "caisson.dev/v1alpha1"
	Kind       = "Environment"
)

// Environment is everything that runs together in one namespace, and the nodes that it runs on.
type Environment struct {
	// APIVersion is caisson.dev/v1alpha1.
	APIVersion string `json:"apiVersion"`
	// Kind is Environment.
	Kind string `json:"kind"`
	// Name of the environment, a DNS label. It names the set of objects on the cluster, so it stays the same.
	Name string `json:"name"`
	// Profile of the workloads that do not name their own: production, staging or dev. Default: production.
	Profile workload.Profile `json:"profile,omitempty"`
	// Region of the nodes, as DigitalOcean names it. Default: fra1.
	Region string `json:"region,omitempty"`
	// Pools of nodes that the workloads run on, at least one.
	Pools []nodepool.Pool `json:"pools"`
	// Namespace of the workloads.
	Namespace security.Namespace `json:"namespace"`
	// Servers that run in it.
	Servers []Server `json:"servers,omitempty"`
}

// Server of an environment: a workload.Server that names its pool and whom it calls. Its own methods know nothing of the
// environment; Environment.Build gives what it becomes in it.
type Server struct {
	workload.Server `json:",inline"`
	// Pool to run on, by name. Default: any node without a taint.
	Pool string `json:"pool,omitempty"`
	// Calls names the servers that this one opens connections to. All others are denied.
	Calls []string `json:"calls,omitempty"`
}

const defaultRegion = "fra1"

// withDefaults hands down what the environment says to its parts.
func (e Environment) withDefaults() Environment {
	e.Profile = cmp.Or(e.Profile, workload.Production)
	e.Region = cmp.Or(e.Region, defaultRegion)
	pools := make([]nodepool.Pool, len(e.Pools))
	for i, pool := range e.Pools {
		pools[i] = pool.WithDefaults()
	}
	e.Pools = pools
	servers := slices.Clone(e.Servers)
	for i := range servers {
		server := &servers[i]
		server.Namespace = cmp.Or(server.Namespace, e.Namespace.Name)
		server.Profile = cmp.Or(server.Profile, e.Profile)
		if pool, ok := e.pool(server.Pool); ok {
			server.Placement = pool.Placement() // validate refuses one that is given beside the pool
		}
	}
	e.Servers = servers
	return e
}

// pool finds one by name, among pools that have their defaults.
func (e Environment) pool(name string) (nodepool.Pool, bool) {
	for _, pool := range e.Pools {
		if name != "" && pool.Name == name {
			return pool, true
		}
	}
	return nodepool.Pool{}, false
}

func (e Environment) server(name string) (Server, bool) {
	for _, server := range e.Servers {
		if server.Name == name {
			return server, true
		}
	}
	return Server{}, false
}

// Set that the environment's objects belong to, applied by a program: in its namespace, and of its name.
func (e Environment) Set(program string) apply.Set {
	return apply.Set{Namespace: e.Namespace.Name, Name: e.Name, Program: program}
}

func (e Environment) connections() security.Connections {
	var all security.Connections
	for _, caller := range e.Servers {
		for _, name := range caller.Calls {
			if called, ok := e.server(name); ok {
				all = append(all, security.Connection{From: caller.Peer(), To: called.Peer()})
			}
		}
	}
	return all
}
