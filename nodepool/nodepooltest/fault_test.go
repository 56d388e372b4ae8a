package nodepooltest_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

func TestFaults(t *testing.T) {
	count := func(l *lab) int { seen, _ := l.server.Cluster(l.cluster); return len(seen.NodePools) }
	cases := map[string]struct {
		reason string
		fault  nodepooltest.Fault
		check  func(t *testing.T, err error)
		pools  int
	}{
		"none": {reason: "The zero value is no fault.", check: func(t *testing.T, err error) { t.Helper(); require.NoError(t, err) }, pools: 2},
		"status": {
			reason: "Nothing is done.", fault: nodepooltest.Status(503), pools: 1,
			check: func(t *testing.T, err error) { t.Helper(); require.Equal(t, 503, status(t, err)) },
		},
		"timeout": {
			reason: "Nothing is done.", fault: nodepooltest.Timeout(), pools: 1,
			check: func(t *testing.T, err error) { t.Helper(); require.ErrorIs(t, err, context.DeadlineExceeded) },
		},
		"lost": {
			reason: "It is done, but the sender cannot know.", fault: nodepooltest.Lost(), pools: 2,
			check: func(t *testing.T, err error) { t.Helper(); require.ErrorIs(t, err, io.ErrUnexpectedEOF) },
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, nodepooltest.Options{})
			l.server.Fail(func(r *http.Request) nodepooltest.Fault {
				body, err := io.ReadAll(r.Body)
				require.NoError(t, err)
				if r.Method == http.MethodPost && strings.Contains(string(body), `"other"`) {
					return tc.fault
				}
				return nodepooltest.Fault{}
			})
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()
			other := &godo.KubernetesNodePoolCreateRequest{Name: "other", Size: "s-1vcpu-2gb", Count: 1}
			_, _, err := l.api.CreateNodePool(ctx, l.cluster, other)
			tc.check(t, err)
			require.Equal(t, tc.pools, count(l), tc.reason)
			require.Len(t, l.get().Nodes, 2, "other requests are served")

			l.server.Fail(nil)
			other.Name = "after"
			_, _, err = l.api.CreateNodePool(t.Context(), l.cluster, other)
			require.NoError(t, err)
		})
	}
}

func TestCloseLetsGo(t *testing.T) {
	l := emptyLab(t, nodepooltest.Options{})
	l.server.Fail(func(*http.Request) nodepooltest.Fault { return nodepooltest.Timeout() })
	ended := make(chan error)
	go func() {
		_, _, err := l.api.List(context.WithoutCancel(t.Context()), nil)
		ended <- err
	}()
	require.Eventually(t, func() bool { return len(l.server.Requests()) == 1 }, time.Second, time.Millisecond)
	l.server.Close()
	require.Error(t, <-ended)
	l.server.Close() // twice does no harm
}
