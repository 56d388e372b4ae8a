package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/environment"
)

func applyCommand() *cobra.Command {
	var f flags
	var wait bool
	command := &cobra.Command{
		Use:   "apply -f FILE",
		Short: "Make a cluster hold an environment",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if err := checkFormat(f.output); err != nil {
				return err
			}
			env, err := f.load()
			if err != nil {
				return err
			}
			c, err := f.client()
			if err != nil {
				return err
			}
			out := newProgress(command.ErrOrStderr())
			report, err := reconcile(command.Context(), c, env, out, f.modes())
			if err := errors.Join(err, printReport(command.OutOrStdout(), report, f.output)); err != nil || !wait {
				return err
			}
			return waitFor(command.Context(), c, report, out, &f)
		},
	}
	f.addFile(command)
	f.addOutput(command, "table")
	f.addContext(command)
	f.addModes(command)
	f.addTimeout(command)
	command.Flags().BoolVar(&wait, "wait", true, "wait until everything is available")
	return command
}

func reconcile(
	ctx context.Context, c client.Client, env *environment.Environment, out *progress, modes []apply.Mode,
) (*caisson.Report, error) {
	options := make([]apply.Option, 0, len(modes)+1)
	for _, mode := range modes {
		options = append(options, mode)
	}
	options = append(options, apply.Observe(func(change caisson.Change) {
		out.sayf("%s %s", change.Action, change.Ref)
	}))
	report, err := apply.Reconcile(ctx, c, env.Set(program), env.Builders(), options...)
	out.clear()
	return report, err
}

func waitFor(ctx context.Context, c client.Client, report *caisson.Report, out *progress, f *flags) error {
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	err := apply.Wait(ctx, c, report, apply.ObserveWait(func(now apply.Waiting) {
		if len(now.For) > 0 {
			out.sayf("%d of %d ready, waiting for %s", now.Ready, now.Total, now.For[0])
		}
	}))
	out.clear()
	return err
}
