package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/nodepool"
)

func nodepoolApplyCommand() *cobra.Command {
	var f flags
	var yes, wait bool
	command := &cobra.Command{
		Use:   "apply -f FILE",
		Short: "Make the cluster and its node pools as the file says; without --yes, say what that would change",
		Args:  cobra.NoArgs,
		RunE: f.onDOKS(func(ctx context.Context, d *doks) error {
			if !yes {
				report, err := d.plan(ctx)
				if err != nil || !report.Changed() {
					return err
				}
				return d.nothing()
			}
			if err := d.reconcilePools(ctx); err != nil || !wait {
				return err
			}
			return d.waitForNodes(ctx)
		}),
	}
	f.addDOKS(command)
	f.addDespite(command)
	f.addPoolModes(command)
	f.addPace(command)
	f.addTimeout(command, 30*time.Minute, "how long to wait until all nodes are ready") //nolint:mnd // a cluster takes some 5
	command.Flags().BoolVar(&yes, "yes", false, "change it")
	command.Flags().BoolVar(&wait, "wait", true, "wait until all nodes are ready")
	return command
}

func (d *doks) reconcilePools(ctx context.Context) error {
	despite, err := d.despised()
	if err != nil {
		return err
	}
	options := []nodepool.Option{despite, d.pace, d.observeRotation(), nodepool.Observe(func(change caisson.Change) {
		d.progress.sayf("%s %s", change.Action, change.Ref)
	})}
	for _, mode := range d.poolModes() {
		options = append(options, mode)
	}
	report, err := nodepool.Reconcile(ctx, d.Client, d.spec, options...)
	d.progress.clear()
	return errors.Join(d.print(report), err)
}

func (d *doks) waitForNodes(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	err := nodepool.Wait(ctx, d.Client, d.spec, d.pace, nodepool.ObserveWait(func(waiting []nodepool.Waiting) {
		d.progress.sayf("%s%s", waiting[0], more(len(waiting)-1))
	}))
	d.progress.clear()
	return err
}

// more than what a line has named.
func more(count int) string {
	if count == 0 {
		return ""
	}
	return fmt.Sprintf(" (and %d more)", count)
}
