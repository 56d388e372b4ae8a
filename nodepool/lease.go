package nodepool

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// BusyError says that another process moves the pool's pods: it rotates or removes it, or recycles a node.
type BusyError struct{ Pool, Holder string }

func (e *BusyError) Error() string {
	return fmt.Sprintf("pool %s is held by %s, which moves its pods: wait until it has ended; if it was killed, "+
		"another can go on %s later",
		e.Pool, e.Holder, leaseDuration)
}

const (
	// leaseDuration, unless a test has another, is after how long a holder that does not renew its lease counts as dead, as in
	// client-go's leader election.
	leaseDuration = 15 * time.Second
	// renewals of a lease in its time.
	renewals = 5
	// margin is the last part of a lease, a third, in which its holder sends nothing any more: a request may take so long.
	margin = 3
)

// lease keeps a second process from working on the same pool.
type lease struct {
	client client.Client
	holder string
	length time.Duration

	mutex   sync.Mutex
	object  *coordinationv1.Lease
	renewed time.Time
}

// acquire the lease of a pool. If another holds it, this watches whether it is renewed: clocks are not compared.
func acquire(ctx context.Context, c client.Client, pool string, length time.Duration) (*lease, error) {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	l := &lease{client: c, length: length, holder: fmt.Sprintf("%s-%d-%s", host, os.Getpid(), rand.Text()[:5])}
	if err := ensureNamespace(ctx, c); err != nil {
		return nil, err
	}
	var seen string
	var until time.Time
	for {
		l.object = &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Namespace: namespaceSystem, Name: "caisson-pool-" + pool}}
		err := l.client.Get(ctx, client.ObjectKeyFromObject(l.object), l.object)
		switch {
		case apierrors.IsNotFound(err):
			err = l.write(ctx, l.client.Create)
		case err != nil:
			return nil, fmt.Errorf("read the lease of pool %s: %w", pool, err)
		case l.free() || l.object.ResourceVersion == seen && !time.Now().Before(until):
			err = l.write(ctx, l.update)
		case seen != "" && l.object.ResourceVersion != seen:
			return nil, &BusyError{Pool: pool, Holder: *l.object.Spec.HolderIdentity}
		default:
			if seen == "" {
				seen, until = l.object.ResourceVersion, time.Now().Add(length)
			}
			if !sleep(ctx, length/renewals) {
				return nil, ctx.Err()
			}
			continue
		}
		if err == nil {
			return l, nil
		}
		if !apierrors.IsConflict(err) && !apierrors.IsAlreadyExists(err) {
			return nil, fmt.Errorf("take the lease of pool %s: %w", pool, err)
		}
		seen = "" // another process was faster
	}
}

func (l *lease) free() bool {
	return l.object.Spec.HolderIdentity == nil || *l.object.Spec.HolderIdentity == ""
}

func (l *lease) update(ctx context.Context, o client.Object, _ ...client.CreateOption) error {
	return l.client.Update(ctx, o)
}

// write that this process holds the lease.
func (l *lease) write(ctx context.Context, do func(context.Context, client.Object, ...client.CreateOption) error) error {
	before := time.Now()
	l.object.Spec.HolderIdentity, l.object.Spec.RenewTime = &l.holder, new(metav1.NowMicro())
	l.object.Spec.LeaseDurationSeconds = new(max(1, int32(l.length.Seconds())))
	if err := do(ctx, l.object); err != nil {
		return err
	}
	l.renewed = before
	return nil
}

// keep the lease until the context ends; lost is called if it cannot be kept.
func (l *lease) keep(ctx context.Context, lost context.CancelCauseFunc) {
	for sleep(ctx, l.length/renewals) {
		if !l.renew(ctx) || l.held() != nil {
			lost(errLost)
			return
		}
	}
}

// renew the lease. It is still ours unless another holds it: what fails is tried again until it ends.
func (l *lease) renew(ctx context.Context) (ours bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if err := l.write(ctx, l.update); !apierrors.IsConflict(err) {
		return !apierrors.IsNotFound(err)
	}
	// Written, perhaps by ourselves: an answer can be lost.
	now := &coordinationv1.Lease{}
	if err := l.client.Get(ctx, client.ObjectKeyFromObject(l.object), now); err != nil {
		return !apierrors.IsNotFound(err)
	}
	if now.Spec.HolderIdentity == nil || *now.Spec.HolderIdentity != l.holder {
		return false
	}
	l.object = now
	return true
}

var errLost = errors.New("the lease is lost: the API server could not be reached, or another process has taken over")

// held says whether the lease is still this process' own, for long enough to send a request. It is asked before each.
func (l *lease) held() error {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if time.Since(l.renewed) > l.length-l.length/margin {
		return errLost
	}
	return nil
}

// release the lease, so that nobody has to wait for its end.
func (l *lease) release(ctx context.Context) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.object.Spec.HolderIdentity = nil
	_ = l.client.Update(ctx, l.object) // it ends by itself too
}

func ensureNamespace(ctx context.Context, c client.Client) error {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespaceSystem}}
	err := c.Get(ctx, client.ObjectKeyFromObject(namespace), namespace)
	if apierrors.IsNotFound(err) {
		err = c.Create(ctx, namespace)
	}
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("make the namespace %s: %w", namespaceSystem, err)
	}
	return nil
}

// sleep, and say whether to go on.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
