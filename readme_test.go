package caisson_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// The README names tests as evidence, so they must be there.
func TestTheReadmeNamesTestsThatExist(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	links := regexp.MustCompile(`\[(Test[A-Za-z]+)\]\(([^)]+)\)`).FindAllStringSubmatch(string(readme), -1)
	require.NotEmpty(t, links)
	for _, link := range links {
		source, err := os.ReadFile(link[2])
		require.NoError(t, err)
		require.Contains(t, string(source), "func "+link[1]+"(t *testing.T)")
	}
}
