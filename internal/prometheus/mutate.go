package prometheus

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/caissonhq/caisson/monitoring"
)

// Mutant is a group that is wrong in one place.
type Mutant struct {
	// Name says what was changed: "PodRestarting: 5 -> 5.05".
	Name  string
	Group monitoring.Group
}

// Mutants of a group: each threshold moved by 1 % to both sides, or by one if it counts, each duration by one interval of evaluation, each matcher of
// a label dropped, alone and from all selectors. A threshold is a number that something is compared with. Each alert's own time is moved too.
func Mutants(group monitoring.Group) ([]Mutant, error) {
	var all []Mutant
	add := func(name string, change func(*monitoring.Group)) {
		changed := group
		changed.Records, changed.Alerts = slices.Clone(group.Records), slices.Clone(group.Alerts)
		change(&changed)
		all = append(all, Mutant{Name: name, Group: changed})
	}
	for i, record := range group.Records {
		exprs, err := mutated(record.Expr, group.Interval.Duration)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", record.Name, err)
		}
		for _, one := range exprs {
			add(record.Name+": "+one.name, func(g *monitoring.Group) { g.Records[i].Expr = one.expr })
		}
	}
	for i, alert := range group.Alerts {
		exprs, err := mutated(alert.Expr, group.Interval.Duration)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", alert.Name, err)
		}
		for _, one := range exprs {
			add(alert.Name+": "+one.name, func(g *monitoring.Group) { g.Alerts[i].Expr = one.expr })
		}
		for _, by := range []time.Duration{-group.Interval.Duration, group.Interval.Duration} {
			if alert.For.Duration > 0 {
				add(fmt.Sprintf("%s: for %s", alert.Name, alert.For.Duration+by),
					func(g *monitoring.Group) { g.Alerts[i].For.Duration += by })
			}
			if alert.KeepFiringFor.Duration > 0 {
				add(fmt.Sprintf("%s: keep_firing_for %s", alert.Name, alert.KeepFiringFor.Duration+by),
					func(g *monitoring.Group) { g.Alerts[i].KeepFiringFor.Duration += by })
			}
		}
	}
	without, err := dropped(group)
	return append(all, without...), err
}

type mutatedExpr struct{ name, expr string }

// mutated forms of an expression, each with one change.
func mutated(text string, step time.Duration) ([]mutatedExpr, error) {
	expr, err := Parse(text)
	if err != nil {
		return nil, err
	}
	var all []mutatedExpr
	// try a change of a node of the tree, write the whole tree down, and take the change back.
	try := func(name string, change, back func()) {
		change()
		all = append(all, mutatedExpr{name: name, expr: expr.String()})
		back()
	}
	parser.Inspect(expr, func(node parser.Node, path []parser.Node) error {
		switch n := node.(type) {
		case *parser.BinaryExpr:
			if number := threshold(n); number != nil {
				was := number.Val
				for _, other := range moved(was, strings.Contains(text, "floor(")) {
					try(fmt.Sprintf("%g -> %g", was, other), func() { number.Val = other }, func() { number.Val = was })
				}
			}
		case *parser.MatrixSelector:
			was := n.Range
			for _, by := range []time.Duration{-step, step} {
				try(fmt.Sprintf("[%s] -> [%s]", was, was+by), func() { n.Range = was + by }, func() { n.Range = was })
			}
		case *parser.SubqueryExpr:
			was := n.Range
			for _, by := range []time.Duration{-step, step} {
				try(fmt.Sprintf("[%s:] -> [%s:]", was, was+by), func() { n.Range = was + by }, func() { n.Range = was })
			}
		case *parser.VectorSelector:
			if was := n.OriginalOffset; was != 0 {
				for _, by := range []time.Duration{-step, step} {
					try(fmt.Sprintf("offset %s -> %s", was, was+by), func() { n.OriginalOffset = was + by }, func() { n.OriginalOffset = was })
				}
			}
			was := n.LabelMatchers
			for i, dropped := range was {
				if dropped.Name == labels.MetricName || kept(path, dropped.Name) {
					continue
				}
				without := slices.Delete(slices.Clone(was), i, i+1)
				try(fmt.Sprintf("%s without %s", n.Name, dropped), func() { n.LabelMatchers = without }, func() { n.LabelMatchers = was })
			}
		}
		return nil
	})
	return all, nil
}

// threshold of a comparison, if it is one with a number.
func threshold(n *parser.BinaryExpr) *parser.NumberLiteral {
	if !n.Op.IsComparisonOperator() {
		return nil
	}
	number, _ := n.RHS.(*parser.NumberLiteral)
	return number
}

// moved to both sides: by one what counts, by 1 % of one what is compared with nothing, and by 1 % all else.
func moved(value float64, counts bool) []float64 {
	switch {
	case counts:
		return []float64{value - 1, value + 1}
	case value == 0:
		return []float64{-0.01, 0.01}
	}
	return []float64{value * 0.99, value * 1.01}
}

// kept labels are in what both sides of an operator give: dropping a matcher for one on one side alone changes nothing.
func kept(path []parser.Node, label string) bool {
	return slices.ContainsFunc(path, func(node parser.Node) bool {
		aggregate, is := node.(*parser.AggregateExpr)
		return is && !aggregate.Without && slices.Contains(aggregate.Grouping, label)
	})
}

// dropped from all selectors of the group, one label after the other.
func dropped(group monitoring.Group) ([]Mutant, error) {
	names := map[string]bool{}
	drop := func(text, name string) (string, error) {
		expr, err := Parse(text)
		if err != nil {
			return "", err
		}
		parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
			if n, is := node.(*parser.VectorSelector); is {
				for _, one := range n.LabelMatchers {
					names[one.Name] = one.Name != labels.MetricName
				}
				n.LabelMatchers = slices.DeleteFunc(n.LabelMatchers, func(m *labels.Matcher) bool { return m.Name == name })
			}
			return nil
		})
		return expr.String(), nil
	}
	without := func(name string) (monitoring.Group, error) {
		changed := group
		changed.Records, changed.Alerts = slices.Clone(group.Records), slices.Clone(group.Alerts)
		var failed error
		for i := range changed.Records {
			text, err := drop(changed.Records[i].Expr, name)
			changed.Records[i].Expr, failed = text, errors.Join(failed, err)
		}
		for i := range changed.Alerts {
			text, err := drop(changed.Alerts[i].Expr, name)
			changed.Alerts[i].Expr, failed = text, errors.Join(failed, err)
		}
		return changed, failed
	}
	if _, err := without(""); err != nil { // which finds the names
		return nil, err
	}
	var all []Mutant
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if names[name] {
			changed, err := without(name)
			if err != nil {
				return nil, err
			}
			all = append(all, Mutant{Name: group.Name + ": without any " + name, Group: changed})
		}
	}
	return all, nil
}
