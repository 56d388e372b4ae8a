package nodepooltest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strconv"
)

// RoundTrip answers a request, whichever host it is for.
func (s *Server) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := readAll(r.Body)
	if err != nil {
		return nil, err
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	answered, err := s.exchange(r, body)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Status:     strconv.Itoa(answered.Status) + " " + http.StatusText(answered.Status),
		StatusCode: answered.Status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        answered.Header,
		Body:          io.NopCloser(bytes.NewReader(answered.ResponseBody)),
		ContentLength: int64(len(answered.ResponseBody)),
		Request:       r,
	}, nil
}

// ServeHTTP is the same server for clients that want a socket: httptest.NewServer(server).
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := readAll(r.Body)
	if err != nil {
		return
	}
	answered, err := s.exchange(r, body)
	if err != nil {
		panic(http.ErrAbortHandler) // net/http breaks the connection off
	}
	maps.Copy(w.Header(), answered.Header)
	w.WriteHeader(answered.Status)
	_, _ = w.Write(answered.ResponseBody)
}

func readAll(body io.ReadCloser) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	text, err := io.ReadAll(body)
	return text, errors.Join(err, body.Close())
}

// exchange is one request from its arrival to its answer. An error is one of the network.
func (s *Server) exchange(r *http.Request, body []byte) (Exchange, error) {
	fault := s.arrived(r, body)
	switch fault.kind {
	case faultTimeout:
		return Exchange{}, s.hold(r.Context())
	case faultStatus:
		return s.checked(s.answer(r, body, refuse(fault.status, "as the test wants it").answer())), nil
	case faultNone, faultLost:
	}
	answered := s.checked(s.answer(r, body, s.handle(r, body)))
	s.kick()
	if fault.kind == faultLost {
		return Exchange{}, fmt.Errorf("the answer is lost, as the test wants it: %w", io.ErrUnexpectedEOF)
	}
	return answered, nil
}

// arrived notes a request, and asks what shall go wrong.
func (s *Server) arrived(r *http.Request, body []byte) Fault {
	s.mutex.Lock()
	s.requests = append(s.requests, Request{Method: r.Method, Path: r.URL.RequestURI(), Body: string(body)})
	s.mutex.Unlock()
	s.failing.Lock()
	defer s.failing.Unlock()
	if s.fault == nil {
		return Fault{}
	}
	return s.fault(withBody(r, body))
}

func withBody(r *http.Request, body []byte) *http.Request {
	seen := r.Clone(r.Context())
	seen.Body = io.NopCloser(bytes.NewReader(body))
	return seen
}

// hold a request up until its sender gives up.
func (s *Server) hold(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closed:
		return net.ErrClosed
	}
}

// handle a request under the lock, at the state that time has brought about.
func (s *Server) handle(r *http.Request, body []byte) answer {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if wait, over := s.overLimit(); over {
		return tooMany(wait)
	}
	s.advance()
	c := &call{server: s, request: r, body: body}
	s.routes.ServeHTTP(c, r)
	if !c.routed {
		return refuse(http.StatusNotFound, "The resource you were accessing could not be found.").answer()
	}
	return c.answered
}

// call is a request at its handler. That it is an http.ResponseWriter too is for http.ServeMux, which passes it through: what
// the mux writes by itself, redirects, counts as not found.
type call struct {
	server   *Server
	request  *http.Request
	body     []byte
	routed   bool
	answered answer
}

func (c *call) Header() http.Header            { return http.Header{} }
func (c *call) Write(text []byte) (int, error) { return len(text), nil }
func (c *call) WriteHeader(int)                {}

// handler does a request, and says what has come of it. It is called under the lock.
type handler func(*call) (answer, error)

func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, ok := w.(*call)
	if !ok {
		return
	}
	c.request, c.routed = r, true // with the values of its path
	answered, err := h(c)
	if err != nil {
		answered = refusalOf(err).answer()
	}
	c.answered = answered
}
