package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/caissonhq/caisson/apply"
)

func applyCommand() *cobra.Command {
	var f flags
	var wait bool
	var planned string
	command := &cobra.Command{
		Use:   "apply -f FILE",
		Short: "Make a cluster hold an environment",
		Args:  cobra.NoArgs,
		RunE: f.onCluster(func(ctx context.Context, s *session) error {
			var options []apply.Option
			if planned != "" {
				plan, err := readPlan(planned)
				if err != nil {
					return err
				}
				options = append(options, apply.Planned(plan))
			}
			report, err := s.reconcile(ctx, s.modes(), options...)
			if err := errors.Join(s.print(report), err); err != nil || !wait {
				return err
			}
			return s.wait(ctx, report)
		}),
	}
	f.addFile(command)
	f.addOutput(command, "table")
	f.addContext(command)
	f.addModes(command)
	f.addTimeout(command, forPods, forPodsUsage)
	command.Flags().BoolVar(&wait, "wait", true, "wait until everything is available")
	command.Flags().StringVar(&planned, "plan", "", "do what plan --save wrote to this file, unless anything has moved")
	return command
}
