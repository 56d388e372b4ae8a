package nodepooltest

import (
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/digitalocean/godo"
	"k8s.io/utils/clock"
)

// Server is DigitalOcean's API for Kubernetes clusters, in this process. It is an http.RoundTripper and an http.Handler, so
// that neither a socket nor a token is needed. It is safe for concurrent use; make one with New.
type Server struct {
	options Options
	routes  *http.ServeMux
	closed  chan struct{}

	failing sync.Mutex // held while fault is asked, which may look at the server
	fault   func(*http.Request) Fault

	mutex      sync.Mutex // never held during a call of Kubernetes, nor of Check
	clusters   []*cluster // in the order of creation
	dropletID  int
	served     []time.Time // the requests of the last hour
	requests   []Request
	violations []error
	working    work
}

// Options of a Server. The zero value is right for most tests.
type Options struct {
	// Delays until what was asked for has happened. Default: none, everything has happened at the next look.
	Delays Delays
	// Clock by which things happen. Default: the real one.
	Clock clock.WithTicker
	// Sizes of Droplets. Default: DefaultSizes.
	Sizes []godo.Size
	// Versions of Kubernetes, the newest first. Default: three minors in the form that DOKS gives them, "1.36.3-do.0".
	Versions []godo.KubernetesVersion
	// Regions with Kubernetes. Default: ten of DigitalOcean's.
	Regions []godo.KubernetesRegion
	// DropletLimit is how many nodes there can be in all clusters together. Default: 25, as DigitalOcean's page on the
	// autoscaler names it.
	DropletLimit int
	// RateLimit of requests. Default: DigitalOcean's, 5000 in an hour and 250 in a minute.
	RateLimit RateLimit
	// Kubeconfig of a cluster, for GET …/kubeconfig. It must not use the server. Default: one that points nowhere.
	Kubeconfig func(clusterID string) ([]byte, error)
	// Nodes of a cluster that is created, as Attach takes them. It is asked for each and must not use the server. Default: none.
	Nodes func(clusterID string) Nodes
	// Check sees each exchange that is answered, from several goroutines where requests come from several. What it finds is
	// told by Violations.
	Check func(Exchange) error
}

// Exchange is one request with its answer.
type Exchange struct {
	Request      *http.Request // its Body has been read
	RequestBody  []byte
	Status       int
	Header       http.Header
	ResponseBody []byte
}

const defaultDropletLimit = 25

// New makes a server without clusters. It runs nothing by itself until Attach is called: time counts at each look.
func New(o Options) *Server {
	if o.Clock == nil {
		o.Clock = clock.RealClock{}
	}
	if o.Sizes == nil {
		o.Sizes = DefaultSizes()
	}
	if o.Versions == nil {
		o.Versions = defaultVersions()
	}
	if o.Regions == nil {
		o.Regions = regions()
	}
	if o.DropletLimit == 0 {
		o.DropletLimit = defaultDropletLimit
	}
	s := &Server{options: o, closed: make(chan struct{}), dropletID: 400_000_000}
	s.working.kicks, s.working.changed = make(chan struct{}, 1), make(chan struct{})
	s.routes = s.newRoutes()
	return s
}

// Client of this server. It makes each request once: godo repeats by itself only when it is told to. Clients share nothing
// but the server, so that a second one serves as somebody else who changes things.
func (s *Server) Client() *godo.Client { return godo.NewClient(&http.Client{Transport: s}) }

// Close ends the background work, if any, and waits for it. Requests that Timeout holds up end too.
func (s *Server) Close() {
	s.mutex.Lock()
	if !s.isClosed() {
		close(s.closed)
	}
	s.mutex.Unlock()
	s.end()
}

func (s *Server) isClosed() bool {
	select {
	case <-s.closed:
		return true
	default:
		return false
	}
}

// Request that the server has seen, whatever became of it.
type Request struct {
	Method string
	Path   string // with the query: "/v2/sizes?page=2"
	Body   string
}

// Requests in the order in which they came.
func (s *Server) Requests() []Request {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return slices.Clone(s.requests)
}

// Violations that Options.Check has found.
func (s *Server) Violations() []error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return slices.Clone(s.violations)
}
