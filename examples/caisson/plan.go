package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/caissonhq/caisson/apply"
)

func planCommand() *cobra.Command {
	var f flags
	command := &cobra.Command{
		Use:   "plan -f FILE",
		Short: "Say what apply would do; exits 0 for nothing, 2 for changes, 1 for an error",
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
			var options []apply.PlanOption
			for _, mode := range f.modes() {
				options = append(options, mode)
			}
			report, err := apply.Plan(command.Context(), c, env.Set(program), env.Builders(), options...)
			if err := errors.Join(err, printReport(command.OutOrStdout(), report, f.output)); err != nil {
				return err
			}
			if report.Changed() {
				return errChanges
			}
			return nil
		},
	}
	f.addFile(command)
	f.addOutput(command, "table")
	f.addContext(command)
	f.addModes(command)
	return command
}
