package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
)

func rollbackCommand() *cobra.Command {
	var f flags
	var to int
	var wait bool
	command := &cobra.Command{
		Use:   "rollback -f FILE",
		Short: "Make a cluster hold what it held before; of the file, only which environment it is matters",
		Args:  cobra.NoArgs,
		RunE: f.onCluster(func(ctx context.Context, s *session) error {
			history, err := apply.History(ctx, s.client, s.env.Set(program))
			if err != nil {
				return err
			}
			revision, err := pick(history, to)
			if err != nil {
				return err
			}
			report, err := s.reconcileTo(ctx, revision, s.modes())
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
	command.Flags().IntVar(&to, "to", 0, "number of a revision (default: the last one that was applied in full)")
	command.Flags().BoolVar(&wait, "wait", true, "wait until everything is available")
	return command
}

func pick(history []apply.Revision, number int) (caisson.Builder, error) {
	if number == 0 {
		return apply.Previous(history)
	}
	kept := make([]string, 0, len(history))
	for _, revision := range history {
		if revision.Number == number {
			return revision, nil
		}
		kept = append(kept, strconv.Itoa(revision.Number))
	}
	return nil, fmt.Errorf("revision %d is not kept; these are: %s", number, strings.Join(kept, ", "))
}
