package environment

import (
	"cmp"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/workload"
)

// Server of an environment: a workload.Server that names its pool and whom it calls. Its own methods know nothing of the
// environment; Environment.Build gives what it becomes in it.
type Server struct {
	workload.Server `json:",inline"`
	// Gateway lets in what comes through the Gateways and Ingresses of the cluster.
	Gateway bool `json:"gateway,omitempty"`
	// Pool to run on, by name. Default: any node without a taint.
	Pool string `json:"pool,omitempty"`
	// Calls names the servers, the stateful programs and what is outside that this one opens connections to. All others are
	// denied.
	Calls []string `json:"calls,omitempty"`
	// Connections that each pod holds at most, by the name of what is outside and has MaxConnections.
	Connections map[string]int32 `json:"connections,omitempty"`
}

// Worker of an environment: a workload.Worker that names its pool and whom it calls, as a Server does.
type Worker struct {
	workload.Worker `json:",inline"`
	// Pool to run on, by name. Default: any node without a taint.
	Pool string `json:"pool,omitempty"`
	// Calls names the servers, the stateful programs and what is outside that this one opens connections to. All others are
	// denied.
	Calls []string `json:"calls,omitempty"`
	// Connections that each pod holds at most, by the name of what is outside and has MaxConnections.
	Connections map[string]int32 `json:"connections,omitempty"`
}

// Task of an environment: a workload.Task that names its pool and whom it calls, as a Server does.
type Task struct {
	workload.Task `json:",inline"`
	// Pool to run on, by name. Default: any node without a taint.
	Pool string `json:"pool,omitempty"`
	// Calls names the servers, the stateful programs and what is outside that this one opens connections to. All others are
	// denied.
	Calls []string `json:"calls,omitempty"`
	// Connections that each pod holds at most, by the name of what is outside and has MaxConnections.
	Connections map[string]int32 `json:"connections,omitempty"`
}

// Schedule of an environment: a workload.Schedule that names its pool and whom it calls, as a Server does.
type Schedule struct {
	workload.Schedule `json:",inline"`
	// Pool to run on, by name. Default: any node without a taint.
	Pool string `json:"pool,omitempty"`
	// Calls names the servers, the stateful programs and what is outside that this one opens connections to. All others are
	// denied.
	Calls []string `json:"calls,omitempty"`
	// Connections that each pod holds at most, by the name of what is outside and has MaxConnections.
	Connections map[string]int32 `json:"connections,omitempty"`
}

// Stateful of an environment: a workload.Stateful that names its pool and whom it calls, as a Server does.
type Stateful struct {
	workload.Stateful `json:",inline"`
	// Pool to run on, by name. Default: any node without a taint.
	Pool string `json:"pool,omitempty"`
	// Calls names the servers, the stateful programs and what is outside that this one opens connections to. All others are
	// denied; replicas that call each other name their own.
	Calls []string `json:"calls,omitempty"`
	// Connections that each pod holds at most, by the name of what is outside and has MaxConnections.
	Connections map[string]int32 `json:"connections,omitempty"`
}

// item is what an environment knows of a workload, whatever its kind.
type item struct {
	kind      string // as people call it
	path      *field.Path
	name      string
	namespace *string
	profile   *workload.Profile
	placement *caisson.Placement
	pool      string
	calls     []string
	// connections by the name of what is outside.
	connections map[string]int32
	gateway     bool
	spec        spec
}

type spec interface {
	caisson.Builder
	Peer() caisson.Peer
}

// items point into the environment's lists.
func (e Environment) items() []item {
	all := make([]item, 0, len(e.Servers)+len(e.Workers)+len(e.Tasks)+len(e.Schedules)+len(e.Stateful))
	for i := range e.Servers {
		s := &e.Servers[i]
		all = append(all, item{
			"server", at("servers", i), s.Name, &s.Namespace, &s.Profile, &s.Placement, s.Pool, s.Calls,
			s.Connections, s.Gateway, s.Server,
		})
	}
	for i := range e.Workers {
		w := &e.Workers[i]
		all = append(all, item{
			"worker", at("workers", i), w.Name, &w.Namespace, &w.Profile, &w.Placement, w.Pool, w.Calls,
			w.Connections, false, w.Worker,
		})
	}
	for i := range e.Tasks {
		t := &e.Tasks[i]
		all = append(all, item{
			"task", at("tasks", i), t.Name, &t.Namespace, &t.Profile, &t.Placement, t.Pool, t.Calls,
			t.Connections, false, t.Task,
		})
	}
	for i := range e.Schedules {
		s := &e.Schedules[i]
		all = append(all, item{
			"schedule", at("schedules", i), s.Name, &s.Namespace, &s.Profile, &s.Placement, s.Pool, s.Calls,
			s.Connections, false, s.Schedule,
		})
	}
	for i := range e.Stateful {
		s := &e.Stateful[i]
		all = append(all, item{
			"stateful", at("stateful", i), s.Name, &s.Namespace, &s.Profile, &s.Placement, s.Pool, s.Calls,
			s.Connections, false, s.Stateful,
		})
	}
	return all
}

func at(list string, i int) *field.Path { return field.NewPath(list).Index(i) }

// workloadsWithDefaults hands down what the environment says to copies of its workloads.
func (e Environment) workloadsWithDefaults() Environment {
	e.Servers, e.Workers, e.Tasks = slices.Clone(e.Servers), slices.Clone(e.Workers), slices.Clone(e.Tasks)
	e.Schedules, e.Stateful = slices.Clone(e.Schedules), slices.Clone(e.Stateful)
	for _, it := range e.items() {
		*it.namespace = cmp.Or(*it.namespace, e.Namespace.Name)
		*it.profile = cmp.Or(*it.profile, e.Profile)
		if pool, ok := e.pool(it.pool); ok {
			*it.placement = pool.Placement() // validate refuses one that is given beside the pool
		}
	}
	return e
}

// named finds a workload by name.
func named(all []item, name string) (item, bool) {
	i := slices.IndexFunc(all, func(it item) bool { return it.name == name })
	if i < 0 {
		return item{}, false
	}
	return all[i], true
}

// listens tells that there is a port to call.
func (it item) listens() bool { return len(it.spec.Peer().Ports) > 0 }
