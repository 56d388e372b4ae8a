package monitoring

import (
	"strings"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/caissonhq/caisson"
)

// Rules is a set of alerts with their runbooks and tests. Name, RunbookURL and Definitions are required, and Namespace for
// the object of the operator.
type Rules struct {
	// Name of the PrometheusRule.
	Name string `json:"name"`
	// Namespace of the PrometheusRule.
	Namespace string `json:"namespace,omitempty"`
	// Labels of the PrometheusRule. Prometheus reads only those that its ruleSelector asks for: kube-prometheus-stack's
	// default is release: <the release's name>.
	Labels map[string]string `json:"labels,omitempty"`
	// RunbookURL is where the pages of Runbooks are to be found, with {alert} for the name of the alert:
	// https://github.com/shop/operations/blob/main/runbooks/{alert}.md.
	RunbookURL string `json:"runbookURL"`
	// Definitions of the alerts.
	Definitions []Definition `json:"-"`
}

// RulesObjects is what Rules are made of.
type RulesObjects struct {
	PrometheusRule *monitoringv1.PrometheusRule
}

// Build makes the object for the operator of Prometheus. The error is a list of field errors, each with the path of the field
// and what to write instead.
func (r Rules) Build() (*RulesObjects, error) {
	groups, errs := r.groups()
	errs = append(errs, r.validateObject()...)
	if len(errs) > 0 {
		return nil, errs.ToAggregate()
	}
	return &RulesObjects{PrometheusRule: &monitoringv1.PrometheusRule{
		TypeMeta: metav1.TypeMeta{
			APIVersion: monitoringv1.SchemeGroupVersion.String(),
			Kind:       monitoringv1.PrometheusRuleKind,
		},
		ObjectMeta: metav1.ObjectMeta{
			Name: r.Name, Namespace: r.Namespace, Labels: with(r.Labels, caisson.LabelManagedBy, caisson.ManagedBy),
		},
		Spec: monitoringv1.PrometheusRuleSpec{Groups: r.ruleGroups(groups)},
	}}, nil
}

func (r Rules) ruleGroups(groups []Group) []monitoringv1.RuleGroup {
	all := make([]monitoringv1.RuleGroup, 0, len(groups))
	for _, group := range groups {
		interval := monitoringv1.Duration(duration(group.Interval.Duration))
		made := monitoringv1.RuleGroup{Name: group.Name, Interval: &interval}
		for _, record := range group.Records {
			made.Rules = append(made.Rules, monitoringv1.Rule{
				Record: record.Name, Expr: intstr.FromString(record.Expr), Labels: record.Labels,
			})
		}
		for _, alert := range group.Alerts {
			made.Rules = append(made.Rules, r.rule(alert))
		}
		all = append(all, made)
	}
	return all
}

func (r Rules) rule(alert Alert) monitoringv1.Rule {
	made := monitoringv1.Rule{
		Alert: alert.Name, Expr: intstr.FromString(alert.Expr), Labels: alert.labels(), Annotations: r.annotations(alert),
	}
	if alert.For.Duration > 0 {
		wait := monitoringv1.Duration(duration(alert.For.Duration))
		made.For = &wait
	}
	if alert.KeepFiringFor.Duration > 0 {
		keep := monitoringv1.NonEmptyDuration(duration(alert.KeepFiringFor.Duration))
		made.KeepFiringFor = &keep
	}
	return made
}

func (a Alert) labels() map[string]string { return with(a.Labels, "severity", string(a.Severity)) }

func (r Rules) annotations(alert Alert) map[string]string {
	return map[string]string{
		"summary":     alert.Summary,
		"description": alert.Runbook.Meaning,
		"runbook_url": strings.ReplaceAll(r.RunbookURL, "{alert}", alert.Name),
	}
}

// Validate says what is wrong with the spec.
func (r Rules) Validate() error {
	_, errs := r.groups()
	return append(errs, r.validateObject()...).ToAggregate()
}

// Objects builds the rules and gives their object.
func (r Rules) Objects() ([]caisson.Object, error) {
	objs, err := r.Build()
	if err != nil {
		return nil, err
	}
	return objs.All(), nil
}

// Requires the operator of Prometheus.
func (r Rules) Requires() []caisson.Requirement {
	return []caisson.Requirement{requireOperator(monitoringv1.PrometheusRuleKind, r.Namespace, r.Name)}
}

func requireOperator(kind, namespace, name string) caisson.Requirement {
	return caisson.Requirement{
		Kind: schema.GroupVersionKind{
			Group: monitoringv1.SchemeGroupVersion.Group, Version: monitoringv1.SchemeGroupVersion.Version, Kind: kind,
		},
		For: kind + " " + namespace + "/" + name + " is read by the operator of Prometheus",
		Remedy: "install it, with kube-state-metrics and node-exporter: doctl kubernetes 1-click install <cluster-id> " +
			"--1-clicks monitoring, or the chart kube-prometheus-stack of prometheus-community",
	}
}

// All gives the objects that are not nil.
func (o *RulesObjects) All() []caisson.Object {
	if o.PrometheusRule == nil {
		return nil
	}
	return []caisson.Object{o.PrometheusRule}
}

// Objects gives all that are not nil.
func (o *RulesObjects) Objects() ([]caisson.Object, error) { return o.All(), nil }

// Requires the operator of Prometheus.
func (o *RulesObjects) Requires() []caisson.Requirement {
	if o.PrometheusRule == nil {
		return nil
	}
	return []caisson.Requirement{
		requireOperator(monitoringv1.PrometheusRuleKind, o.PrometheusRule.Namespace, o.PrometheusRule.Name),
	}
}

// Validate finds nothing: the builder has no say in what Prometheus makes of a rule that was changed by hand.
func (o *RulesObjects) Validate() error { return nil }

var (
	_ caisson.Builder = Rules{}
	_ caisson.Builder = (*RulesObjects)(nil)
)
