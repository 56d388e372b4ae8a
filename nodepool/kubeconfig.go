package nodepool

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"
)

// Kubeconfig of the cluster, to make Client.Kube from: clientcmd.RESTConfigFromKubeConfig reads it. It holds a token, which
// expires after the given time, in seconds; after 7 days if that is zero. While there is no cluster, or it is being made, the
// error is a *NoClusterError.
func Kubeconfig(ctx context.Context, c Client, spec Cluster, expires time.Duration) ([]byte, error) {
	p := newPlanner(Client{DO: c.DO}, spec, newOptions())
	if err := p.readExisting(ctx); err != nil {
		return nil, err
	}
	if p.live.Status.State == stateProvisioning {
		return nil, &NoClusterError{Cluster: p.spec.Name, State: stateProvisioning}
	}
	var file bytes.Buffer
	path := fmt.Sprintf("%s/%s/kubeconfig?expiry_seconds=%d", pathClusters, p.live.ID, int(expires.Seconds()))
	if err := p.api().do(ctx, http.MethodGet, path, nil, &file); err != nil {
		return nil, fmt.Errorf("get the kubeconfig of %s: %w", p.spec.Name, err)
	}
	return file.Bytes(), nil
}
