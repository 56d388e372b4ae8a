package nodepool

import (
	"github.com/digitalocean/godo"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// Client reaches a cluster from both sides.
type Client struct {
	// DO is DigitalOcean's API. Its token needs the scopes kubernetes, and account, droplet, sizes to read.
	DO *godo.Client
	// Kube is the API server of the cluster. It may be absent as long as nothing has to be done on nodes: while the cluster does
	// not exist yet, for example. What Caisson has to remember of a pool is kept there, in the namespace caisson-system.
	Kube client.Client
}

// What reports name: the cluster and its pools as DigitalOcean has them, which are no objects of Kubernetes.
const (
	group       = "doks.digitalocean.com"
	version     = "v2"
	kindCluster = "Cluster"
	kindPool    = "NodePool"
)

func (c Cluster) ref() caisson.Ref {
	return caisson.Ref{Group: group, Version: version, Kind: kindCluster, Name: c.Name}
}

func poolRef(name string) caisson.Ref {
	return caisson.Ref{Group: group, Version: version, Kind: kindPool, Name: name}
}
