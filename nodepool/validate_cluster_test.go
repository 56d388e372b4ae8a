package nodepool_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson/nodepool"
)

func TestMistakesOfClustersAreExplained(t *testing.T) {
	scaler := func(change func(*nodepool.Autoscaler)) func(*nodepool.Cluster) {
		return func(c *nodepool.Cluster) {
			c.Autoscaler = &nodepool.Autoscaler{}
			change(c.Autoscaler)
		}
	}
	cases := map[string]struct {
		reason string
		change func(*nodepool.Cluster)
		want   string
	}{
		"no name": {
			reason: "It is how the cluster is found.", change: func(c *nodepool.Cluster) { c.Name = "" },
			want: `name: Required value: write the cluster's name at DigitalOcean, like "production"`,
		},
		"bad id": {
			reason: "A name was written for the id.", change: func(c *nodepool.Cluster) { c.ID = "shop" },
			want: `id: Invalid value: "shop": must be a UUID, as doctl kubernetes cluster list shows it`,
		},
		"preset of a pool": {
			reason: "Private is no kind of environment.", change: func(c *nodepool.Cluster) { c.Preset = nodepool.PresetPrivate },
			want: `preset: Unsupported value: "private": supported values: "production", "staging", "dev"`,
		},
		"no region": {
			reason: "There is no default region.", change: func(c *nodepool.Cluster) { c.Region = "" },
			want: `region: Required value: write DigitalOcean's name of it, like "fra1"`,
		},
		"no pools": {
			reason: "A cluster has at least one.", change: func(c *nodepool.Cluster) { c.Pools = nil },
			want: "pools: Required value: write at least one pool, or a preset: a cluster has a node for DOKS' own pods",
		},
		"pool's mistake": {
			reason: "The path leads to it.", change: func(c *nodepool.Cluster) { c.Pools[0].Count = -1 },
			want: "pools[0].count: Invalid value: -1: must be 1 or more",
		},
		"pool twice": {
			reason: "A name is a pool's identity.", change: func(c *nodepool.Cluster) { c.Pools = append(c.Pools, c.Pools[0]) },
			want: `pools[1].name: Duplicate value: "general"`,
		},
		"every pool from zero": {
			reason: "DigitalOcean refuses it, and DNS would have no node.",
			change: func(c *nodepool.Cluster) { c.Pools[0].Autoscale = &nodepool.Autoscale{Max: 3} },
			want: "pools[0].autoscale.min: Invalid value: 0: no pool would be left for DOKS' own pods: " +
				"one of the pools needs a node at all times",
		},
		"bad VPC": {
			reason: "A name was written for the id.", change: func(c *nodepool.Cluster) { c.VPC = "default" },
			want: `vpc: Invalid value: "default": must be a UUID, as doctl vpcs list shows it`,
		},
		"address for a subnet": {
			reason: "It has a length.", change: func(c *nodepool.Cluster) { c.PodSubnet, c.ServiceSubnet = "10.244.0.0", "10.245.0.0/16" },
			want: `podSubnet: Invalid value: "10.244.0.0": must be a range, like "10.244.0.0/16"`,
		},
		"address within a subnet": {
			reason: "A range begins with its first address.", change: func(c *nodepool.Cluster) { c.PodSubnet, c.ServiceSubnet = "10.244.0.0/16", "10.245.0.1/16" },
			want: `serviceSubnet: Invalid value: "10.245.0.1/16": must be a range`,
		},
		"pod subnet alone": {
			reason: "DigitalOcean wants both.", change: func(c *nodepool.Cluster) { c.PodSubnet = "10.244.0.0/16" },
			want: "serviceSubnet: Required value: podSubnet and serviceSubnet go together: write both or none",
		},
		"service subnet alone": {
			reason: "And says which is absent.", change: func(c *nodepool.Cluster) { c.ServiceSubnet = "10.245.0.0/16" },
			want: "podSubnet: Required value: podSubnet and serviceSubnet go together: write both or none",
		},
		"host name for an address": {
			reason: "The firewall knows addresses.", change: func(c *nodepool.Cluster) { c.ControlPlaneAccess = []string{"203.0.113.7", "office"} },
			want: `controlPlaneAccess[1]: Invalid value: "office": must be an IPv4 address or a range, like "203.0.113.0/24"`,
		},
		"IPv6": {
			reason: "DOKS has none.", change: func(c *nodepool.Cluster) { c.ControlPlaneAccess = []string{"2001:db8::/32"} },
			want: `controlPlaneAccess[0]: Invalid value: "2001:db8::/32": `,
		},
		"bad day": {
			reason: "DigitalOcean writes them small.", change: func(c *nodepool.Cluster) { c.Maintenance = &nodepool.Maintenance{Day: "Sunday", Start: "03:00"} },
			want: `maintenance.day: Unsupported value: "Sunday": supported values: "any", "monday", `,
		},
		"bad time": {
			reason: "The day has 24 hours.", change: func(c *nodepool.Cluster) { c.Maintenance = &nodepool.Maintenance{Day: "any", Start: "24:00"} },
			want: `maintenance.start: Invalid value: "24:00": must be a time in UTC, like "03:00"`,
		},
		"threshold in percent": {
			reason: "It is a share.", change: scaler(func(a *nodepool.Autoscaler) { a.ScaleDownUtilizationThreshold = new(65.0) }),
			want: "autoscaler.scaleDownUtilizationThreshold: Invalid value: 65: must be above 0 and at most 1",
		},
		"no time": {
			reason: "A node would go as soon as it is there.",
			change: scaler(func(a *nodepool.Autoscaler) { a.ScaleDownUnneededTime = &metav1.Duration{Duration: -time.Minute} }),
			want:   `autoscaler.scaleDownUnneededTime: Invalid value: "-1m0s": must be a duration, like "10m"`,
		},
		"bad expander": {
			reason: "DOKS has three.", change: scaler(func(a *nodepool.Autoscaler) { a.Expanders = []string{"priority", "price"} }),
			want: `autoscaler.expanders[1]: Unsupported value: "price": supported values: "random", "priority", "least-waste"`,
		},
		"expander twice": {
			reason: "In both spellings it is one.", change: scaler(func(a *nodepool.Autoscaler) { a.Expanders = []string{"least-waste", "least_waste"} }),
			want: `autoscaler.expanders[1]: Duplicate value: "least-waste"`,
		},
		"DOKS' tag": {
			reason: "DigitalOcean sets it.", change: func(c *nodepool.Cluster) { c.Tags = []string{"k8s"} },
			want: `tags[0]: Invalid value: "k8s": is kept by DigitalOcean, Caisson or Terraform: leave it out`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			spec := shop(nodepool.Pool{Name: "general", Preset: nodepool.PresetStaging})
			require.NoError(t, spec.Validate())
			tc.change(&spec)
			err := spec.Validate()
			require.ErrorContains(t, err, tc.want, tc.reason)
			require.True(t, strings.HasPrefix(err.Error(), tc.want), "%v: the field comes first, and there is one error", err)
		})
	}
}
