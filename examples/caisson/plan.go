package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
)

func planCommand() *cobra.Command {
	var f flags
	var save string
	command := &cobra.Command{
		Use:   "plan -f FILE",
		Short: "Say what apply would do; exits 0 for nothing, 2 for changes, 1 for an error",
		Args:  cobra.NoArgs,
		RunE: f.onCluster(func(ctx context.Context, s *session) error {
			return plan(ctx, s, save)
		}),
	}
	f.addFile(command)
	f.addOutput(command, "table")
	f.addContext(command)
	f.addModes(command)
	command.Flags().StringVar(&save, "save", "", "write the plan to a file, for apply --plan")
	return command
}

func plan(ctx context.Context, s *session, save string) error {
	modes := s.modes()
	options := make([]apply.PlanOption, 0, len(modes)+1)
	for _, mode := range modes {
		options = append(options, mode)
	}
	var saved apply.SavedPlan
	options = append(options, apply.Save(&saved))
	report, err := apply.Plan(ctx, s.client, s.env.Set(program), []caisson.Builder{s.env}, options...)
	if err := errors.Join(s.print(report), err); err != nil {
		return err
	}
	if save != "" {
		if err := writePlan(save, saved); err != nil {
			return err
		}
	}
	if report.Changed() {
		return errChanges
	}
	return nil
}

// writePlan for nobody else to read: it names everything that the environment holds.
func writePlan(file string, plan apply.SavedPlan) error {
	text, err := json.MarshalIndent(plan, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the plan: %w", err)
	}
	if err := os.WriteFile(file, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("save the plan: %w", err)
	}
	return nil
}

func readPlan(file string) (apply.SavedPlan, error) {
	var plan apply.SavedPlan
	text, err := os.ReadFile(file) //nolint:gosec // the user names it
	if err != nil {
		return plan, fmt.Errorf("read the plan: %w", err)
	}
	if err := json.Unmarshal(text, &plan); err != nil {
		return plan, fmt.Errorf("read the plan %s: %w: make it with plan --save", file, err)
	}
	return plan, nil
}
