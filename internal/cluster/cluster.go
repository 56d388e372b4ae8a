package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

// Options of a cluster. The zero value is a control plane without nodes.
type Options struct {
	// Nodes to simulate, as the API server should see them: labels, taints and status.allocatable.
	Nodes []*corev1.Node
	// AutoscalerPeriod is how often each HPA looks at its target, and how long a new one waits before it does so first.
	// Default: 2 s. Benchmarks want it long: a thousand HPAs are a load of their own.
	AutoscalerPeriod time.Duration
	// Progress is told what goes on, a line at a time, from one goroutine after another. Nil is silence.
	Progress func(string)
}

// Cluster is a running control plane.
type Cluster struct {
	// Config reaches it as a member of system:masters.
	Config *rest.Config
	// Kubeconfig is the path of a file that says the same, for kubectl.
	Kubeconfig string

	dir       string
	processes []*process // in the order they were started
	remover   *process
	// stopProvisioning of volumes, which is not a process of its own.
	stopProvisioning context.CancelFunc
	stopOnce         sync.Once
}

// attempts of Start: the ports are chosen before the components take them, and another process may come in between.
const attempts = 3

// Start runs a cluster until Stop, or until this process ends. It returns when the API server is ready, the nodes
// exist and the metrics API answers.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	if o.AutoscalerPeriod == 0 {
		// On a real cluster it is 15 s; here nobody wants to wait for an HPA.
		o.AutoscalerPeriod = 2 * time.Second
	}
	path, err := binary(ctx, o.Progress)
	if err != nil {
		return nil, err
	}
	o.Progress("starting the control plane")
	var failed []error
	for range attempts {
		c, err := start(ctx, path, o)
		if err == nil {
			return c, nil
		}
		failed = append(failed, err)
		if ctx.Err() != nil || !errors.As(err, new(*endedError)) {
			break
		}
	}
	return nil, errors.Join(failed...)
}

func start(ctx context.Context, binary string, o Options) (_ *Cluster, err error) {
	dir, err := os.MkdirTemp("", "caisson-cluster-")
	if err != nil {
		return nil, fmt.Errorf("make the cluster's folder: %w", err)
	}
	if dir, err = filepath.Abs(dir); err != nil { // TMPDIR may be relative, and the components run in the folder
		return nil, err
	}
	c := &Cluster{dir: dir, Kubeconfig: filepath.Join(dir, "kubeconfig")}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Stop())
		}
	}()
	if c.remover, err = startRemover(binary, dir); err != nil {
		return nil, err
	}
	p, err := freePorts(ctx)
	if err != nil {
		return nil, err
	}
	if c.Config, err = writeAccess(dir, p); err != nil {
		return nil, err
	}
	apiServer, err := apiServerArgs(dir, p)
	if err != nil {
		return nil, err
	}
	if err := c.run(binary, etcdArgs(dir, p), apiServer); err != nil {
		return nil, err
	}
	if err := c.until(ctx, "the API server is ready", c.serves("/readyz")); err != nil {
		return nil, err
	}
	if err := c.run(binary, controllerManagerArgs(dir, o.AutoscalerPeriod), schedulerArgs(dir), kwokArgs(dir),
		metricsArgs(dir, p)); err != nil {
		return nil, err
	}
	api, err := dynamic.NewForConfig(c.Config)
	if err != nil {
		return nil, err
	}
	if err := createNodes(ctx, api, o.Nodes); err != nil {
		return nil, err
	}
	if err := createStorageClasses(ctx, api); err != nil {
		return nil, fmt.Errorf("create the classes of volumes: %w", err)
	}
	provisioning, stop := context.WithCancel(context.WithoutCancel(ctx))
	c.stopProvisioning = stop
	go provision(provisioning, api)
	if err := registerMetrics(ctx, api, c.Config.CAData, p.metrics); err != nil {
		return nil, err
	}
	return c, c.until(ctx, "the metrics API answers", c.serves("/apis/"+metricsGroup+"/"+metricsVersion))
}

// Stop ends every process and removes the cluster's folder. More than one call does no harm.
func (c *Cluster) Stop() error {
	var err error
	c.stopOnce.Do(func() {
		if c.stopProvisioning != nil {
			c.stopProvisioning()
		}
		for _, p := range slices.Backward(c.processes) {
			_ = p.stdin.Close() // all at once; waiting for each comes next
		}
		for _, p := range c.processes {
			p.stop()
		}
		err = os.RemoveAll(c.dir)
		if c.remover != nil {
			c.remover.stop()
		}
	})
	return err
}

func (c *Cluster) run(binary string, components ...[]string) error {
	for _, args := range components {
		p, err := startProcess(c.dir, binary, args...)
		if err != nil {
			return err
		}
		c.processes = append(c.processes, p)
	}
	return nil
}

// endedError says that a component ended while it was needed, and its last words.
type endedError struct{ name, words string }

func (e *endedError) Error() string {
	return fmt.Sprintf("%s ended; the last it said:\n%s", e.name, e.words)
}

// startTimeout is for one condition; seconds are usual, but a loaded CI machine can take long.
const startTimeout = 2 * time.Minute

// until waits for a condition, as long as every component is alive.
func (c *Cluster) until(ctx context.Context, what string, condition func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		err := condition(ctx)
		if err == nil {
			return nil
		}
		for _, p := range c.processes {
			if p.ended() {
				return &endedError{p.name, p.lastWords()}
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting until %s: %w: %w", what, ctx.Err(), err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// serves asks the API server for a path.
func (c *Cluster) serves(path string) func(context.Context) error {
	return func(ctx context.Context) error {
		config := rest.CopyConfig(c.Config)
		config.Timeout = 5 * time.Second
		http, err := rest.HTTPClientFor(config)
		if err != nil {
			return err
		}
		defer http.CloseIdleConnections()
		return get(ctx, http, c.Config.Host+path)
	}
}
