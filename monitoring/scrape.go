package monitoring

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/internal/fielderrors"
)

// Scrape says whose metrics Prometheus reads, and how often. Name, Namespace and Select are required.
type Scrape struct {
	// Name of the monitor, or of the job where there is no operator.
	Name string `json:"name"`
	// Namespace of the monitor and of what it selects.
	Namespace string `json:"namespace"`
	// Labels of the monitor. Prometheus reads only those that its selectors ask for: kube-prometheus-stack's default is
	// release: <the release's name>.
	Labels map[string]string `json:"labels,omitempty"`
	// Select are the labels of the Services, or of the pods. A Server of package workload has
	// app.kubernetes.io/instance: <its name>.
	Select map[string]string `json:"select"`
	// Pods selects pods, where no Service has the port: workers and tasks.
	Pods bool `json:"pods,omitempty"`
	// Port is the name of the port. Default: http, or metrics for Pods.
	Port string `json:"port,omitempty"`
	// Path of the metrics. Default: /metrics.
	Path string `json:"path,omitempty"`
	// Tier says how often. Default: standard, each 30 s.
	Tier Tier `json:"tier,omitempty"`
	// HonorLabels keeps the labels namespace, pod and service that the metrics have. It is for what tells of others, like
	// kube-state-metrics, whose labels would become exported_namespace else.
	HonorLabels bool `json:"honorLabels,omitempty"`
	// SampleLimit of one scrape: above it nothing is taken, so that a label with too many values cannot fill Prometheus.
	// Default: 50000.
	SampleLimit int64 `json:"sampleLimit,omitempty"`
}

// ScrapeObjects is what a Scrape is made of: one of the two.
type ScrapeObjects struct {
	ServiceMonitor *monitoringv1.ServiceMonitor
	PodMonitor     *monitoringv1.PodMonitor
}

func (s Scrape) withDefaults() Scrape {
	port := "http"
	if s.Pods {
		port = "metrics"
	}
	s.Port = cmp.Or(s.Port, port)
	s.Path = cmp.Or(s.Path, "/metrics")
	s.Tier = cmp.Or(s.Tier, Standard)
	s.SampleLimit = cmp.Or(s.SampleLimit, 50_000)
	return s
}

// Build makes a ServiceMonitor or a PodMonitor for the operator of Prometheus. The error is a list of field errors, each with
// the path of the field and what to write instead.
func (s Scrape) Build() (*ScrapeObjects, error) {
	s = s.withDefaults()
	if errs := s.validate(); len(errs) > 0 {
		return nil, errs.ToAggregate()
	}
	if s.Pods {
		return &ScrapeObjects{PodMonitor: s.podMonitor()}, nil
	}
	return &ScrapeObjects{ServiceMonitor: s.serviceMonitor()}, nil
}

func (s Scrape) serviceMonitor() *monitoringv1.ServiceMonitor {
	return &monitoringv1.ServiceMonitor{
		TypeMeta:   s.typeMeta(monitoringv1.ServiceMonitorsKind),
		ObjectMeta: s.objectMeta(),
		Spec: monitoringv1.ServiceMonitorSpec{
			Selector:    metav1.LabelSelector{MatchLabels: maps.Clone(s.Select)},
			SampleLimit: &s.SampleLimit,
			Endpoints: []monitoringv1.Endpoint{{
				Port: s.Port, Path: s.Path, Interval: s.interval(), ScrapeTimeout: s.timeout(),
				HonorLabels: s.HonorLabels, RelabelConfigs: s.nodeOfPod(),
			}},
		},
	}
}

func (s Scrape) podMonitor() *monitoringv1.PodMonitor {
	return &monitoringv1.PodMonitor{
		TypeMeta:   s.typeMeta(monitoringv1.PodMonitorsKind),
		ObjectMeta: s.objectMeta(),
		Spec: monitoringv1.PodMonitorSpec{
			Selector:    metav1.LabelSelector{MatchLabels: maps.Clone(s.Select)},
			SampleLimit: &s.SampleLimit,
			PodMetricsEndpoints: []monitoringv1.PodMetricsEndpoint{{
				Port: &s.Port, Path: s.Path, Interval: s.interval(), ScrapeTimeout: s.timeout(),
				HonorLabels: s.HonorLabels, RelabelConfigs: s.nodeOfPod(),
			}},
		},
	}
}

func (s Scrape) typeMeta(kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: monitoringv1.SchemeGroupVersion.String(), Kind: kind}
}

func (s Scrape) objectMeta() metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Name:      s.Name,
		Namespace: s.Namespace,
		Labels:    with(s.Labels, caisson.LabelManagedBy, caisson.ManagedBy),
	}
}

