package prometheus_test

import (
	"cmp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/monitoring"
)

// defined is a group with the interval that Rules would give it.
func defined(t *testing.T, definition monitoring.Definition) monitoring.Group {
	t.Helper()
	group, err := definition.Define()
	require.NoError(t, err)
	group.Interval.Duration = cmp.Or(group.Interval.Duration, 30*time.Second)
	return group
}
