package nodepooltest

import (
	"maps"
	"net/http"
	"slices"
)

func (c *call) updateCluster() (answer, error) {
	one, err := c.changeable()
	if err != nil {
		return answer{}, err
	}
	body, err := decodeCluster(c.body)
	if err != nil {
		return answer{}, err
	}
	changed := *one
	changed.toggles = maps.Clone(one.toggles)
	if err := changed.merge(body); err != nil {
		return answer{}, err
	}
	changed.updated = c.server.options.Clock.Now()
	*one = changed
	return ok(http.StatusAccepted, map[string]any{"kubernetes_cluster": one.wire()})
}

// merge what is given, as PUT does; the rest stays.
func (c *cluster) merge(body clusterBody) error {
	if err := c.unchangeable(body); err != nil {
		return err
	}
	c.name = given(body.Name, c.name)
	if c.name == "" {
		return invalid("name: is required")
	}
	c.tags = own(given(body.Tags, c.tags), c.autoTags())
	if err := checkTags(c.tags); err != nil {
		return err
	}
	c.ha = given(body.HA, c.ha)
	c.autoUpgrade = given(body.AutoUpgrade, c.autoUpgrade)
	c.surgeUpgrade = given(body.SurgeUpgrade, c.surgeUpgrade)
	c.gpuReady = given(body.GPUOperatorReady, c.gpuReady)
	if body.Maintenance != nil {
		c.maintenance = *body.Maintenance
	}
	if body.Firewall != nil {
		c.firewall = body.Firewall
	}
	if body.SSO != nil {
		c.sso = body.SSO
	}
	for name, one := range body.toggles {
		if one != nil && one.Enabled != nil {
			c.toggles[name] = one
		}
	}
	if err := c.maintenance.check(); err != nil {
		return err
	}
	return c.mergeAutoscaler(body.Autoscaler)
}

func (c *cluster) unchangeable(body clusterBody) error {
	if !given(body.HA, true) && c.ha {
		return invalid("ha: a highly available control plane cannot be switched off")
	}
	for name, changed := range map[string]bool{
		"region":             given(body.Region, c.region) != c.region,
		"vpc_uuid":           given(body.VPC, c.vpc) != c.vpc,
		"worker_subnet_uuid": given(body.WorkerSubnet, c.workerSubnet) != c.workerSubnet,
		"cluster_subnet":     given(body.ClusterSubnet, c.pods) != c.pods,
		"service_subnet":     given(body.ServiceSubnet, c.services) != c.services,
		"isolated_workers":   given(body.IsolatedWorkers, c.isolated) != c.isolated,
		"version":            given(body.Version, c.version) != c.version,
		"node_pools":         body.NodePools != nil,
	} {
		if changed {
			return invalid("%s: cannot be changed so", name)
		}
	}
	return nil
}

// mergeAutoscaler: null leaves a setting, and 0, "" and [] unset it.
func (c *cluster) mergeAutoscaler(body *autoscaler) error {
	if body == nil {
		return nil
	}
	merged := autoscaler{}
	if c.autoscaler != nil {
		merged = *c.autoscaler
	}
	if body.Threshold != nil {
		merged.Threshold = body.Threshold
	}
	if body.UnneededTime != nil {
		merged.UnneededTime = body.UnneededTime
	}
	if body.Expanders != nil {
		merged.Expanders = body.Expanders
	}
	known := []string{"random", "priority", "least-waste", "least_waste"} // the last is what the contract writes
	for _, expander := range given(merged.Expanders, nil) {
		if !slices.Contains(known, expander) {
			return invalid("cluster_autoscaler_configuration: expander %q: must be one of %q", expander, known)
		}
	}
	if threshold := given(merged.Threshold, 0); threshold < 0 || threshold > 1 {
		return invalid("cluster_autoscaler_configuration: scale_down_utilization_threshold: %g is not between 0 and 1", threshold)
	}
	c.autoscaler = &merged
	return nil
}
