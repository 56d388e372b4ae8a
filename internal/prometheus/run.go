package prometheus

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/rules"

	"github.com/caissonhq/caisson/monitoring"
)

// Parse an expression as Prometheus does by default.
func Parse(expr string) (parser.Expr, error) {
	return parser.NewParser(parser.Options{}).ParseExpr(expr)
}

// Run a test of one of the group's alerts, and say where it goes another way than expected.
func Run(group monitoring.Group, alert string, test monitoring.RuleTest) (string, error) {
	observed, err := Observe(group, alert, test)
	if err != nil {
		return "", err
	}
	for i, expected := range test.Expect {
		if diff := cmp.Diff(told(expected.Firing), observed[i]); diff != "" {
			return fmt.Sprintf("%s: at %s (-want +got):\n%s", test.Name, expected.At.Duration, diff), nil
		}
	}
	return "", nil
}

// Observe what one of the group's alerts tells at each time of a test, a line for each that fires. The first evaluation is at
// the first sample.
func Observe(group monitoring.Group, alert string, test monitoring.RuleTest) ([][]string, error) {
	loader, err := promqltest.NewLazyLoader(load(test), promqltest.LazyLoaderOpts{EnableAtModifier: true, EnableNegativeOffset: true})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", test.Name, err)
	}
	defer loader.Close() //nolint:errcheck // a folder of the test's own
	made, watched, err := evaluated(group, alert, loader)
	if err != nil {
		return nil, err
	}
	observed := make([][]string, 0, len(test.Expect))
	at := time.Unix(0, 0).UTC()
	for _, expected := range test.Expect {
		until := time.Unix(0, 0).UTC().Add(expected.At.Duration)
		if at.After(until.Add(group.Interval.Duration)) {
			return nil, fmt.Errorf("%s: %s is after what comes next", test.Name, expected.At.Duration)
		}
		for ; !at.After(until); at = at.Add(group.Interval.Duration) {
			if err := evaluate(loader, made, at); err != nil {
				return nil, fmt.Errorf("%s: at %s: %w", test.Name, at.Sub(time.Unix(0, 0)), err)
			}
		}
		observed = append(observed, fired(watched))
	}
	return observed, nil
}

func load(test monitoring.RuleTest) string {
	var text strings.Builder
	fmt.Fprintf(&text, "load %s\n", test.Interval.Duration)
	for _, series := range test.Series {
		fmt.Fprintf(&text, "  %s %s\n", series.Selector, series.Values)
	}
	return text.String()
}

// evaluated is the group as Prometheus evaluates it, and the alert's rule.
func evaluated(group monitoring.Group, alert string, loader *promqltest.LazyLoader) (*rules.Group, *rules.AlertingRule, error) {
	var all []rules.Rule
	var watched *rules.AlertingRule
	for _, record := range group.Records {
		expr, err := Parse(record.Expr)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w\n%s", record.Name, err, record.Expr)
		}
		all = append(all, rules.NewRecordingRule(record.Name, expr, labels.FromMap(record.Labels)))
	}
	for _, one := range group.Alerts {
		expr, err := Parse(one.Expr)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w\n%s", one.Name, err, one.Expr)
		}
		rule := rules.NewAlertingRule(one.Name, expr, one.For.Duration, one.KeepFiringFor.Duration, labels.FromMap(one.Labels),
			labels.FromStrings("summary", one.Summary), labels.EmptyLabels(), "", true, promslog.NewNopLogger())
		all = append(all, rule)
		if one.Name == alert {
			watched = rule
		}
	}
	if watched == nil {
		return nil, nil, fmt.Errorf("there is no alert %s", alert)
	}
	made := rules.NewGroup(rules.GroupOptions{
		Name: group.Name, Interval: group.Interval.Duration, Rules: all,
		Opts: &rules.ManagerOptions{
			QueryFunc: rules.EngineQueryFunc(loader.QueryEngine(), loader.Storage()), Appendable: loader.Storage(),
			Context: context.Background(), Logger: promslog.NewNopLogger(),
			NotifyFunc: func(context.Context, string, ...*rules.Alert) {},
		},
	})
	return made, watched, nil
}

func evaluate(loader *promqltest.LazyLoader, group *rules.Group, at time.Time) error {
	var failed error
	loader.WithSamplesTill(at, func(err error) {
		if failed = err; failed != nil {
			return
		}
		group.Eval(loader.Context(), at)
		for _, rule := range group.Rules() {
			if err := rule.LastError(); err != nil {
				failed = fmt.Errorf("%s: %w", rule.Name(), err)
			}
		}
	})
	return failed
}

// fired are the alerts that reach somebody, as a reader sees them.
func fired(rule *rules.AlertingRule) []string {
	var all []string
	for _, alert := range rule.ActiveAlerts() {
		if alert.State == rules.StateFiring {
			seen := alert.Labels.Map()
			delete(seen, labels.AlertName)
			all = append(all, line(seen, alert.Annotations.Get("summary")))
		}
	}
	slices.Sort(all)
	return all
}

func told(firing []monitoring.Firing) []string {
	var all []string
	for _, one := range firing {
		all = append(all, line(one.Labels, one.Summary))
	}
	slices.Sort(all)
	return all
}

func line(set map[string]string, summary string) string {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(set)) {
		fmt.Fprintf(&text, "%s=%q ", name, set[name])
	}
	return text.String() + summary
}
