package nodepool

import (
	"cmp"
	"maps"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson"
)

// Cluster is a DOKS cluster and its node pools.
//
// The pools are Caisson's as a whole: what a spec leaves out of one is taken from it. The cluster's own settings are not:
// what is left out stays as it is, so that a cluster that Terraform made can be managed beside it. What a new cluster gets
// instead is said with each field.
type Cluster struct {
	// Name of the cluster, by which it is found.
	Name string `json:"name"`
	// ID says which is meant, if two clusters of the account share the name. It is a UUID.
	ID string `json:"id,omitempty"`
	// Preset gives HighAvailability and Pools where they are not given: production, staging or dev.
	Preset Preset `json:"preset,omitempty"`
	// Region as DigitalOcean names it: "fra1". It cannot be changed.
	Region string `json:"region,omitempty"`
	// Pools of nodes. One of them has at least one node at all times, for DOKS' own pods.
	Pools []Pool `json:"pools,omitempty"`

	// Version of Kubernetes that a new cluster begins with: "1.36" for its newest patch release, or "1.36.2-do.0". Default: the
	// newest. A running cluster is only ever upgraded on demand: see Upgrades.
	Version string `json:"version,omitempty"`
	// HighAvailability of the control plane, which costs 40 dollars a month. It can be switched on, and never off. Default for a
	// new cluster: true with the preset production, and false otherwise.
	HighAvailability *bool `json:"highAvailability,omitempty"`
	// AutoUpgrade to new patch releases in the maintenance window. Default for a new cluster: false.
	AutoUpgrade *bool `json:"autoUpgrade,omitempty"`
	// SurgeUpgrade adds nodes during an upgrade before it takes others away; they cost nothing. Default for a new cluster: true.
	SurgeUpgrade *bool `json:"surgeUpgrade,omitempty"`
	// Maintenance window, of 4 hours.
	Maintenance *Maintenance `json:"maintenance,omitempty"`
	// Autoscaler of all pools that have bounds.
	Autoscaler *Autoscaler `json:"autoscaler,omitempty"`
	// ControlPlaneAccess lets only these addresses reach the API server: IPv4 addresses or ranges, "203.0.113.0/24". An empty
	// list that is given lets everybody.
	ControlPlaneAccess []string `json:"controlPlaneAccess,omitempty"`
	// Registry has the nodes pull from the account's container registries.
	Registry *bool `json:"registry,omitempty"`
	// Tags of the cluster, beside those of DOKS. A list that is given replaces all others.
	Tags []string `json:"tags,omitempty"`

	// VPC of the nodes, a UUID. Default: the region's default. Like all below it cannot be changed.
	VPC string `json:"vpc,omitempty"`
	// PodSubnet is the range of the pods' addresses: "10.244.0.0/16".
	PodSubnet string `json:"podSubnet,omitempty"`
	// ServiceSubnet is the range of the Services' addresses.
	ServiceSubnet string `json:"serviceSubnet,omitempty"`
	// IsolatedWorkers are nodes without public addresses, all of the cluster. The VPC must have a NAT gateway before.
	IsolatedWorkers bool `json:"isolatedWorkers,omitempty"`
}

// Maintenance is when DOKS upgrades by itself.
type Maintenance struct {
	// Day is any, or monday to sunday.
	Day string `json:"day"`
	// Start in UTC: "03:00".
	Start string `json:"start"`
}

// Autoscaler is what can be configured of DOKS' cluster autoscaler. What is left out stays as it is.
type Autoscaler struct {
	// ScaleDownUtilizationThreshold is the share of a node's CPU and memory that is requested, between 0 and 1, below which the
	// node is not needed.
	ScaleDownUtilizationThreshold *float64 `json:"scaleDownUtilizationThreshold,omitempty"`
	// ScaleDownUnneededTime is how long a node is not needed before it goes.
	ScaleDownUnneededTime *metav1.Duration `json:"scaleDownUnneededTime,omitempty"`
	// Expanders choose among pools that could grow, one after another: random, priority or least-waste. Priority reads the
	// ConfigMap cluster-autoscaler-priority-expander in kube-system.
	Expanders []string `json:"expanders,omitempty"`
}

// WithDefaults fills in what the preset says, here and in the pools.
func (c Cluster) WithDefaults() Cluster {
	if c.Pools == nil && c.Preset != "" {
		c.Pools = []Pool{{Preset: c.Preset}}
	}
	pools := make([]Pool, len(c.Pools))
	for i, pool := range c.Pools {
		pools[i] = pool.WithDefaults()
	}
	c.Pools = pools
	if c.Preset == PresetProduction {
		c.HighAvailability = cmp.Or(c.HighAvailability, new(true))
	}
	if c.Autoscaler != nil {
		autoscaler := *c.Autoscaler
		autoscaler.Expanders = slices.Clone(autoscaler.Expanders)
		for i, name := range autoscaler.Expanders {
			autoscaler.Expanders[i] = spelled(name)
		}
		c.Autoscaler = &autoscaler
	}
	return c
}

// pool of a name, among pools that have their defaults.
func (c Cluster) pool(name string) (Pool, bool) {
	if i := slices.IndexFunc(c.Pools, func(p Pool) bool { return p.Name == name }); i >= 0 {
		return c.Pools[i], true
	}
	return Pool{}, false
}

// labels of the pool's nodes, with the one that Placement chooses by.
func (p Pool) labels() map[string]string {
	labels := map[string]string{caisson.LabelPool: p.Name}
	maps.Copy(labels, p.Labels)
	return labels
}
