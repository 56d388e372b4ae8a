package nodepool

import (
	"encoding/json"

	corev1 "k8s.io/api/core/v1"
)

// What DigitalOcean's API says, as far as it matters here. godo's own types are not used for it: they cannot decode a cluster
// that is being deleted, whose state fails a whole list, and in updates they leave out what is empty or false, so that labels
// could not be cleared, a minimum not set to 0, and surge upgrades not switched off.

type wireCluster struct {
	ID              string          `json:"id"`
	Name            string          `json:"name"`
	Region          string          `json:"region"`
	Version         string          `json:"version"`
	VPC             string          `json:"vpc_uuid"`
	PodSubnet       string          `json:"cluster_subnet"`
	ServiceSubnet   string          `json:"service_subnet"`
	IsolatedWorkers bool            `json:"isolated_workers"`
	Tags            []string        `json:"tags"`
	HA              bool            `json:"ha"`
	AutoUpgrade     bool            `json:"auto_upgrade"`
	SurgeUpgrade    bool            `json:"surge_upgrade"`
	Registry        bool            `json:"registry_enabled"`
	Maintenance     wireMaintenance `json:"maintenance_policy"`
	Firewall        wireFirewall    `json:"control_plane_firewall"`
	Autoscaler      wireAutoscaler  `json:"cluster_autoscaler_configuration"`
	Pools           []wirePool      `json:"node_pools"`
	Status          wireStatus      `json:"status"`
}

type wireStatus struct {
	State   string `json:"state"`
	Message string `json:"message"`
}

type wireMaintenance struct {
	Day   string `json:"day"`
	Start string `json:"start_time"`
}

type wireFirewall struct {
	Enabled bool     `json:"enabled"`
	Allowed []string `json:"allowed_addresses"`
}

type wireAutoscaler struct {
	Threshold float64  `json:"scale_down_utilization_threshold"`
	Unneeded  string   `json:"scale_down_unneeded_time"`
	Expanders []string `json:"expanders"`
}

type wirePool struct {
	ID        string            `json:"id"`
	Name      string            `json:"name"`
	Size      string            `json:"size"`
	Count     int               `json:"count"`
	Tags      []string          `json:"tags"`
	Labels    map[string]string `json:"labels"`
	Taints    []wireTaint       `json:"taints"`
	AutoScale bool              `json:"auto_scale"`
	Min       int               `json:"min_nodes"`
	Max       int               `json:"max_nodes"`
	Nodes     []wireNode        `json:"nodes"`
}

type wireTaint struct {
	Key    string             `json:"key"`
	Value  string             `json:"value"`
	Effect corev1.TaintEffect `json:"effect"`
}

type wireNode struct {
	ID      string     `json:"id"`
	Name    string     `json:"name"`
	Status  wireStatus `json:"status"`
	Droplet string     `json:"droplet_id"`
	Created string     `json:"created_at"` // RFC 3339
}

// States of clusters and nodes.
const (
	stateProvisioning = "provisioning"
	stateRunning      = "running"
	stateUpgrading    = "upgrading"
	stateError        = "error"
	stateDeleting     = "deleting"
	stateDeleted      = "deleted"
)

// body of a request. What is not in it stays as it is.
type body map[string]any

// createBody of a new pool. What is zero is said too: autoscaling from 0 needs min_nodes 0.
func (p Pool) createBody(generation int) body {
	b := body{
		"name": p.wireName(generation), "size": p.Size, "count": p.Count, "tags": p.tags(generation, nil),
		"labels": p.labels(), "taints": wireTaints(p.Taints),
	}
	if p.Autoscale != nil {
		b["auto_scale"], b["min_nodes"], b["max_nodes"] = true, p.Autoscale.Min, p.Autoscale.Max
	}
	return b
}

func wireTaints(taints []corev1.Taint) []wireTaint {
	all := make([]wireTaint, len(taints)) // never nil, which would leave the old ones
	for i, taint := range taints {
		all[i] = wireTaint{taint.Key, taint.Value, taint.Effect}
	}
	return all
}

// text of a value, as reports show it.
func text(value any) string {
	encoded, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(encoded)
}
