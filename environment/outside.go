package environment

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/security"
)

// Outside is what workloads call beyond the namespace: a managed database, the API of a partner, the cluster's API server.
// One of CIDRs, Internet and APIServer says what it is.
type Outside struct {
	// Name that workloads call it by, a DNS label, unlike those of all workloads.
	Name string `json:"name"`
	// CIDRs of its addresses, like 10.110.0.0/20 for the databases in a VPC.
	CIDRs []string `json:"cidrs,omitempty"`
	// Internet is every address but the private ones.
	Internet bool `json:"internet,omitempty"`
	// APIServer is that of the cluster. It has its own ports.
	APIServer bool `json:"apiServer,omitempty"`
	// Ports that are called, of TCP.
	Ports []int32 `json:"ports,omitempty"`
	// MaxConnections that it takes at once. The workloads then say how many each of their pods holds, and have to keep to it
	// with all pods there can be: DigitalOcean's PostgreSQL takes 25 for each GB of memory, less 3. Default: not checked.
	MaxConnections int32 `json:"maxConnections,omitempty"`
}

func (o Outside) peer() caisson.Peer {
	peer := security.Addresses(o.Name, o.CIDRs, o.Ports...)
	switch {
	case o.Internet:
		peer = security.Internet(o.Ports...)
	case o.APIServer:
		peer = security.KubeAPIServer()
	}
	peer.Name = o.Name
	return peer
}

func (e Environment) outside(name string) (Outside, bool) {
	i := slices.IndexFunc(e.Outside, func(o Outside) bool { return o.Name == name })
	if i < 0 {
		return Outside{}, false
	}
	return e.Outside[i], true
}

func (e Environment) validateOutside(items []item) field.ErrorList {
	var errs field.ErrorList
	for i, o := range e.Outside {
		path := at("outside", i)
		errs = append(errs, o.validate(path)...)
		if _, taken := named(items, o.Name); taken || slices.ContainsFunc(e.Outside[:i], func(other Outside) bool {
			return other.Name == o.Name
		}) {
			errs = append(errs, field.Duplicate(path.Child("name"), o.Name))
		}
	}
	return errs
}

func (o Outside) validate(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, message := range validation.IsDNS1123Label(o.Name) {
		errs = append(errs, field.Invalid(path.Child("name"), o.Name, message))
	}
	kinds := 0
	for _, given := range []bool{len(o.CIDRs) > 0, o.Internet, o.APIServer} {
		if given {
			kinds++
		}
	}
	switch {
	case kinds != 1:
		return append(errs, field.Invalid(path, field.OmitValueType{}, "write one of cidrs, internet: true and apiServer: true"))
	case o.APIServer && len(o.Ports) > 0:
		errs = append(errs, field.Invalid(path.Child("ports"), o.Ports, "the API server has its own: leave them out"))
	case !o.APIServer && len(o.Ports) == 0:
		errs = append(errs, field.Required(path.Child("ports"), "write those that are called, like [443]"))
	}
	if o.MaxConnections < 0 {
		errs = append(errs, field.Invalid(path.Child("maxConnections"), o.MaxConnections,
			"must be at least 1; leave it out if it is not known"))
	}
	if len(errs) > 0 {
		return errs
	}
	// What is wrong with the peer is said of a connection to it, from anybody.
	anybody := caisson.Peer{Name: "anybody", Namespace: "anywhere", Labels: map[string]string{caisson.LabelInstance: "anybody"}}
	for _, err := range under(path, security.Connections{{From: anybody, To: o.peer()}}.Validate()) {
		err.Field = strings.TrimSuffix(strings.Replace(err.Field, "connections[0].to.", "", 1), ".port") // ports are numbers here
		errs = append(errs, err)
	}
	return errs
}

// validateConnections adds up what all pods can hold at once, as validateQuota does with what they request.
func (e Environment) validateConnections(items []item) field.ErrorList {
	var errs field.ErrorList
	for i, o := range e.Outside {
		if o.MaxConnections == 0 {
			continue
		}
		var total int64
		var each []string
		for _, it := range items {
			held := int64(it.connections[o.Name])
			if held == 0 {
				continue // that it calls it without a number is told by validateHeld
			}
			objects, err := it.spec.Objects()
			if err != nil {
				return append(errs, under(it.path, err)...)
			}
			d := demandOf(objects)
			total += held * int64(d.most+d.surge)
			each = append(each, fmt.Sprintf("%s %d with %s", it.path, held*int64(d.most+d.surge), d.pods()))
		}
		if total > int64(o.MaxConnections) {
			errs = append(errs, field.Invalid(at("outside", i).Child("maxConnections"), o.MaxConnections, fmt.Sprintf(
				"the workloads hold %d at their most (%s): lower connections, autoscale.max or replicas there, or put a pooler "+
					"between them and take a larger database", total, strings.Join(each, ", "))))
		}
	}
	return errs
}

// validateHeld checks the connections that a workload says it holds.
func (e Environment) validateHeld(it item) field.ErrorList {
	var errs field.ErrorList
	path := it.path.Child("connections")
	for _, name := range it.calls {
		if o, known := e.outside(name); known && o.MaxConnections > 0 && it.connections[name] <= 0 {
			errs = append(errs, field.Required(path.Key(name),
				fmt.Sprintf("write how many each pod holds at most: %s takes %d in all", name, o.MaxConnections)))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(it.connections)) {
		o, known := e.outside(name)
		if !known || o.MaxConnections == 0 || !slices.Contains(it.calls, name) {
			errs = append(errs, field.Invalid(path.Key(name), it.connections[name],
				"is of nothing outside that is called and has maxConnections: leave it out"))
		}
	}
	return errs
}
