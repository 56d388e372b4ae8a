package apply

import (
	"errors"
	"sync"
)

// concurrency of requests to one API server. Measured at 20 ms of latency: 8 do 105 requests in half a second; on two
// cores without latency more gain nothing.
const concurrency = 8

// parallel calls f for 0 to n-1 and joins the errors in that order.
func parallel(n int, f func(i int) error) error {
	errs := make([]error, n)
	slots := make(chan struct{}, concurrency)
	var group sync.WaitGroup
	for i := range n {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			errs[i] = f(i)
		})
	}
	group.Wait()
	return errors.Join(errs...)
}
