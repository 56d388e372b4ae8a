package apply_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
)

// judge what a plan says by what a dry run of the same does. It gives the dry run's answer, or nil if it fails.
func (l *lab) judge(s *subject) *unstructured.Unstructured {
	l.t.Helper()
	for range 20 {
		before := l.get(s)
		l.recorder.forget()
		plan, _ := apply.Plan(l.t.Context(), l.recorder, s.set, built(s.object), apply.Force, apply.Adopt)
		asked := l.recorder.asked > 0
		after, refused := l.dryRun(s)
		if l.get(s).GetResourceVersion() != before.GetResourceVersion() {
			time.Sleep(50 * time.Millisecond) // a controller was at work in between
			continue
		}
		require.Len(l.t, plan.Changes, 1)
		change := plan.Changes[0]
		same := refused == nil && jsonEqual(stable(before), stable(after))
		if change.Action == caisson.Unchanged && !same {
			l.fail("apply says unchanged, and the server does not", refused, s, before, after)
			return nil
		}
		l.count(s, change, asked, same, refused)
		if change.Action == caisson.Failed || refused != nil {
			return nil
		}
		return after
	}
	l.tally.add("never still", s.kind)
	return nil
}

func (l *lab) count(s *subject, change caisson.Change, asked, same bool, refused error) {
	l.tally.add("tries", s.kind)
	switch {
	case change.Action == caisson.Unchanged && !asked:
		l.tally.add("unchanged, by the comparison alone", s.kind)
	case change.Action == caisson.Failed && refused != nil:
		l.tally.add("the server refuses the intent", s.kind)
	case change.Action == caisson.Failed:
		l.tally.add("failed: "+change.Err.Error(), s.kind)
	case same:
		l.tally.add("false alarm", s.kind)
	default:
		l.tally.add("changed", s.kind)
	}
}

func (l *lab) dryRun(s *subject) (*unstructured.Unstructured, error) {
	object := parse(l.t, s.intent)
	err := l.others.Apply(l.t.Context(), client.ApplyConfigurationFromUnstructured(object),
		client.FieldOwner(s.manager), client.ForceOwnership, client.DryRunAll)
	return object, err
}

// applyAgain for real: the server must make of it what a dry run said, and then there is nothing left to do.
func (l *lab) applyAgain(s *subject) bool {
	l.t.Helper()
	expected, answer := l.applyAsForeseen(s)
	switch {
	case answer == nil:
		return false
	case !jsonEqual(foreseeable(expected), foreseeable(answer)):
		l.fail("apply makes something else of it than a dry run", nil, s, expected, answer)
		return false
	}
	for attempt := range 5 {
		before := l.get(s)
		l.recorder.forget()
		report, err := l.apply(s)
		after := l.get(s)
		unchanged := err == nil && report.Changes[0].Action == caisson.Unchanged
		switch {
		case unchanged && l.recorder.writes == 0:
		case unchanged:
			l.tally.add("needless writes", s.kind)
		case err == nil && attempt < 4 && jsonEqual(before.Object["spec"], after.Object["spec"]):
			time.Sleep(100 * time.Millisecond) // it is a controller's annotation or status that has changed meanwhile
			continue
		default:
			l.fail("the next apply is not unchanged", err, s, before, after)
			return false
		}
		break
	}
	s.history = append(s.history, "applied again")
	return true
}

// applyAsForeseen gives the dry run's answer and the real one's, for the same state before. If there is nothing to send,
// both are what is there.
func (l *lab) applyAsForeseen(s *subject) (expected, answer *unstructured.Unstructured) {
	l.t.Helper()
	for range 20 {
		before := l.get(s)
		expected, refused := l.dryRun(s)
		l.recorder.forget()
		report, err := l.apply(s)
		if refused != nil || err != nil {
			l.fail("apply fails", errors.Join(refused, err), s, before, expected)
			return nil, nil
		}
		l.tally.add("applied again: "+string(report.Changes[0].Action), s.kind)
		answer := before
		if l.recorder.answer != nil {
			answer = parse(l.t, l.recorder.answer)
		}
		if jsonEqual(expected.Object["status"], answer.Object["status"]) {
			return expected, answer
		}
		time.Sleep(50 * time.Millisecond) // a controller was at work in between
	}
	return nil, nil
}

// enough failures are told; more say the same in other words.
const enough = 5

// fail says all that it takes to understand a failure, and goes on: the next ones show what they have in common.
func (l *lab) fail(what string, err error, s *subject, before, after *unstructured.Unstructured) {
	l.t.Helper()
	l.tally.add("FAILED: "+what, s.kind)
	l.t.Errorf("%s: %v\n%s", what, err, l.story(s, before, after))
	if l.tally.sum("FAILED: "+what) >= enough {
		l.t.FailNow()
	}
}

func (l *lab) story(s *subject, before, after *unstructured.Unstructured) string {
	difference := ""
	if before != nil && after != nil {
		difference = cmp.Diff(stable(before), stable(after))
	}
	history := s.history[max(0, len(s.history)-10):]
	return fmt.Sprintf("try %d, %s\nothers did last:\n  %s\nthe intent is %s\nthe server's dry run would change (-there +after):\n%s",
		l.number, s, strings.Join(history, "\n  "), s.intent, difference)
}

// stable leaves out what differs after every write.
func stable(object *unstructured.Unstructured) map[string]any {
	all := object.DeepCopy().Object
	for _, name := range []string{"managedFields", "resourceVersion", "generation"} {
		unstructured.RemoveNestedField(all, "metadata", name)
	}
	return all
}

// foreseeable leaves out of a Service what the server draws at random.
func foreseeable(object *unstructured.Unstructured) map[string]any {
	all := stable(object)
	if object.GetKind() != "Service" {
		return all
	}
	unstructured.RemoveNestedField(all, "spec", "healthCheckNodePort")
	ports, _ := lookup(all, path{"spec", "ports"}).([]any)
	for _, port := range ports {
		delete(port.(map[string]any), "nodePort")
	}
	return all
}

func jsonEqual(a, b any) bool { return reflect.DeepEqual(a, b) }
