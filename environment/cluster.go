package environment

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/caissonhq/caisson/nodepool"
)

// ClusterSpec is the cluster of the environment with all that the environment says of it, its name, region and pools: what
// nodepool.Plan, Reconcile and Rotate take. The error is a list of field errors with the paths of the environment, like
// cluster.maintenance.day and pools[0].autoscale.max; it is about the cluster and the pools alone.
//
//	spec, err := env.ClusterSpec()
//	plan, err := nodepool.Plan(ctx, nodepool.Client{DO: godo.NewFromToken(token), Kube: kube}, spec)
func (e Environment) ClusterSpec() (nodepool.Cluster, error) {
	e = e.withDefaults()
	errs := e.validatePools()
	errs = append(errs, e.validateCluster(errs)...)
	if len(errs) > 0 {
		return nodepool.Cluster{}, errs.ToAggregate()
	}
	return e.cluster(), nil
}

// cluster of an environment that has its defaults.
func (e Environment) cluster() nodepool.Cluster {
	c := e.Cluster
	c.Region, c.Pools = e.Region, e.Pools
	return c
}

// clusterName tells the clusters of one product apart, which have environments of the same name: shop-production,
// shop-staging.
func (e Environment) clusterName() string {
	profile := string(e.Profile)
	if e.Name == "" || e.Name == profile || strings.HasSuffix(e.Name, "-"+profile) {
		return e.Name
	}
	return e.Name + "-" + profile
}

// validateCluster says what is wrong with the cluster, and what is wrong with its pools beyond what has been told of them.
func (e Environment) validateCluster(told field.ErrorList) field.ErrorList {
	path := field.NewPath("cluster")
	var errs field.ErrorList
	if region := e.Cluster.Region; region != "" {
		errs = append(errs, field.Forbidden(path.Child("region"),
			"the region is the environment's: write region: "+region+" beside cluster"))
	}
	if e.Cluster.Pools != nil {
		errs = append(errs, field.Forbidden(path.Child("pools"), "the pools are the environment's: write pools beside cluster"))
	}
	for _, err := range under(path, e.cluster().Validate()) {
		if own := strings.TrimPrefix(err.Field, "cluster."); own == "region" || strings.HasPrefix(own, "pools") {
			err.Field = own
		}
		if !slices.ContainsFunc(told, func(other *field.Error) bool {
			return other.Field == err.Field || err.Field == "cluster.name" && other.Field == "name" // which it has from there
		}) {
			errs = append(errs, err)
		}
	}
	return errs
}
