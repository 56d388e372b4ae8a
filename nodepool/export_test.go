package nodepool

import "time"

// Hasty has leases of killed processes end, and requests time out, before a test gets bored.
type Hasty struct{ Lease, Timeout time.Duration }

func (h Hasty) reconcile(o *options) { h.rotate(o.move) }

func (h Hasty) rotate(o *rotateOptions) { o.lease, o.timeout = h.Lease, h.Timeout }
