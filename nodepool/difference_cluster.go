package nodepool

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// difference of a cluster's settings from the live ones. What the spec leaves out stays as it is.
func (c Cluster) difference(live *wireCluster) (difference, error) {
	var d difference
	if err := c.checkFixed(live); err != nil {
		return d, err
	}
	if want := c.HighAvailability; want != nil {
		d.compare("highAvailability", live.HA, *want, "ha", *want)
	}
	if want := c.AutoUpgrade; want != nil {
		d.compare("autoUpgrade", live.AutoUpgrade, *want, "auto_upgrade", *want)
	}
	if want := c.SurgeUpgrade; want != nil {
		d.compare("surgeUpgrade", live.SurgeUpgrade, *want, "surge_upgrade", *want)
	}
	if want := c.Maintenance; want != nil {
		d.compare("maintenance", Maintenance(live.Maintenance), *want, "maintenance_policy", wireMaintenance(*want))
	}
	if want := c.Autoscaler; want != nil {
		c.Autoscaler.compare(live.Autoscaler, &d)
	}
	if want := c.ControlPlaneAccess; want != nil {
		var allowed []string
		if live.Firewall.Enabled {
			allowed = live.Firewall.Allowed
		}
		firewall := wireFirewall{Enabled: len(want) > 0, Allowed: want}
		d.compare("controlPlaneAccess", sorted(allowed), sorted(want), "control_plane_firewall", firewall)
	}
	if want := c.Tags; want != nil {
		d.compare("tags", ownTags(live.Tags), sorted(want), "tags", sorted(want))
	}
	if !d.empty() {
		d.set("name", live.Name) // which DigitalOcean's contract requires of an update
	}
	return d, nil
}

// sorted is never nil, so that an empty list is the same as none.
func sorted(texts []string) []string {
	all := append([]string{}, texts...)
	slices.Sort(all)
	return all
}

// checkFixed refuses what no request can change.
func (c Cluster) checkFixed(live *wireCluster) error {
	var errs []error
	fixed := func(path, live, want string) {
		if want != "" && want != live {
			errs = append(errs, fmt.Errorf("%s: is %s and cannot be changed to %s: leave it as it is, or make another cluster",
				path, live, want))
		}
	}
	fixed("region", live.Region, c.Region)
	fixed("vpc", live.VPC, c.VPC)
	fixed("podSubnet", live.PodSubnet, c.PodSubnet)
	fixed("serviceSubnet", live.ServiceSubnet, c.ServiceSubnet)
	if c.IsolatedWorkers && !live.IsolatedWorkers {
		errs = append(errs,
			errors.New("isolatedWorkers: the nodes have public addresses, which cannot be changed: make another cluster"))
	}
	if c.HighAvailability != nil && !*c.HighAvailability && live.HA {
		errs = append(errs, errors.New("highAvailability: is on and cannot be switched off: write true, or leave it out"))
	}
	return errors.Join(errs...)
}

// compare the autoscaler's settings that are given. The others are sent as they are: an update replaces all of them.
func (a Autoscaler) compare(live wireAutoscaler, d *difference) {
	want := live
	path := func(name string) string { return "autoscaler." + name }
	set := func() { d.set("cluster_autoscaler_configuration", want) }
	if given := a.ScaleDownUtilizationThreshold; given != nil && *given != live.Threshold {
		want.Threshold = *given
		d.show(path("scaleDownUtilizationThreshold"), text(live.Threshold), text(*given))
		set()
	}
	// 1m and 1m0s are the same.
	before, _ := time.ParseDuration(live.Unneeded)
	if unneeded := a.ScaleDownUnneededTime; unneeded != nil && before != unneeded.Duration {
		want.Unneeded = unneeded.Duration.String()
		d.show(path("scaleDownUnneededTime"), text(live.Unneeded), text(want.Unneeded))
		set()
	}
	expanders := make([]string, 0, len(live.Expanders))
	for _, name := range live.Expanders {
		expanders = append(expanders, spelled(name))
	}
	if given := a.Expanders; given != nil && !slices.Equal(expanders, given) {
		want.Expanders = given
		d.show(path("expanders"), text(expanders), text(given))
		set()
	}
}
