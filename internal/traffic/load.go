package traffic

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Load is what came of many requests.
type Load struct {
	Sent   int
	Lost   int            // without a whole answer, or with one that is no 200
	Bodies map[string]int // of the answers
	// Errors at the bottom of what went wrong, each once: connection refused.
	Errors []string
}

// requestTimeout is far beyond what a request takes, and below what anybody waits for.
const requestTimeout = 10 * time.Second

// Send requests to a Service, some at once, until stop closes or the context ends. None is sent again: they are POSTs, which
// Go's client does not repeat once it has written a byte. Connections are kept and used again, as most clients do.
func Send(ctx context.Context, s *Service, atOnce int, stop <-chan struct{}) *Load {
	load := &Load{Bodies: map[string]int{}}
	var mutex sync.Mutex
	var group sync.WaitGroup
	transport := &http.Transport{DialContext: s.DialContext, MaxIdleConnsPerHost: atOnce}
	defer transport.CloseIdleConnections()
	c := &http.Client{Transport: transport, Timeout: requestTimeout}
	for range atOnce {
		group.Go(func() {
			for !closed(stop) && ctx.Err() == nil {
				body, err := send(ctx, c)
				mutex.Lock()
				load.note(body, err)
				mutex.Unlock()
			}
		})
	}
	group.Wait()
	return load
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func send(ctx context.Context, c *http.Client) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://service/", strings.NewReader("work"))
	if err != nil {
		return "", err
	}
	response, err := c.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close() //nolint:errcheck // it has been read
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("the answer is %s", response.Status)
	}
	return string(body), err
}

func (l *Load) note(body string, err error) {
	l.Sent++
	if err == nil {
		l.Bodies[body]++
		return
	}
	l.Lost++
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	if text := err.Error(); !slices.Contains(l.Errors, text) {
		l.Errors = append(l.Errors, text)
	}
}
