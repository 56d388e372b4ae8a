// Command server shows what a program owes a workload.Server: it says when it is ready, and ends without losing a request.
//
// A pod that is to end goes on serving for 5 seconds, which the kubelet waits for by itself, until no load balancer opens
// connections to it any more. Then it gets SIGTERM, and has 30 seconds. Those who keep their connections go on using them: had
// the server closed one in the moment in which a request is sent on it, that request would be lost. So it first tells them
// with each answer to close the connection.
package main

import (
	"context"
	"errors"
	"flag"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

// grace for requests that take long: with farewell less than the 30 seconds that the kubelet gives.
const grace = 20 * time.Second

func main() {
	farewell := flag.Duration("farewell", 5*time.Second, "how long clients are told to close the connections that they keep")
	flag.Parse()
	if err := serve(*farewell); err != nil {
		log.Fatal(err) // the last words of the pod, which apply.Wait shows
	}
}

func serve(farewell time.Duration) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	var leaving atomic.Bool
	server := &http.Server{
		Addr: net.JoinHostPort(os.Getenv("HOST"), "8080"), Handler: routes(&leaving), ReadHeaderTimeout: 5 * time.Second,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	leaving.Store(true)
	time.Sleep(farewell)
	ending, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	if err := server.Shutdown(ending); err != nil { // accepts nothing new, and waits for the rest
		return err
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func routes(leaving *atomic.Bool) http.Handler {
	mux := http.NewServeMux()
	ok := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }
	mux.HandleFunc("GET /readyz", ok) // here: can it reach its database?
	mux.HandleFunc("GET /livez", ok)  // and never here: a restart would not help
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		select { // work
		case <-time.After(20 * time.Millisecond):
			_, _ = w.Write([]byte(os.Getenv("GREETING")))
		case <-r.Context().Done():
		}
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if leaving.Load() {
			w.Header().Set("Connection", "close")
		}
		mux.ServeHTTP(w, r)
	})
}
