package apply_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// request of a run. Requests go out several at a time, in any order: how often the same path was asked before tells them
// apart in every run alike, where their order would not.
type request struct {
	method, path string
	nth          int // 0 for the first of this method and path
}

func (r request) String() string { return fmt.Sprintf("%s %s #%d", r.method, r.path, r.nth) }

// writes says whether the request would change something. Apply runs send no dry runs.
func (r request) writes() bool { return r.method != http.MethodGet }

// isDiscovery says whether it asks which kinds are served. It does so in a client that has just started.
func (r request) isDiscovery() bool {
	parts := strings.Split(r.path, "/")[1:] // api, v1 or apis, group, version, and then what is in it
	return parts[0] == "api" && len(parts) <= 2 || parts[0] == "apis" && len(parts) <= 3
}

// faultProxy is a real HTTP server between a client and the API server. It passes every request on with the rights of
// its own configuration, but for one of them, to which it does something bad.
type faultProxy struct {
	*httptest.Server
	upstream http.RoundTripper
	target   *url.URL
	at       request       // what the fault is for
	fault    fault         // nil: none
	timeout  time.Duration // of each request of the proxy's clients; 0: none

	mu       sync.Mutex
	requests []request       // in the order in which they arrived
	seen     map[request]int // without nth
	struck   bool
}

// newFaultProxy starts a proxy for one run.
func newFaultProxy(t *testing.T, config *rest.Config, at request, f fault) *faultProxy {
	t.Helper()
	target, err := url.Parse(config.Host)
	require.NoError(t, err)
	transport, err := rest.TransportFor(config)
	require.NoError(t, err)
	p := &faultProxy{upstream: transport, target: target, at: at, fault: f, seen: map[request]int{}}
	p.Server = httptest.NewUnstartedServer(http.HandlerFunc(p.serve))
	p.Config.ErrorLog = log.New(io.Discard, "", 0) // connections are broken on purpose
	p.Start()
	t.Cleanup(p.Close)
	return p
}

// client that goes through the proxy. It knows nothing yet, as that of a program that has just started.
func (p *faultProxy) client(t *testing.T) client.Client {
	t.Helper()
	return p.clientLogging(t, logr.FromSlogHandler(slog.DiscardHandler))
}

func (p *faultProxy) clientLogging(t *testing.T, logger logr.Logger) client.Client {
	t.Helper()
	c, err := client.New(&rest.Config{Host: p.URL, QPS: -1, Timeout: p.timeout}, client.Options{Log: logger})
	require.NoError(t, err)
	return c
}

func (p *faultProxy) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client has gone
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if p.count(r) {
		p.fault(p, w, r)
		return
	}
	p.pass(w, r)
}

// count the request, and say whether it is the one to strike.
func (p *faultProxy) count(r *http.Request) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := request{method: r.Method, path: r.URL.Path}
	nth := p.seen[now]
	p.seen[now]++
	now.nth = nth
	p.requests = append(p.requests, now)
	if p.fault == nil || now != p.at {
		return false
	}
	p.struck = true
	return true
}

func (p *faultProxy) hasStruck() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.struck
}

// answer of the API server, whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// forward has the API server do it, even if the client should leave in the meantime.
func (p *faultProxy) forward(r *http.Request) (*answer, error) {
	out := r.Clone(context.WithoutCancel(r.Context()))
	out.URL.Scheme, out.URL.Host, out.Host, out.RequestURI = p.target.Scheme, p.target.Host, "", ""
	response, err := p.upstream.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return &answer{response.StatusCode, response.Header, body}, err
}

// pass the request on and the answer back. What the API server does not answer is not answered here either.
func (p *faultProxy) pass(w http.ResponseWriter, r *http.Request) {
	a, err := p.forward(r)
	if err != nil {
		reset(w)
		return
	}
	a.write(w, len(a.body))
}

// write the answer's head and the first n bytes of its body.
func (a *answer) write(w http.ResponseWriter, n int) {
	maps.Copy(w.Header(), a.header)
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body[:n])
}

// reset the connection: the client sees "connection reset by peer" in place of an answer.
func reset(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err) // every HTTP/1 connection can be hijacked
	}
	if tcp, ok := connection.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = connection.Close()
}

// refuse answers as an API server does that does not take the request.
func refuse(w http.ResponseWriter, code int, reason metav1.StatusReason, message string, details *metav1.StatusDetails) {
	body, err := json.Marshal(metav1.Status{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"},
		Status:   metav1.StatusFailure, Code: int32(code), Reason: reason, Message: message, Details: details,
	})
	if err != nil {
		panic(err) // it is made of text alone
	}
	a := answer{code, http.Header{"Content-Type": {"application/json"}}, body}
	a.write(w, len(body))
}
