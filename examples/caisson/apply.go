package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
)

func applyCommand() *cobra.Command {
	var f flags
	var wait bool
	command := &cobra.Command{
		Use:   "apply -f FILE",
		Short: "Make a cluster hold an environment",
		Args:  cobra.NoArgs,
		RunE: f.onCluster(func(ctx context.Context, s *session) error {
			report, err := s.reconcile(ctx, s.modes())
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
	f.addTimeout(command)
	command.Flags().BoolVar(&wait, "wait", true, "wait until everything is available")
	return command
}
