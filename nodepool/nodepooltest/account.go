package nodepooltest

import (
	"fmt"
	"net/http"

	"github.com/digitalocean/godo"
)

func (c *call) listSizes() (answer, error) {
	all := make([]any, len(c.server.options.Sizes))
	for i, size := range c.server.options.Sizes {
		all[i] = wireSize(size)
	}
	return paged(c.request, "sizes", all)
}

func wireSize(size godo.Size) map[string]any {
	all := map[string]any{
		"slug": size.Slug, "memory": size.Memory, "vcpus": size.Vcpus, "disk": size.Disk, "transfer": size.Transfer,
		"price_monthly": size.PriceMonthly, "price_hourly": size.PriceHourly, "available": size.Available,
		"regions": append([]string{}, size.Regions...), "description": size.Description,
	}
	if size.GPUInfo != nil {
		all["gpu_info"] = size.GPUInfo
	}
	if size.DiskInfo != nil {
		all["disk_info"] = size.DiskInfo
	}
	return all
}

func (c *call) getAccount() (answer, error) {
	return ok(http.StatusOK, map[string]any{"account": map[string]any{
		"droplet_limit": c.server.options.DropletLimit, "floating_ip_limit": 3, "volume_limit": 100,
		"email": "team@example.com", "email_verified": true, "name": "Example", "status": "active", "status_message": "",
		"uuid": "b6fc48dbf6d9906cace5f3c78dc9851e757381ef",
		"team": map[string]string{"uuid": "5df3e3004a17e242b7c20ca6c9fc25b701a47ece", "name": "Example"},
	}})
}

func (c *call) getOptions() (answer, error) {
	sizes := []godo.KubernetesNodeSize{}
	for _, size := range c.server.options.Sizes {
		if forKubernetes(size) && size.Available {
			sizes = append(sizes, godo.KubernetesNodeSize{Name: size.Slug, Slug: size.Slug})
		}
	}
	return ok(http.StatusOK, map[string]any{"options": map[string]any{
		"regions": c.server.options.Regions, "versions": c.server.options.Versions, "sizes": sizes,
	}})
}

func (c *call) addRegistry() (answer, error)    { return c.setRegistry(true) }
func (c *call) removeRegistry() (answer, error) { return c.setRegistry(false) }

// setRegistry has clusters pull from the account's registry without a Secret, or no longer.
func (c *call) setRegistry(enabled bool) (answer, error) {
	var body struct {
		ClusterUUIDs []string `json:"cluster_uuids"`
	}
	if err := decode(c.body, &body); err != nil {
		return answer{}, err
	}
	if len(body.ClusterUUIDs) == 0 {
		return answer{}, invalid("cluster_uuids: name at least one cluster")
	}
	clusters := make([]*cluster, 0, len(body.ClusterUUIDs))
	for _, id := range body.ClusterUUIDs { // all or none
		one, err := c.server.cluster(id)
		if err != nil {
			return answer{}, err
		}
		clusters = append(clusters, one)
	}
	for _, one := range clusters {
		one.registry = enabled
	}
	return noContent()
}

// kubeconfig that points nowhere, unless the options give another.
func (s *Server) kubeconfig(id string) ([]byte, error) {
	if s.options.Kubeconfig != nil {
		return s.options.Kubeconfig(id)
	}
	return fmt.Appendf(nil, `apiVersion: v1
kind: Config
clusters:
- name: %[1]s
  cluster: {server: "https://%[1]s.k8s.ondigitalocean.invalid"}
contexts:
- name: %[1]s
  context: {cluster: %[1]s, user: %[1]s}
current-context: %[1]s
users:
- name: %[1]s
  user: {token: none}
`, id), nil
}
