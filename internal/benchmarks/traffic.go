package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// traffic delays the requests of a process and counts them.
type traffic struct {
	latency                 time.Duration
	requests, writes, bytes atomic.Int64
}

// connect gives the configuration of clients whose requests are counted, and not throttled: all strategies are to be
// as fast as they can be.
func (t *traffic) connect(kubeconfig string) (*rest.Config, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", kubeconfig, err)
	}
	config.QPS = -1
	config.Wrap(t.wrap)
	return config, nil
}

func (t *traffic) wrap(next http.RoundTripper) http.RoundTripper { return &transport{next, t} }

type transport struct {
	next    http.RoundTripper
	traffic *traffic
}

func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	if err := t.traffic.wait(request.Context()); err != nil {
		if request.Body != nil {
			_ = request.Body.Close()
		}
		return nil, err
	}
	t.traffic.requests.Add(1)
	if writes(request) {
		t.traffic.writes.Add(1)
	}
	if request.Body != nil {
		request = request.WithContext(request.Context()) // a copy, as shallow as can be
		request.Body = &counted{request.Body, &t.traffic.bytes}
	}
	response, err := t.next.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	response.Body = &counted{response.Body, &t.traffic.bytes}
	return response, nil
}

func (t *traffic) wait(ctx context.Context) error {
	if t.latency == 0 {
		return nil
	}
	select {
	case <-time.After(t.latency):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// writes says whether a request asks the server to change something.
func writes(request *http.Request) bool {
	return request.Method != http.MethodGet && !request.URL.Query().Has("dryRun")
}

// counted counts what is read of a body: after decompression, since Go's transport does that below.
type counted struct {
	io.ReadCloser

	count *atomic.Int64
}

func (c *counted) Read(into []byte) (int, error) {
	n, err := c.ReadCloser.Read(into)
	c.count.Add(int64(n))
	return n, err
}
