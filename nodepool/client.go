package nodepool

import (
	"context"
	"fmt"

	"github.com/digitalocean/godo"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
)

// Client reaches a cluster from both sides.
type Client struct {
	// DO is DigitalOcean's API. Its token needs the scopes kubernetes, and account, droplet, sizes to read.
	DO *godo.Client
	// Kube is the API server of the cluster. It may be absent as long as nothing has to be done on nodes: while the cluster does
	// not exist yet, for example. What Caisson has to remember of a pool is kept there, in the namespace caisson-system.
	// Kubeconfig gives what it takes to make one; Rules say what it must be allowed.
	Kube client.Client
}

// nodes of a pool, by its id, as the cluster has them.
func (c Client) nodes(ctx context.Context, pool string) ([]corev1.Node, error) {
	var list corev1.NodeList
	if err := c.Kube.List(ctx, &list, client.MatchingLabels{labelDOKSPoolID: pool}); err != nil {
		return nil, fmt.Errorf("list the pool's nodes: %w", err)
	}
	return list.Items, nil
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
