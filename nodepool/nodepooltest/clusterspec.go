package nodepooltest

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/digitalocean/godo"
)

// newCluster of what one is asked to be. Names of clusters need not be unique, so who creates twice has two.
func (s *Server) newCluster(body clusterBody) (*cluster, error) {
	now := s.options.Clock.Now()
	one := &cluster{
		server: s, id: newUUID(), region: given(body.Region, ""), toggles: map[string]*toggle{},
		vpc: given(body.VPC, newUUID()), workerSubnet: given(body.WorkerSubnet, ""),
		pods: given(body.ClusterSubnet, "10.108.0.0/16"), services: given(body.ServiceSubnet, "10.109.0.0/19"),
		isolated: given(body.IsolatedWorkers, false), maintenance: maintenance{StartTime: "00:00", Day: "any"},
		state: clusterProvisioning, due: now.Add(s.options.Delays.Cluster), created: now, updated: now,
	}
	if !slices.ContainsFunc(s.options.Regions, func(r godo.KubernetesRegion) bool { return r.Slug == one.region }) {
		return nil, invalid("region: %q is not a region with Kubernetes", one.region)
	}
	version, err := version(s.options.Versions, given(body.Version, ""))
	if err != nil {
		return nil, err
	}
	one.version = version
	one.ha = given(body.HA, haByDefault(version))
	pools := body.NodePools
	body.NodePools, body.HA = nil, nil
	body.Region, body.Version, body.VPC, body.WorkerSubnet, body.ClusterSubnet, body.ServiceSubnet = nil, nil, nil, nil, nil, nil
	body.IsolatedWorkers = nil
	if err := one.merge(body); err != nil {
		return nil, err
	}
	return one, one.addPools(pools)
}

func (c *cluster) addPools(bodies []poolBody) error {
	total := 0
	specs := make([]poolSpec, 0, len(bodies))
	for i, body := range bodies {
		spec, err := c.newPoolSpec(body)
		if err != nil {
			return invalid("node_pools[%d].%s", i, err)
		}
		if slices.ContainsFunc(specs, func(other poolSpec) bool { return other.name == spec.name }) {
			return invalid("node_pools[%d].name: there is already a node pool %q", i, spec.name)
		}
		specs = append(specs, spec)
		total += spec.count
	}
	if total == 0 {
		return invalid("node_pools: a cluster needs at least one node pool with at least one node")
	}
	if err := c.server.room(total); err != nil {
		return err
	}
	for _, spec := range specs {
		c.addPool(spec)
	}
	return nil
}

// version for what is asked: a version, "latest", or a minor, "1.35", for its newest.
func version(versions []godo.KubernetesVersion, asked string) (string, error) {
	for _, one := range versions { // from the newest
		if asked == "latest" || asked == one.Slug || asked != "" && strings.HasPrefix(one.Slug, asked+".") {
			return one.Slug, nil
		}
	}
	return "", invalid("version: %q is not a version of Kubernetes that can be had", asked)
}

// minor version of a slug: 36 of "1.36.3-do.0".
func minor(slug string) int {
	parts := strings.Split(slug, ".")
	if len(parts) < 2 {
		return 0
	}
	number, err := strconv.Atoi(parts[1])
	if err != nil {
		return 0
	}
	return number
}

// haByDefault from 1.36 on, as the API's description says.
func haByDefault(version string) bool { return minor(version) >= 36 }

// defaultVersions are made up, in DigitalOcean's form.
func defaultVersions() []godo.KubernetesVersion {
	versions := []string{"1.36.3", "1.35.6", "1.35.5", "1.34.9"}
	all := make([]godo.KubernetesVersion, len(versions))
	for i, version := range versions {
		all[i] = godo.KubernetesVersion{
			Slug: version + "-do.0", KubernetesVersion: version,
			SupportedFeatures: []string{"cluster-autoscaler", "docr-integration", "ha-control-plane", "token-authentication"},
		}
	}
	return all
}

var startTime = regexp.MustCompile(`^([01]?[0-9]|2[0-3]):[0-5][0-9]$`)

func (m maintenance) check() error {
	days := []string{"any", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
	if !slices.Contains(days, m.Day) {
		return invalid("maintenance_policy: day %q: must be one of %q", m.Day, days)
	}
	if !startTime.MatchString(m.StartTime) {
		return invalid("maintenance_policy: start_time %q: must be like 15:00", m.StartTime)
	}
	return nil
}
