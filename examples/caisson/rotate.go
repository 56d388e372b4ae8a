package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/nodepool"
)

func nodepoolRotateCommand() *cobra.Command {
	var f flags
	var yes, fresh, undo bool
	command := &cobra.Command{
		Use:   "rotate POOL -f FILE",
		Short: "Replace a pool by one of the file's size, without downtime; without --yes, say what is in the way",
		Long: `Replace a pool by one of the file's size, without downtime: the new pool is made, the pods are evicted from the old
nodes within their budgets, and the old pool is deleted.

Without --yes it says what that would change and what is in the way. Whenever it ends before its time, the same command
goes on where it was, from any machine, and --undo rolls back, until the old pool is deleted.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("which pool? give the name of one: caisson nodepool rotate POOL -f FILE")
			}
			return nil
		},
	}
	command.RunE = func(command *cobra.Command, args []string) error {
		run := f.onDOKS(func(ctx context.Context, d *doks) error {
			verb, planned := nodepool.Rotate, nodepool.PlanRotation
			if undo {
				verb, planned = nodepool.Undo, nodepool.PlanUndo
			}
			if !yes {
				return d.planRotation(ctx, planned, args[0], fresh)
			}
			return d.rotate(ctx, verb, args[0], fresh)
		})
		return run(command, nil)
	}
	f.addDOKS(command)
	f.addDespite(command)
	f.addPace(command)
	flags := command.Flags()
	flags.IntVar(
		&f.pace.NodesAtOnce, "nodes-at-once", 1, "nodes that are drained at once: pods without a budget may all be there",
	)
	flags.DurationVar(&f.pace.Stall, "stall", 0, "give up after so long without progress (default 15m)")
	flags.BoolVar(&fresh, "fresh", false, "replace the nodes though their size is as the file says")
	flags.BoolVar(&undo, "undo", false, "roll back the rotation that is under way")
	flags.BoolVar(&yes, "yes", false, "rotate")
	command.MarkFlagsMutuallyExclusive("fresh", "undo")
	return command
}

func (f *flags) addPace(command *cobra.Command) {
	command.Flags().DurationVar(&f.pace.Look, "look", 0, "how often to look how far it is (default 5s)")
}

// rotation is how Rotate, Undo and their plans look.
type rotation func(
	context.Context, nodepool.Client, nodepool.Cluster, string, ...nodepool.RotateOption,
) (*caisson.Report, error)

func (d *doks) rotateOptions(fresh bool) ([]nodepool.RotateOption, error) {
	despite, err := d.despised()
	options := []nodepool.RotateOption{despite, d.pace, d.observeRotation()}
	if fresh {
		options = append(options, nodepool.Fresh)
	}
	return options, err
}

func (d *doks) planRotation(ctx context.Context, planned rotation, pool string, fresh bool) error {
	options, err := d.rotateOptions(fresh)
	if err != nil {
		return err
	}
	report, err := planned(ctx, d.Client, d.spec, pool, options...)
	if err := errors.Join(d.print(report), err); err != nil || !report.Changed() {
		return err
	}
	return d.nothing()
}

func (d *doks) rotate(ctx context.Context, verb rotation, pool string, fresh bool) error {
	options, err := d.rotateOptions(fresh)
	if err != nil {
		return err
	}
	report, err := verb(ctx, d.Client, d.spec, pool, options...)
	d.progress.clear()
	if ctx.Err() != nil {
		_, _ = io.WriteString(d.stderr, "interrupted: the same command goes on where it was, and --undo rolls back\n")
	}
	return errors.Join(d.print(report), err)
}

func (d *doks) observeRotation() nodepool.RotationObserver {
	return nodepool.ObserveRotation(func(p nodepool.Progress) { d.progress.sayf("%s: %s", p.Pool, p) })
}

// despised kinds of obstacles, as they were written.
func (f *flags) despised() (nodepool.Despised, error) {
	kinds := make([]nodepool.ObstacleKind, len(f.despite))
	for i, kind := range f.despite {
		kinds[i] = nodepool.ObstacleKind(kind)
		if !slices.Contains(nodepool.ObstacleKinds(), kinds[i]) {
			return nodepool.Despised{}, fmt.Errorf("--despite %s: there are %s", kind, obstacleKinds())
		}
	}
	return nodepool.Despite(kinds...), nil
}

func obstacleKinds() string {
	all := make([]string, 0, len(nodepool.ObstacleKinds()))
	for _, kind := range nodepool.ObstacleKinds() {
		all = append(all, string(kind))
	}
	return strings.Join(all, ", ")
}
