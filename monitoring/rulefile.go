package monitoring

import (
	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"sigs.k8s.io/yaml"
)

// File is something to be written down.
type File struct {
	Name    string
	Content []byte
}

// Files are the rules and their tests, two files for each group: node-cpu-high.rules.yaml is for the rule_files of a Prometheus
// without the operator, and node-cpu-high.test.yaml for promtool test rules, which finds the rules beside it.
func (r Rules) Files() ([]File, error) {
	groups, errs := r.groups()
	if len(errs) > 0 {
		return nil, errs.ToAggregate()
	}
	var files []File
	for _, group := range groups {
		name := group.Name + ".rules.yaml"
		// The operator's type has the fields of the file by the same names.
		rules, err := yaml.Marshal(monitoringv1.PrometheusRuleSpec{Groups: r.ruleGroups([]Group{group})})
		if err != nil {
			return nil, err
		}
		files = append(files, File{Name: name, Content: rules})
		if made := r.unitTests(name, group); len(made.Tests) > 0 {
			tests, err := yaml.Marshal(made)
			if err != nil {
				return nil, err
			}
			files = append(files, File{Name: group.Name + ".test.yaml", Content: tests})
		}
	}
	return files, nil
}

func (r Rules) unitTests(ruleFile string, group Group) unitTests {
	file := unitTests{RuleFiles: []string{ruleFile}, EvaluationInterval: duration(group.Interval.Duration)}
	for _, alert := range group.Alerts {
		for _, test := range alert.Tests {
			file.Tests = append(file.Tests, r.unitTest(alert, test))
		}
	}
	return file
}

// unitTests are what promtool reads.
type unitTests struct {
	RuleFiles          []string   `json:"rule_files"`
	EvaluationInterval string     `json:"evaluation_interval"`
	Tests              []unitTest `json:"tests"`
}

type unitTest struct {
	Name           string          `json:"name"`
	Interval       string          `json:"interval"`
	InputSeries    []inputSeries   `json:"input_series,omitempty"`
	AlertRuleTests []alertRuleTest `json:"alert_rule_test"`
}

type inputSeries struct {
	Series string `json:"series"`
	Values string `json:"values"`
}

type alertRuleTest struct {
	EvalTime  string          `json:"eval_time"`
	Alert     string          `json:"alertname"`
	ExpAlerts []expectedAlert `json:"exp_alerts,omitempty"`
}

type expectedAlert struct {
	Labels      map[string]string `json:"exp_labels"`
	Annotations map[string]string `json:"exp_annotations"`
}

func (r Rules) unitTest(alert Alert, test RuleTest) unitTest {
	made := unitTest{Name: alert.Name + ": " + test.Name, Interval: duration(test.Interval.Duration)}
	for _, series := range test.Series {
		made.InputSeries = append(made.InputSeries, inputSeries{Series: series.Selector, Values: series.Values})
	}
	for _, expected := range test.Expect {
		one := alertRuleTest{EvalTime: duration(expected.At.Duration), Alert: alert.Name}
		for _, firing := range expected.Firing {
			annotations := r.annotations(alert)
			annotations["summary"] = firing.Summary
			one.ExpAlerts = append(one.ExpAlerts, expectedAlert{
				Labels: with(firing.Labels, pairs(alert.labels())...), Annotations: annotations,
			})
		}
		made.AlertRuleTests = append(made.AlertRuleTests, one)
	}
	return made
}
