package workload_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A program that reconciles a thousand servers builds them every time. The bound is what a build takes now, and a tenth more.
func TestBuildAllocates(t *testing.T) {
	server := web()
	allocations := testing.AllocsPerRun(100, func() {
		if _, err := server.Build(); err != nil {
			t.Fatal(err)
		}
	})
	t.Logf("%.0f allocations", allocations)
	require.LessOrEqual(t, allocations, 140.0)
}

func BenchmarkServerBuild(b *testing.B) {
	server := web()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := server.Build(); err != nil {
			b.Fatal(err)
		}
	}
}
