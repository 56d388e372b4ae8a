package nodepooltest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/digitalocean/godo"
)

// The API tells every field, also those that are empty; godo's own types would leave them out.

func (c *cluster) wire() map[string]any {
	all := map[string]any{
		"id": c.id, "name": c.name, "region": c.region, "version": c.version,
		"cluster_subnet": c.pods, "service_subnet": c.services, "vpc_uuid": c.vpc,
		"ipv4": "", "endpoint": "https://" + c.id + ".k8s.ondigitalocean.com",
		"tags": slices.Concat(c.tags, c.autoTags()), "node_pools": c.wirePools(),
		"maintenance_policy": maintenance{StartTime: c.maintenance.StartTime, Duration: "4h0m0s", Day: c.maintenance.Day},
		"auto_upgrade":       c.autoUpgrade, "surge_upgrade": c.surgeUpgrade, "ha": c.ha, "registry_enabled": c.registry,
		"isolated_workers": c.isolated, "gpu_operator_ready": c.gpuReady,
		"control_plane_firewall": c.firewall, "sso": c.sso, "cluster_autoscaler_configuration": c.wireAutoscaler(),
		"status":     map[string]any{"state": c.state},
		"created_at": instant(c.created), "updated_at": instant(c.updated),
	}
	if c.workerSubnet != "" {
		all["worker_subnet_uuid"] = c.workerSubnet
	}
	for name, one := range c.toggles {
		all[name] = one
	}
	return all
}

func (c *cluster) wireAutoscaler() any {
	if c.autoscaler == nil {
		return nil
	}
	return map[string]any{
		"scale_down_utilization_threshold": given(c.autoscaler.Threshold, 0),
		"scale_down_unneeded_time":         given(c.autoscaler.UnneededTime, ""),
		"expanders":                        append([]string{}, given(c.autoscaler.Expanders, nil)...),
	}
}

func (c *cluster) wirePools() []any {
	all := make([]any, len(c.pools))
	for i, p := range c.pools {
		all[i] = p.wire()
	}
	return all
}

func (p *pool) wire() any {
	nodes := make([]any, len(p.nodes))
	for i, n := range p.nodes {
		nodes[i] = n.wire()
	}
	return map[string]any{
		"id": p.id, "name": p.spec.name, "size": p.spec.size, "count": p.spec.count,
		"tags":   slices.Concat(p.spec.tags, p.cluster.autoTags("k8s:worker")),
		"labels": p.wireLabels(), "taints": append([]taint{}, p.spec.taints...),
		"auto_scale": p.spec.autoScale, "min_nodes": p.spec.min, "max_nodes": p.spec.max,
		"gpu_partition_mode": p.spec.partition, "nodes": nodes,
	}
}

// wireLabels is null where there are none.
func (p *pool) wireLabels() any {
	if len(p.spec.labels) == 0 {
		return nil
	}
	return maps.Clone(p.spec.labels)
}

// wire tells neither name nor Droplet before there is one.
func (n *node) wire() any {
	name, droplet := n.name, strconv.Itoa(n.dropletID)
	if !n.exists {
		name, droplet = "", ""
	}
	return map[string]any{
		"id": n.id, "name": name, "status": map[string]any{"state": n.state}, "droplet_id": droplet,
		"created_at": instant(n.created), "updated_at": instant(n.updated),
	}
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// paged is a page of a list with its links. per_page is 20 unless given and 200 at most, pages count from 1.
func paged[T any](r *http.Request, name string, all []T) (answer, error) {
	page, err := number(r, "page", 1)
	if err != nil {
		return answer{}, err
	}
	size, err := number(r, "per_page", 20)
	if err != nil {
		return answer{}, err
	}
	size = min(size, 200)
	last := max((len(all)+size-1)/size, 1)
	pages := map[string]string{}
	link := func(name string, page int) {
		pages[name] = fmt.Sprintf("https://api.digitalocean.com%s?page=%d&per_page=%d", r.URL.Path, page, size)
	}
	if page > 1 {
		link("first", 1)
		link("prev", page-1)
	}
	if page < last {
		link("next", page+1)
		link("last", last)
	}
	links := map[string]any{}
	if len(pages) > 0 {
		links["pages"] = pages
	}
	from := min(page-1, last) * size
	some := append([]T{}, all[min(from, len(all)):min(from+size, len(all))]...)
	return ok(http.StatusOK, map[string]any{name: some, "links": links, "meta": map[string]int{"total": len(all)}})
}

func number(r *http.Request, name string, otherwise int) (int, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return otherwise, nil
	}
	value, err := strconv.Atoi(text)
	if err != nil || value < 1 {
		return 0, invalid("%s: %s is not a number from 1", name, url.QueryEscape(text))
	}
	return value, nil
}

// Cluster as it is now, also while it is being deleted, which godo cannot read from the API.
func (s *Server) Cluster(id string) (*godo.KubernetesCluster, bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.advance()
	one, err := s.cluster(id)
	if err != nil {
		return nil, false
	}
	fields := one.wire()
	delete(fields, "status")
	text, err := json.Marshal(fields)
	if err != nil {
		return nil, false
	}
	seen := &godo.KubernetesCluster{}
	if err := json.Unmarshal(text, seen); err != nil {
		return nil, false
	}
	seen.Status = &godo.KubernetesClusterStatus{State: godo.KubernetesClusterStatusState(one.state)}
	return seen, true
}

// Clusters there are now, by their ids in the order of creation.
func (s *Server) Clusters() []string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.advance()
	ids := make([]string, len(s.clusters))
	for i, c := range s.clusters {
		ids[i] = c.id
	}
	return ids
}
