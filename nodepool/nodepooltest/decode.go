package nodepooltest

import (
	"bytes"
	"encoding/json"
	"maps"
)

// decode a body strictly: a field that nobody knows is a mistake of the sender's, which the real API would ignore.
func decode(body []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return invalid("body: %s", err)
	}
	if decoder.More() {
		return invalid("body: one JSON object is expected, and there is more")
	}
	return nil
}

// poolBody is what is sent to make or to change a pool. Nil is not given: such a field stays.
type poolBody struct {
	Name      *string            `json:"name"`
	Size      *string            `json:"size"`
	Count     *int               `json:"count"`
	Tags      *[]string          `json:"tags"`
	Labels    *map[string]string `json:"labels"`
	Taints    *[]taint           `json:"taints"`
	AutoScale *bool              `json:"auto_scale"`
	MinNodes  *int               `json:"min_nodes"`
	MaxNodes  *int               `json:"max_nodes"`
	Partition *string            `json:"gpu_partition_mode"`

	// Read-only, so ignored: who reads a pool and sends it back has them.
	ID    json.RawMessage `json:"id"`
	Nodes json.RawMessage `json:"nodes"`
}

// taint of a pool. Names of fields are matched in any case by encoding/json: godo sends Key, Value and Effect.
type taint struct {
	Key    string `json:"key"`
	Value  string `json:"value"`
	Effect string `json:"effect"`
}

// clusterBody is what is sent to make or to change a cluster, beside its toggles.
type clusterBody struct {
	Name             *string            `json:"name"`
	Region           *string            `json:"region"`
	Version          *string            `json:"version"`
	Tags             *[]string          `json:"tags"`
	VPC              *string            `json:"vpc_uuid"`
	WorkerSubnet     *string            `json:"worker_subnet_uuid"`
	ClusterSubnet    *string            `json:"cluster_subnet"`
	ServiceSubnet    *string            `json:"service_subnet"`
	HA               *bool              `json:"ha"`
	NodePools        []poolBody         `json:"node_pools"`
	Maintenance      *maintenance       `json:"maintenance_policy"`
	AutoUpgrade      *bool              `json:"auto_upgrade"`
	SurgeUpgrade     *bool              `json:"surge_upgrade"`
	IsolatedWorkers  *bool              `json:"isolated_workers"`
	GPUOperatorReady *bool              `json:"gpu_operator_ready"`
	Firewall         *firewall          `json:"control_plane_firewall"`
	Autoscaler       *autoscaler        `json:"cluster_autoscaler_configuration"`
	SSO              *sso               `json:"sso"`
	toggles          map[string]*toggle // nil is not given
}

type maintenance struct {
	StartTime string `json:"start_time"`
	Duration  string `json:"duration"` // read-only, 4 h
	Day       string `json:"day"`
}

type firewall struct {
	Enabled          *bool    `json:"enabled"`
	AllowedAddresses []string `json:"allowed_addresses"`
}

type autoscaler struct {
	Threshold    *float64  `json:"scale_down_utilization_threshold"`
	UnneededTime *string   `json:"scale_down_unneeded_time"`
	Expanders    *[]string `json:"expanders"`
}

type sso struct {
	Enabled   bool   `json:"enabled"`
	Required  bool   `json:"required"`
	IssuerURL string `json:"issuer_url,omitempty"`
	ClientID  string `json:"client_id,omitempty"`
}

// toggle is a plugin that is on or off.
type toggle struct {
	Enabled *bool `json:"enabled"`
}

// toggles of a cluster, by the names of their fields.
func toggles() []string {
	return []string{
		"routing_agent", "amd_gpu_device_plugin", "amd_gpu_device_metrics_exporter_plugin", "nvidia_gpu_device_plugin",
		"nvidia_gpu_dra_driver", "amd_gpu_dra_driver", "rdma_shared_dev_plugin", "coredns_autoscaler",
		"p2p_oci_registry_plugin", "nfs_csi_plugin",
	}
}

func decodeCluster(body []byte) (clusterBody, error) {
	var fields map[string]json.RawMessage
	if err := decode(body, &fields); err != nil {
		return clusterBody{}, err
	}
	given := clusterBody{toggles: map[string]*toggle{}}
	for _, name := range toggles() {
		if text, there := fields[name]; there {
			var one *toggle
			if err := decode(text, &one); err != nil {
				return clusterBody{}, invalid("%s: %s", name, err)
			}
			given.toggles[name] = one
			delete(fields, name)
		}
	}
	rest, err := json.Marshal(fields)
	if err != nil {
		return clusterBody{}, err
	}
	return given, decode(rest, &given)
}

func given[T any](value *T, otherwise T) T {
	if value == nil {
		return otherwise
	}
	return *value
}

func cloned(labels map[string]string) map[string]string {
	if len(labels) == 0 {
		return map[string]string{}
	}
	return maps.Clone(labels)
}
