package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Kill ends one component as kill -9 does: "etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"
// or "metrics". It can neither answer what it is doing nor write anything down. Kill returns when the process is gone;
// the others run on. A component that is gone already is an error, because a test that kills nothing proves nothing.
//
// Kill and Restart are for one caller at a time, and not for the time of Stop.
func (c *Cluster) Kill(component string) error {
	i, err := c.find(component)
	if err != nil {
		return err
	}
	p := c.processes[i]
	if p.ended() {
		return fmt.Errorf("%s has ended before it was killed; the last it said:\n%s", component, p.lastWords())
	}
	if p.args[0] == runsForeign {
		_ = p.stdin.Close() // the runner then kills the program, which would outlive the runner's own death
	} else if err := p.cmd.Process.Kill(); err != nil {
		return fmt.Errorf("kill %s: %w", component, err)
	}
	<-p.done
	return nil
}

// Restart starts a component that was killed, with the same ports, certificates and data, and returns when the API server
// says that it is ready. What had been acknowledged before the kill is there again: etcd runs without fsync, which only
// a crash of the machine would show.
func (c *Cluster) Restart(ctx context.Context, component string) error {
	i, err := c.find(component)
	if err != nil {
		return err
	}
	old := c.processes[i]
	if !old.ended() {
		return fmt.Errorf("%s is running: Kill it first", component)
	}
	for range attempts {
		if err := c.revive(); err != nil {
			return err
		}
		if err = c.until(ctx, "the API server is ready", c.serves("/readyz")); !errors.As(err, new(*endedError)) {
			return err
		}
	}
	return err
}

// revive what has ended: what was killed, and what cannot bear its absence. A controller manager that is still starting ends
// when the API server does.
func (c *Cluster) revive() error {
	for i, old := range c.processes {
		if !old.ended() {
			continue
		}
		_ = old.stdin.Close()
		p, err := startProcess(c.dir, old.cmd.Path, old.args...)
		if err != nil {
			return err
		}
		c.processes[i] = p
	}
	return nil
}

func (c *Cluster) find(component string) (int, error) {
	i := slices.IndexFunc(c.processes, func(p *process) bool { return p.name == component })
	if i < 0 {
		return 0, fmt.Errorf("the cluster has no component %q", component)
	}
	return i, nil
}
