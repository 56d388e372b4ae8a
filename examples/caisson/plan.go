package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
)

func planCommand() *cobra.Command {
	var f flags
	command := &cobra.Command{
		Use:   "plan -f FILE",
		Short: "Say what apply would do; exits 0 for nothing, 2 for changes, 1 for an error",
		Args:  cobra.NoArgs,
		RunE:  f.onCluster(plan),
	}
	f.addFile(command)
	f.addOutput(command, "table")
	f.addContext(command)
	f.addModes(command)
	return command
}

func plan(ctx context.Context, s *session) error {
	modes := s.modes()
	options := make([]apply.PlanOption, len(modes))
	for i, mode := range modes {
		options[i] = mode
	}
	report, err := apply.Plan(ctx, s.client, s.env.Set(program), []caisson.Builder{s.env}, options...)
	if err := errors.Join(s.print(report), err); err != nil {
		return err
	}
	if report.Changed() {
		return errChanges
	}
	return nil
}
