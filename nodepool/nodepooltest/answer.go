package nodepooltest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// answer to a request, before it is text.
type answer struct {
	status int
	body   any // encoded as JSON; text is for []byte
	header http.Header
}

func ok(status int, body any) (answer, error) { return answer{status: status, body: body}, nil }

func noContent() (answer, error) { return answer{status: http.StatusNoContent}, nil }

// refusal is an error that the API tells.
type refusal struct {
	status  int
	message string
}

func (r *refusal) Error() string { return r.message }

func refuse(status int, format string, values ...any) *refusal {
	return &refusal{status: status, message: fmt.Sprintf(format, values...)}
}

// invalid is what is wrong with a request: DigitalOcean answers so whatever it cannot do.
func invalid(format string, values ...any) *refusal {
	return refuse(http.StatusUnprocessableEntity, format, values...)
}

func notFound(what, id string) *refusal {
	return refuse(http.StatusNotFound, "%s %q could not be found", what, id)
}

func refusalOf(err error) *refusal {
	if refused, ok := errors.AsType[*refusal](err); ok {
		return refused
	}
	return refuse(http.StatusInternalServerError, "%s", err)
}

// answer in the form of all errors of the API: {"id":"not_found","message":"…"}.
func (r *refusal) answer() answer {
	id := strings.ToLower(strings.ReplaceAll(http.StatusText(r.status), " ", "_"))
	return answer{status: r.status, body: map[string]string{"id": id, "message": r.message}}
}

func tooMany(wait time.Duration) answer {
	a := refuse(http.StatusTooManyRequests, "API Rate limit exceeded.").answer()
	if wait > 0 {
		a.header = http.Header{"Retry-After": {strconv.Itoa(int(math.Ceil(wait.Seconds())))}}
	}
	return a
}

// answer as it goes over the wire, with the headers that DigitalOcean adds.
func (s *Server) answer(r *http.Request, requestBody []byte, a answer) Exchange {
	e := Exchange{Request: r, RequestBody: requestBody, Status: a.status, Header: http.Header{}}
	maps.Copy(e.Header, a.header)
	id := newUUID()
	e.Header.Set("X-Request-ID", id)
	s.rateHeaders(e.Header)
	switch body := a.body.(type) {
	case nil:
	case []byte:
		e.Header.Set("Content-Type", "application/yaml")
		e.ResponseBody = body
	default:
		if fields, isError := body.(map[string]string); isError {
			fields["request_id"] = id
		}
		e.Header.Set("Content-Type", "application/json; charset=utf-8")
		text, err := json.Marshal(body)
		if err != nil { // only a Kubeconfig hook or a size of the user's could bring that about
			e.Status, text = http.StatusInternalServerError, fmt.Appendf(nil, `{"id":"server_error","message":%q}`, err)
		}
		e.ResponseBody = text
	}
	return e
}

// checked by the user's Check, outside of the lock.
func (s *Server) checked(e Exchange) Exchange {
	if s.options.Check == nil {
		return e
	}
	if err := s.options.Check(e); err != nil {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.violations = append(s.violations, fmt.Errorf("%s %s: %d: %w", e.Request.Method, e.Request.URL.Path, e.Status, err))
	}
	return e
}
