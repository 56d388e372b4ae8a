package nodepooltest

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const (
	// tick at which the background looks whether something is due. Requests have it look at once.
	tick = 100 * time.Millisecond
	// pause before a call of Kubernetes that has failed is made again, by the real clock: Kubernetes has no other.
	pause = 100 * time.Millisecond
)

// work in the background: the calls of Kubernetes.
type work struct {
	stop     context.CancelFunc // nil until it has started
	kicks    chan struct{}
	changed  chan struct{} // closed when a call has ended, and replaced
	finished sync.WaitGroup
}

// start the background, once. It is called under the lock.
func (s *Server) start() {
	if s.working.stop != nil || s.isClosed() {
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	s.working.stop = stop
	ticker := s.options.Clock.NewTicker(tick)
	s.working.finished.Go(func() {
		defer ticker.Stop()
		for {
			s.dispatch(ctx)
			select {
			case <-ctx.Done():
				return
			case <-ticker.C():
			case <-s.working.kicks:
			}
		}
	})
}

// kick has the background look at once.
func (s *Server) kick() {
	select {
	case s.working.kicks <- struct{}{}:
	default: // it will look anyway
	}
}

// dispatch begins all calls that are due.
func (s *Server) dispatch(ctx context.Context) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.advance()
	for _, one := range s.due() {
		callCtx, stop := one.begin(ctx)
		s.working.finished.Go(func() {
			defer stop()
			err := one.do(callCtx)
			s.finish(ctx, one, err)
		})
	}
}

func (s *Server) due() []kubeCall {
	var all []kubeCall
	now := s.options.Clock.Now()
	for _, n := range s.allNodes() {
		if one, is := n.next(now); is {
			all = append(all, one)
		}
	}
	return all
}

// finish a call. One that has failed is told, and keeps its node busy for a pause.
func (s *Server) finish(ctx context.Context, one kubeCall, err error) {
	s.mutex.Lock()
	abandoned := one.what == "drain" && one.node.state != nodeDraining
	if err != nil && !abandoned {
		one.node.pool.cluster.sayf("node %s: %s: %s", one.node.name, one.what, err)
		s.mutex.Unlock()
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		s.mutex.Lock()
	}
	defer s.mutex.Unlock()
	if err == nil {
		one.done()
	}
	one.member.busy = false
	close(s.working.changed)
	s.working.changed = make(chan struct{})
	s.kick()
}

// Settle waits until nothing is left to do in Kubernetes at the present time of the clock, or until the context ends. What
// Delays put off to a later time is not waited for; a drain is.
func (s *Server) Settle(ctx context.Context) error {
	for {
		s.mutex.Lock()
		s.advance()
		busy, changed := len(s.due()) > 0, s.working.changed
		for _, n := range s.allNodes() {
			busy = busy || n.kubernetes.busy
		}
		s.mutex.Unlock()
		if !busy {
			return nil
		}
		s.kick()
		select {
		case <-ctx.Done():
			return fmt.Errorf("nodes are still joining or leaving: %w", ctx.Err())
		case <-s.closed:
			return fmt.Errorf("nodes were still joining or leaving when the server was closed: %w", context.Canceled)
		case <-changed:
		}
	}
}

func (s *Server) end() {
	s.mutex.Lock()
	stop := s.working.stop
	s.mutex.Unlock()
	if stop != nil {
		stop()
	}
	s.working.finished.Wait()
}
