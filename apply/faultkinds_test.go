package apply_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// fault is what happens to one request in place of being passed on.
type fault func(p *faultProxy, w http.ResponseWriter, r *http.Request)

// faultClasses are the names of faultKinds by what becomes of the request.
var faultClasses = [][]string{
	{"409", "429", "500", "503"},                       // the client knows that it was not done
	{"reset before", "silence before"},                 // it was not done, and the client cannot know
	{"reset after", "half an answer", "silence after"}, // it was done, and the client cannot know
}

func faultNames() []string { return slices.Concat(faultClasses...) }

func oneOfEach(random *rand.Rand, classes ...[]string) []string {
	names := make([]string, len(classes))
	for i, class := range classes {
		names[i] = class[random.IntN(len(class))]
	}
	return names
}

// faultKinds that a network, a load balancer, an overloaded API server or another client can cause. Those that leave the
// client without an answer call the given function once they are under way: it ends the run's context, as a deadline would.
func faultKinds(expire context.CancelFunc) map[string]fault {
	return map[string]fault{
		"429": func(_ *faultProxy, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "1")
			refuse(w, http.StatusTooManyRequests, metav1.StatusReasonTooManyRequests, "too many requests",
				&metav1.StatusDetails{RetryAfterSeconds: 1})
		},
		"409": func(_ *faultProxy, w http.ResponseWriter, r *http.Request) {
			reason := metav1.StatusReasonConflict
			if r.Method == http.MethodPost {
				reason = metav1.StatusReasonAlreadyExists
			}
			refuse(w, http.StatusConflict, reason, "somebody else was faster", &metav1.StatusDetails{})
		},
		"500": func(_ *faultProxy, w http.ResponseWriter, _ *http.Request) {
			refuse(w, http.StatusInternalServerError, metav1.StatusReasonInternalError, "etcdserver: request timed out", nil)
		},
		"503": func(_ *faultProxy, w http.ResponseWriter, _ *http.Request) {
			refuse(w, http.StatusServiceUnavailable, metav1.StatusReasonServiceUnavailable, "shutting down", nil)
		},
		"reset before": func(_ *faultProxy, w http.ResponseWriter, _ *http.Request) { reset(w) },
		"reset after": func(p *faultProxy, w http.ResponseWriter, r *http.Request) {
			_, _ = p.forward(r)
			reset(w)
		},
		"half an answer": func(p *faultProxy, w http.ResponseWriter, r *http.Request) {
			a, err := p.forward(r)
			if err != nil {
				reset(w)
				return
			}
			a.write(w, len(a.body)/2)
			_ = http.NewResponseController(w).Flush()
			reset(w)
		},
		"silence before": func(_ *faultProxy, _ http.ResponseWriter, r *http.Request) {
			expire()
			<-r.Context().Done()
		},
		"silence after": func(p *faultProxy, _ http.ResponseWriter, r *http.Request) {
			_, _ = p.forward(r)
			expire()
			<-r.Context().Done()
		},
	}
}
