package nodepool

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/digitalocean/godo"
)

// api is DigitalOcean's, over a client that holds the token, the retries and the rate limit.
type api struct {
	client  *godo.Client
	timeout time.Duration // of one request
}

const (
	pathClusters = "/v2/kubernetes/clusters"
	// pageSize is the largest that DigitalOcean gives.
	pageSize = 200
)

func (a api) do(ctx context.Context, method, path string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	request, err := a.client.NewRequest(ctx, method, path, in)
	if err != nil {
		return err
	}
	_, err = a.client.Do(ctx, request, out)
	return err
}

// list all pages. DigitalOcean says how many items there are; a page that is not full ends it in any case.
func list[T any](ctx context.Context, a api, path, key string) ([]T, error) {
	var all []T
	for page := 1; ; page++ {
		var answer map[string]json.RawMessage
		query := fmt.Sprintf("%s?page=%d&per_page=%d", path, page, pageSize)
		if err := a.do(ctx, http.MethodGet, query, nil, &answer); err != nil {
			return nil, err
		}
		var items []T
		if err := json.Unmarshal(answer[key], &items); err != nil {
			return nil, fmt.Errorf("read %s of the answer: %w", key, err)
		}
		all = append(all, items...)
		if len(items) < pageSize {
			return all, nil
		}
	}
}

func (a api) clusters(ctx context.Context) ([]wireCluster, error) {
	all, err := list[wireCluster](ctx, a, pathClusters, "kubernetes_clusters")
	if err != nil {
		return nil, fmt.Errorf("list the clusters: %w", err)
	}
	return all, nil
}

func (a api) createCluster(ctx context.Context, b body) error {
	return a.do(ctx, http.MethodPost, pathClusters, b, nil)
}

func (a api) updateCluster(ctx context.Context, id string, b body) error {
	return a.do(ctx, http.MethodPut, pathClusters+"/"+id, b, nil)
}

// integrateRegistry has the cluster pull from the account's registries, or no longer.
func (a api) integrateRegistry(ctx context.Context, cluster string, on bool) error {
	method := http.MethodDelete
	if on {
		method = http.MethodPost
	}
	return a.do(ctx, method, "/v2/kubernetes/registry", body{"cluster_uuids": []string{cluster}}, nil)
}

func pathPools(cluster string) string { return pathClusters + "/" + cluster + "/node_pools" }

func (a api) pools(ctx context.Context, cluster string) ([]wirePool, error) {
	all, err := list[wirePool](ctx, a, pathPools(cluster), "node_pools")
	if err != nil {
		return nil, fmt.Errorf("list the pools: %w", err)
	}
	return all, nil
}

func (a api) createPool(ctx context.Context, cluster string, b body) error {
	return a.do(ctx, http.MethodPost, pathPools(cluster), b, nil)
}

func (a api) updatePool(ctx context.Context, cluster, pool string, b body) error {
	return a.do(ctx, http.MethodPut, pathPools(cluster)+"/"+pool, b, nil)
}

// deletePool with its nodes. One that is gone already is deleted.
func (a api) deletePool(ctx context.Context, cluster, pool string) error {
	err := a.do(ctx, http.MethodDelete, pathPools(cluster)+"/"+pool, nil, nil)
	if notFound(err) {
		return nil
	}
	return err
}

// replaceNode deletes a node that has been drained, and has DOKS make another. One that is gone already was replaced.
func (a api) replaceNode(ctx context.Context, cluster, pool, node string) error {
	path := fmt.Sprintf("%s/%s/nodes/%s?replace=1&skip_drain=1", pathPools(cluster), pool, node)
	err := a.do(ctx, http.MethodDelete, path, nil, nil)
	if notFound(err) {
		return nil
	}
	return err
}

// notFound says whether DigitalOcean answered so.
func notFound(err error) bool {
	var answer *godo.ErrorResponse
	return errors.As(err, &answer) && answer.Response != nil && answer.Response.StatusCode == http.StatusNotFound
}
