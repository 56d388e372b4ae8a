package prometheus_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/internal/prometheus"
	"github.com/caissonhq/caisson/monitoring"
)

// Whatever is changed in a rule, a test of its alert tells.
func TestMutantsAreTold(t *testing.T) {
	for _, definition := range definitions() {
		group := defined(t, definition)
		mutants, err := prometheus.Mutants(group)
		require.NoError(t, err)
		require.NotEmpty(t, mutants)
		t.Run(fmt.Sprintf("%T %s", definition, group.Name), func(t *testing.T) {
			t.Parallel()
			for _, mutant := range mutants {
				if !isTold(t, mutant.Group) {
					t.Errorf("no test tells the change of %s", mutant.Name)
				}
			}
			t.Logf("%d changes, all told", len(mutants))
		})
	}
}

func isTold(t *testing.T, mutant monitoring.Group) bool {
	t.Helper()
	for _, alert := range mutant.Alerts {
		for _, test := range alert.Tests {
			problem, err := prometheus.Run(mutant, alert.Name, test)
			if problem != "" || err != nil {
				return true
			}
		}
	}
	return false
}
