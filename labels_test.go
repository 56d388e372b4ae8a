package caisson_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson"
)

// These are on objects in users' clusters: another name would tear every selector, and lose every set.
func TestNamesOfLabelsAreSettled(t *testing.T) {
	require.Equal(t, "app.kubernetes.io/name", caisson.LabelName)
	require.Equal(t, "app.kubernetes.io/instance", caisson.LabelInstance)
	require.Equal(t, "app.kubernetes.io/managed-by", caisson.LabelManagedBy)
	require.Equal(t, "caisson.dev/track", caisson.LabelTrack)
	require.Equal(t, "caisson.dev/pool", caisson.LabelPool)
	require.Equal(t, "stable", caisson.TrackStable)
	require.Equal(t, "caisson", caisson.ManagedBy)
}
