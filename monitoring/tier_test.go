package monitoring_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/monitoring"
)

func TestTiers(t *testing.T) {
	cases := map[monitoring.Tier]struct{ interval, window time.Duration }{
		monitoring.Critical: {15 * time.Second, time.Minute},
		monitoring.Standard: {30 * time.Second, 2 * time.Minute},
		monitoring.Optional: {time.Minute, 4 * time.Minute},
		"":                  {30 * time.Second, 2 * time.Minute},
	}
	for tier, want := range cases {
		require.Equal(t, want.interval, tier.Interval(), tier)
		require.Equal(t, want.window, tier.Window(), tier)
		require.LessOrEqual(t, tier.Timeout(), tier.Interval(), "Prometheus refuses a longer one")
	}
	require.Len(t, monitoring.Tiers(), 3)
}
