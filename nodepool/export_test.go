package nodepool

import "time"

// Hasty has leases of killed processes end, and requests time out, before a test gets bored.
func Hasty(lease, timeout time.Duration) RotateOption { return hasty{lease, timeout} }

type hasty struct{ lease, timeout time.Duration }

func (h hasty) rotate(o *rotateOptions) { o.lease, o.timeout = h.lease, h.timeout }
