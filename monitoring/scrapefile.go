package monitoring

import (
	"regexp"
	"strings"

	"sigs.k8s.io/yaml"
)

// Config gives the scrape as an entry of Prometheus' scrape_configs, for a Prometheus in the cluster without the operator. It
// finds the same targets, and gives them the same labels: namespace, pod, node, and service and job by the Service's name, or
// job by <namespace>/<name> for pods. It may list and watch them with the Role that Prometheus' documentation has.
func (s Scrape) Config() ([]byte, error) {
	s = s.withDefaults()
	if errs := s.validate(); len(errs) > 0 {
		return nil, errs.ToAggregate()
	}
	role, owner, port := "endpointslice", "service", "endpointslice_port_name"
	if s.Pods {
		role, owner, port = "pod", "pod", "pod_container_port_name"
	}
	relabel := make([]relabelConfig, 0, len(s.Select)+8)
	for _, label := range sortedKeys(s.Select) {
		relabel = append(relabel, relabelConfig{
			Action:       "keep",
			SourceLabels: []string{meta(owner + "_label_" + sanitized(label))},
			Regex:        regexp.QuoteMeta(s.Select[label]),
		})
	}
	relabel = append(relabel,
		relabelConfig{Action: "keep", SourceLabels: []string{meta(port)}, Regex: regexp.QuoteMeta(s.Port)},
		// What has ended keeps its address until it is deleted.
		relabelConfig{Action: "drop", SourceLabels: []string{meta("pod_phase")}, Regex: "Failed|Succeeded"},
		relabelConfig{SourceLabels: []string{meta("namespace")}, TargetLabel: "namespace"},
		relabelConfig{SourceLabels: []string{meta("pod_name")}, TargetLabel: "pod"},
	)
	if !s.HonorLabels {
		relabel = append(relabel, relabelConfig{SourceLabels: []string{meta("pod_node_name")}, TargetLabel: "node"})
	}
	if !s.Pods {
		relabel = append(relabel,
			relabelConfig{SourceLabels: []string{meta("service_name")}, TargetLabel: "service"},
			relabelConfig{SourceLabels: []string{meta("service_name")}, TargetLabel: "job"})
	}
	return yaml.Marshal([]scrapeConfig{
		{
			JobName:        s.Namespace + "/" + s.Name,
			ScrapeInterval: duration(s.Tier.Interval()),
			ScrapeTimeout:  duration(s.Tier.Timeout()),
			MetricsPath:    s.Path,
			HonorLabels:    s.HonorLabels,
			SampleLimit:    s.SampleLimit,
			Discovery:      []discovery{{Role: role, Namespaces: namespaces{Names: []string{s.Namespace}}}},
			RelabelConfigs: relabel,
		},
	})
}

func meta(name string) string { return "__meta_kubernetes_" + name }

// sanitized name of a label, as Prometheus' discovery has it.
func sanitized(label string) string {
	return strings.Map(func(r rune) rune {
		if r < 128 && labelName.MatchString("_"+string(r)) {
			return r
		}
		return '_'
	}, label)
}

type scrapeConfig struct {
	JobName        string          `json:"job_name"`
	ScrapeInterval string          `json:"scrape_interval"`
	ScrapeTimeout  string          `json:"scrape_timeout"`
	MetricsPath    string          `json:"metrics_path"`
	HonorLabels    bool            `json:"honor_labels,omitempty"`
	SampleLimit    int64           `json:"sample_limit"`
	Discovery      []discovery     `json:"kubernetes_sd_configs"`
	RelabelConfigs []relabelConfig `json:"relabel_configs"`
}

type discovery struct {
	Role       string     `json:"role"`
	Namespaces namespaces `json:"namespaces"`
}

type namespaces struct {
	Names []string `json:"names"`
}

type relabelConfig struct {
	Action       string   `json:"action,omitempty"`
	SourceLabels []string `json:"source_labels"`
	Regex        string   `json:"regex,omitempty"`
	TargetLabel  string   `json:"target_label,omitempty"`
}
