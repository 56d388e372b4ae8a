package environment

import (
	"cmp"

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
	// Cluster at DigitalOcean that the pools belong to, without its region and pools, which are said beside it. Default of its
	// name: that of the environment and its profile, like shop-production, so that staging is never taken for production.
	Cluster nodepool.Cluster `json:"cluster,omitzero"`
	// Pools of nodes that the workloads run on, at least one.
	Pools []nodepool.Pool `json:"pools"`
	// Namespace of the workloads.
	Namespace security.Namespace `json:"namespace"`
	// Servers that run in it: programs that listen on a port. Names are unique among workloads of all kinds.
	Servers []Server `json:"servers,omitempty"`
	// Workers that run in it: programs without a port.
	Workers []Worker `json:"workers,omitempty"`
	// Tasks that run once for each change.
	Tasks []Task `json:"tasks,omitempty"`
	// Schedules that run again and again.
	Schedules []Schedule `json:"schedules,omitempty"`
	// Stateful programs that keep data on volumes.
	Stateful []Stateful `json:"stateful,omitempty"`
	// Outside is what the workloads call beyond the namespace.
	Outside []Outside `json:"outside,omitempty"`
}

const defaultRegion = "fra1"

// withDefaults hands down what the environment says to its parts.
func (e Environment) withDefaults() Environment {
	e.Profile = cmp.Or(e.Profile, workload.Production)
	e.Region = cmp.Or(e.Region, defaultRegion)
	e.Cluster.Name = cmp.Or(e.Cluster.Name, e.clusterName())
	pools := make([]nodepool.Pool, len(e.Pools))
	for i, pool := range e.Pools {
		pools[i] = pool.WithDefaults()
	}
	e.Pools = pools
	return e.workloadsWithDefaults()
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

// Set that the environment's objects belong to, applied by a program: in its namespace, and of its name.
func (e Environment) Set(program string) apply.Set {
	return apply.Set{Namespace: e.Namespace.Name, Name: e.Name, Program: program}
}

func (e Environment) connections() security.Connections {
	var all security.Connections
	items := e.items()
	for _, it := range items {
		if it.gateway {
			all = append(all, security.Connection{From: security.Gateway(), To: it.spec.Peer()})
		}
		for _, name := range it.calls {
			if called, ok := named(items, name); ok {
				all = append(all, security.Connection{From: it.spec.Peer(), To: called.spec.Peer()})
			} else if o, ok := e.outside(name); ok {
				all = append(all, security.Connection{From: it.spec.Peer(), To: o.peer()})
			}
		}
	}
	return all
}
