package apply

import (
	"errors"
	"sync"
)

// concurrency of requests to one API server, a fraction of the seats that its priority level for service accounts has by
// default. More gained nothing without latency on two cores.
const concurrency = 16

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
