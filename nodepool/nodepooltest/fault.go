package nodepooltest

import "net/http"

// Fault is what goes wrong with a request. The zero value is nothing.
type Fault struct {
	kind   faultKind
	status int
}

type faultKind int

const (
	faultNone faultKind = iota
	faultStatus
	faultTimeout
	faultLost
)

// Status answers with an error, and does nothing: 500, 502, 503, 429.
func Status(code int) Fault { return Fault{kind: faultStatus, status: code} }

// Timeout does nothing, and answers nothing until the request's context ends.
func Timeout() Fault { return Fault{kind: faultTimeout} }

// Lost does what is asked for, and then breaks the connection: the sender cannot know that it was done.
func Lost() Fault { return Fault{kind: faultLost} }

// Fail asks choose for each request what shall go wrong with it, one request at a time; nil ends that. It may use the server,
// but not send requests to it, and may read the request's body.
func (s *Server) Fail(choose func(*http.Request) Fault) {
	s.failing.Lock()
	defer s.failing.Unlock()
	s.fault = choose
}
