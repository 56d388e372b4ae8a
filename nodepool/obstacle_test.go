package nodepool_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/nodepool"
)

// Who lists the kinds must not leave one out that was added later.
func TestObstacleKindsAreAll(t *testing.T) {
	source, err := os.ReadFile("obstacle.go")
	require.NoError(t, err)
	all := regexp.MustCompile(` ObstacleKind = "(.*)"`).FindAllSubmatch(source, -1)
	declared := make([]nodepool.ObstacleKind, 0, len(all))
	for _, found := range all {
		declared = append(declared, nodepool.ObstacleKind(found[1]))
	}
	require.NotEmpty(t, declared)
	require.Equal(t, declared, nodepool.ObstacleKinds())
}