func (s Scrape) interval() monitoringv1.Duration {
	return monitoringv1.Duration(duration(s.Tier.Interval()))
}

func (s Scrape) timeout() monitoringv1.Duration {
	return monitoringv1.Duration(duration(s.Tier.Timeout()))
}

// nodeOfPod lets Alertmanager silence what a node brings down. What tells of others is on a node that says nothing of them.
func (s Scrape) nodeOfPod() []monitoringv1.RelabelConfig {
	if s.HonorLabels {
		return nil
	}
	return []monitoringv1.RelabelConfig{{
		SourceLabels: []monitoringv1.LabelName{"__meta_kubernetes_pod_node_name"}, TargetLabel: "node",
	}}
}

// Validate says what is wrong with the spec.
func (s Scrape) Validate() error { return s.withDefaults().validate().ToAggregate() }

func (s Scrape) validate() field.ErrorList {
	var errs field.ErrorList
	for _, message := range validation.IsDNS1123Subdomain(s.Name) {
		errs = append(errs, field.Invalid(field.NewPath("name"), s.Name, message))
	}
	for _, message := range validation.IsDNS1123Label(s.Namespace) {
		errs = append(errs, field.Invalid(field.NewPath("namespace"), s.Namespace, message))
	}
	errs = append(errs, fielderrors.Sorted(metav1validation.ValidateLabels(s.Labels, field.NewPath("labels")))...)
	if len(s.Select) == 0 {
		errs = append(errs, field.Required(field.NewPath("select"),
			"write the labels of what is scraped, like app.kubernetes.io/instance: web; without any it would be everything"))
	}
	errs = append(errs, fielderrors.Sorted(metav1validation.ValidateLabels(s.Select, field.NewPath("select")))...)
	for _, message := range validation.IsValidPortName(s.Port) {
		errs = append(errs, field.Invalid(field.NewPath("port"), s.Port, "must be the name of a port: "+message))
	}
	if !strings.HasPrefix(s.Path, "/") {
		errs = append(errs, field.Invalid(field.NewPath("path"), s.Path, "must begin with a slash, like /metrics"))
	}
	if !slices.Contains(Tiers(), s.Tier) {
		errs = append(errs, field.NotSupported(field.NewPath("tier"), s.Tier, Tiers()))
	}
	if s.SampleLimit < 1 {
		errs = append(errs, field.Invalid(field.NewPath("sampleLimit"), s.SampleLimit, "must be at least 1"))
	}
	return errs
}

// Objects builds the monitor and gives it.
func (s Scrape) Objects() ([]caisson.Object, error) {
	objs, err := s.Build()
	if err != nil {
		return nil, err
	}
	return objs.All(), nil
}

// Requires the operator of Prometheus.
func (s Scrape) Requires() []caisson.Requirement {
	kind := monitoringv1.ServiceMonitorsKind
	if s.Pods {
		kind = monitoringv1.PodMonitorsKind
	}
	return []caisson.Requirement{requireOperator(kind, s.Namespace, s.Name)}
}

// All gives the objects that are not nil.
func (o *ScrapeObjects) All() []caisson.Object {
	var all []caisson.Object
	if o.ServiceMonitor != nil {
		all = append(all, o.ServiceMonitor)
	}
	if o.PodMonitor != nil {
		all = append(all, o.PodMonitor)
	}
	return all
}

// Objects gives all that are not nil.
func (o *ScrapeObjects) Objects() ([]caisson.Object, error) { return o.All(), nil }

// Requires the operator of Prometheus.
func (o *ScrapeObjects) Requires() []caisson.Requirement {
	objects := o.All()
	all := make([]caisson.Requirement, 0, len(objects))
	for _, object := range objects {
		all = append(
			all,
			requireOperator(object.GetObjectKind().GroupVersionKind().Kind, object.GetNamespace(), object.GetName()),
		)
	}
	return all
}

// Validate checks that something is selected: an assignment after Build can take it away.
func (o *ScrapeObjects) Validate() error {
	var errs field.ErrorList
	if o.ServiceMonitor != nil && len(o.ServiceMonitor.Spec.Endpoints) == 0 {
		errs = append(errs, field.Required(field.NewPath("serviceMonitor", "spec", "endpoints"), "nothing would be scraped"))
	}
	if o.PodMonitor != nil && len(o.PodMonitor.Spec.PodMetricsEndpoints) == 0 {
		errs = append(
			errs,
			field.Required(field.NewPath("podMonitor", "spec", "podMetricsEndpoints"), "nothing would be scraped"),
		)
	}
	return errs.ToAggregate()
}

var (
	_ caisson.Builder = Scrape{}
	_ caisson.Builder = (*ScrapeObjects)(nil)
)
