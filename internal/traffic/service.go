package traffic

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	discoveryv1 "k8s.io/api/discovery/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson/internal/kubelet"
)

// Service dials the ready endpoints of a Service in turn, as they were a while ago: every proxy and load balancer learns of
// a change later than the API server.
type Service struct {
	client client.Client
	key    client.ObjectKey
	lag    time.Duration

	mutex sync.Mutex
	seen  []sighting // oldest first; the first is what is dialed
	turn  atomic.Uint64
}

type sighting struct {
	at        time.Time
	endpoints []string
}

// Follow a Service until the context ends. Lag is how old what is dialed is at least.
func Follow(ctx context.Context, c client.Client, key client.ObjectKey, lag time.Duration) *Service {
	s := &Service{client: c, key: key, lag: lag}
	go func() {
		for ctx.Err() == nil {
			s.look(ctx)
			time.Sleep(20 * time.Millisecond)
		}
	}()
	return s
}

func (s *Service) look(ctx context.Context) {
	var slices discoveryv1.EndpointSliceList
	err := s.client.List(ctx, &slices, client.InNamespace(s.key.Namespace),
		client.MatchingLabels{discoveryv1.LabelServiceName: s.key.Name})
	if err != nil {
		return
	}
	now := sighting{at: time.Now()}
	for _, slice := range slices.Items {
		for _, endpoint := range slice.Endpoints {
			ip, err := netip.ParseAddr(endpoint.Addresses[0])
			if err != nil || endpoint.Conditions.Ready == nil || !*endpoint.Conditions.Ready {
				continue
			}
			port := strconv.Itoa(int(*slice.Ports[0].Port))
			now.endpoints = append(now.endpoints, net.JoinHostPort(kubelet.Local(ip).String(), port))
		}
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.seen = append(s.seen, now)
	for len(s.seen) > 1 && time.Since(s.seen[1].at) > s.lag {
		s.seen = s.seen[1:]
	}
}

// Ready says whether there is an endpoint to dial.
func (s *Service) Ready() bool { return len(s.endpoints()) > 0 }

func (s *Service) endpoints() []string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if len(s.seen) == 0 || time.Since(s.seen[0].at) < s.lag {
		return nil
	}
	return s.seen[0].endpoints
}

// DialContext connects to the next endpoint, whatever address is asked for.
func (s *Service) DialContext(ctx context.Context, network, _ string) (net.Conn, error) {
	endpoints := s.endpoints()
	if len(endpoints) == 0 {
		return nil, errors.New("the Service has no endpoint that is ready")
	}
	return (&net.Dialer{}).DialContext(ctx, network, endpoints[s.turn.Add(1)%uint64(len(endpoints))])
}
