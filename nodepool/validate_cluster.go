package nodepool

import (
	"errors"
	"net/netip"
	"regexp"
	"slices"

	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const expanderLeastWaste = "least-waste"

// spelled as the autoscaler itself does. DigitalOcean's contract has an underscore.
func spelled(expander string) string {
	if expander == "least_waste" {
		return expanderLeastWaste
	}
	return expander
}

// Validate says what is wrong with the spec. Whether the region offers a size and the account may have so many Droplets,
// only Plan and Reconcile can ask.
func (c Cluster) Validate() error {
	c = c.WithDefaults()
	var errs field.ErrorList
	if c.Name == "" {
		errs = append(errs, field.Required(field.NewPath("name"), `write the cluster's name at DigitalOcean, like "production"`))
	}
	if c.ID != "" && !uuid.MatchString(c.ID) {
		errs = append(errs, field.Invalid(field.NewPath("id"), c.ID, "must be a UUID, as doctl kubernetes cluster list shows it"))
	}
	environments := []Preset{PresetProduction, PresetStaging, PresetDev}
	if c.Preset != "" && !slices.Contains(environments, c.Preset) {
		errs = append(errs, field.NotSupported(field.NewPath("preset"), c.Preset, environments))
	}
	if c.Region == "" {
		errs = append(errs, field.Required(field.NewPath("region"), `write DigitalOcean's name of it, like "fra1"`))
	}
	errs = append(errs, c.validatePools()...)
	errs = append(errs, c.validateNetwork()...)
	if c.Maintenance != nil {
		errs = append(errs, c.Maintenance.validate(field.NewPath("maintenance"))...)
	}
	if c.Autoscaler != nil {
		errs = append(errs, c.Autoscaler.validate(field.NewPath("autoscaler"))...)
	}
	return append(errs, validateTags(field.NewPath("tags"), c.Tags)...).ToAggregate()
}

var uuid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func (c Cluster) validatePools() field.ErrorList {
	pools := field.NewPath("pools")
	if len(c.Pools) == 0 {
		return field.ErrorList{
			field.Required(pools, "write at least one pool, or a preset: a cluster has a node for DOKS' own pods"),
		}
	}
	var errs field.ErrorList
	always := 0
	for i, pool := range c.Pools {
		errs = append(errs, under(pools.Index(i), pool.Validate())...)
		if slices.ContainsFunc(c.Pools[:i], func(other Pool) bool { return other.Name == pool.Name }) {
			errs = append(errs, field.Duplicate(pools.Index(i).Child("name"), pool.Name))
		}
		if pool.Autoscale == nil || pool.Autoscale.Min > 0 {
			always++
		}
	}
	if len(errs) == 0 && always == 0 {
		errs = append(errs, field.Invalid(pools.Index(0).Child("autoscale", "min"), 0,
			"no pool would be left for DOKS' own pods: one of the pools needs a node at all times"))
	}
	return errs
}

// under puts the path of a part before the paths of its errors.
func under(path *field.Path, err error) field.ErrorList {
	var all utilerrors.Aggregate
	if !errors.As(err, &all) {
		return nil
	}
	var errs field.ErrorList
	for _, one := range all.Errors() {
		if inner, ok := errors.AsType[*field.Error](one); ok {
			moved := *inner
			moved.Field = path.Child(inner.Field).String()
			errs = append(errs, &moved)
		}
	}
	return errs
}

func (c Cluster) validateNetwork() field.ErrorList {
	var errs field.ErrorList
	if c.VPC != "" && !uuid.MatchString(c.VPC) {
		errs = append(errs, field.Invalid(field.NewPath("vpc"), c.VPC, "must be a UUID, as doctl vpcs list shows it"))
	}
	errs = append(errs, validateSubnet(field.NewPath("podSubnet"), c.PodSubnet)...)
	errs = append(errs, validateSubnet(field.NewPath("serviceSubnet"), c.ServiceSubnet)...)
	if (c.PodSubnet == "") != (c.ServiceSubnet == "") {
		absent := "serviceSubnet"
		if c.PodSubnet == "" {
			absent = "podSubnet"
		}
		errs = append(errs, field.Required(field.NewPath(absent), "podSubnet and serviceSubnet go together: write both or none"))
	}
	for i, text := range c.ControlPlaneAccess {
		prefix, err := netip.ParsePrefix(text)
		if address, single := netip.ParseAddr(text); single == nil {
			prefix, err = netip.PrefixFrom(address, address.BitLen()), nil
		}
		if err != nil || !prefix.Addr().Is4() || prefix != prefix.Masked() {
			errs = append(errs, field.Invalid(field.NewPath("controlPlaneAccess").Index(i), text,
				`must be an IPv4 address or a range, like "203.0.113.0/24"`))
		}
	}
	return errs
}

func validateSubnet(path *field.Path, subnet string) field.ErrorList {
	if prefix, err := netip.ParsePrefix(subnet); subnet != "" && (err != nil || prefix != prefix.Masked()) {
		return field.ErrorList{field.Invalid(path, subnet, `must be a range, like "10.244.0.0/16"`)}
	}
	return nil
}

var clock = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)

func (m Maintenance) validate(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	days := []string{"any", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
	if !slices.Contains(days, m.Day) {
		errs = append(errs, field.NotSupported(path.Child("day"), m.Day, days))
	}
	if !clock.MatchString(m.Start) {
		errs = append(errs, field.Invalid(path.Child("start"), m.Start, `must be a time in UTC, like "03:00"`))
	}
	return errs
}

func (a Autoscaler) validate(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if threshold := a.ScaleDownUtilizationThreshold; threshold != nil && (*threshold <= 0 || *threshold > 1) {
		errs = append(errs,
			field.Invalid(path.Child("scaleDownUtilizationThreshold"), *threshold, "must be above 0 and at most 1"))
	}
	if unneeded := a.ScaleDownUnneededTime; unneeded != nil && unneeded.Duration <= 0 {
		errs = append(errs,
			field.Invalid(path.Child("scaleDownUnneededTime"), unneeded.Duration.String(), `must be a duration, like "10m"`))
	}
	known := []string{"random", "priority", expanderLeastWaste}
	for i, name := range a.Expanders {
		if !slices.Contains(known, name) {
			errs = append(errs, field.NotSupported(path.Child("expanders").Index(i), name, known))
		} else if slices.Contains(a.Expanders[:i], name) {
			errs = append(errs, field.Duplicate(path.Child("expanders").Index(i), name))
		}
	}
	return errs
}
