package nodepooltest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

func TestBurstIsLimited(t *testing.T) {
	l := emptyLab(t, nodepooltest.Options{})
	ask := func() (*godo.Response, error) {
		_, answer, err := l.api.List(t.Context(), nil)
		return answer, err
	}
	for i := range 250 {
		answer, err := ask()
		require.NoError(t, err)
		require.Equal(t, 5000, answer.Limit)
		require.Equal(t, 4999-i, answer.Remaining)
		require.Equal(t, l.clock.Now().Add(time.Hour).Unix(), answer.Reset.Unix())
	}
	answer, err := ask()
	require.Equal(t, http.StatusTooManyRequests, status(t, err))
	require.Equal(t, "60", answer.Header.Get("Retry-After"))
	l.clock.Step(59 * time.Second)
	answer, err = ask()
	require.Equal(t, http.StatusTooManyRequests, status(t, err))
	require.Equal(t, "1", answer.Header.Get("Retry-After"))
	l.clock.Step(time.Second)
	_, err = ask()
	require.NoError(t, err)
}

func TestHourIsLimited(t *testing.T) {
	l := emptyLab(t, nodepooltest.Options{RateLimit: nodepooltest.RateLimit{PerHour: 3, PerMinute: -1}})
	for range 3 {
		_, _, err := l.api.List(t.Context(), nil)
		require.NoError(t, err)
		l.clock.Step(time.Minute)
	}
	_, answer, err := l.api.List(t.Context(), nil)
	require.Equal(t, http.StatusTooManyRequests, status(t, err))
	require.Empty(t, answer.Header.Get("Retry-After"), "only a burst tells how long to wait")
	require.Equal(t, 0, answer.Remaining)
	l.clock.Step(57 * time.Minute)
	_, _, err = l.api.List(t.Context(), nil)
	require.NoError(t, err, "the first has expired")
	_, _, err = l.api.List(t.Context(), nil)
	require.Error(t, err, "but not the second")
}

func TestNoLimit(t *testing.T) {
	l := emptyLab(t, nodepooltest.Options{RateLimit: nodepooltest.RateLimit{PerHour: -1, PerMinute: -1}})
	for range 5100 {
		_, answer, err := l.api.List(t.Context(), nil)
		require.NoError(t, err)
		require.Empty(t, answer.Header.Get("Ratelimit-Limit"))
	}
}
