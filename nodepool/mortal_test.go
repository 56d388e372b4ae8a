package nodepool_test

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/digitalocean/godo"
	coordinationv1 "k8s.io/api/coordination/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson/nodepool"
)

// mortal is a process that is killed after a number of writes to either side: it gets no answer from then on, and sends nothing.
// Updates of its lease do not count, since they come with time.
type mortal struct {
	mutex sync.Mutex
	left  int
	dead  bool
	kill  context.CancelFunc
}

var errDead = errors.New("this process is dead")

// newMortal process with clients of both sides. With -1 writes it lives.
func newMortal(ctx context.Context, c nodepool.Client, transport http.RoundTripper, writes int) (context.Context, nodepool.Client, *mortal) {
	ctx, kill := context.WithCancel(ctx)
	m := &mortal{left: writes, kill: kill}
	return ctx, nodepool.Client{
		DO:   godo.NewClient(&http.Client{Transport: mortalTransport{m, transport}}),
		Kube: mortalClient{Client: c.Kube, m: m},
	}, m
}

func (m *mortal) alive() error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.dead {
		return errDead
	}
	return nil
}

// write is done by a living process. The one that kills it has happened.
func (m *mortal) write(do func() error) error {
	if err := m.alive(); err != nil {
		return err
	}
	err := do()
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.left--; m.left == 0 {
		m.dead = true
		m.kill()
		return errDead
	}
	return err
}

type mortalTransport struct {
	m    *mortal
	next http.RoundTripper
}

func (t mortalTransport) RoundTrip(r *http.Request) (response *http.Response, err error) {
	if r.Method == http.MethodGet {
		if err := t.m.alive(); err != nil {
			return nil, err
		}
		return t.next.RoundTrip(r)
	}
	err = t.m.write(func() (err error) {
		response, err = t.next.RoundTrip(r) //nolint:bodyclose // it is the caller's, unless this one is dead
		return err
	})
	if errors.Is(err, errDead) && response != nil {
		_ = response.Body.Close()
		return nil, err
	}
	return response, err
}

type mortalClient struct {
	client.Client

	m *mortal
}

func (c mortalClient) do(o client.Object, write func() error) error {
	if lease, is := o.(*coordinationv1.Lease); is && lease.ResourceVersion != "" {
		if err := c.m.alive(); err != nil {
			return err
		}
		return write()
	}
	return c.m.write(write)
}

func (c mortalClient) Get(ctx context.Context, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
	if err := c.m.alive(); err != nil {
		return err
	}
	return c.Client.Get(ctx, key, o, opts...)
}

func (c mortalClient) List(ctx context.Context, o client.ObjectList, opts ...client.ListOption) error {
	if err := c.m.alive(); err != nil {
		return err
	}
	return c.Client.List(ctx, o, opts...)
}

func (c mortalClient) Create(ctx context.Context, o client.Object, opts ...client.CreateOption) error {
	return c.do(o, func() error { return c.Client.Create(ctx, o, opts...) })
}

func (c mortalClient) Update(ctx context.Context, o client.Object, opts ...client.UpdateOption) error {
	return c.do(o, func() error { return c.Client.Update(ctx, o, opts...) })
}

func (c mortalClient) Patch(ctx context.Context, o client.Object, patch client.Patch, opts ...client.PatchOption) error {
	return c.do(o, func() error { return c.Client.Patch(ctx, o, patch, opts...) })
}

func (c mortalClient) SubResource(name string) client.SubResourceClient {
	return mortalSubresource{c.Client.SubResource(name), c}
}

type mortalSubresource struct {
	client.SubResourceClient

	c mortalClient
}

func (s mortalSubresource) Create(ctx context.Context, o, sub client.Object, opts ...client.SubResourceCreateOption) error {
	return s.c.do(o, func() error { return s.SubResourceClient.Create(ctx, o, sub, opts...) })
}
