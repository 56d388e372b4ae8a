package main

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/caissonhq/caisson/apply"
)

func deleteCommand() *cobra.Command {
	var f flags
	var yes, namespace bool
	command := &cobra.Command{
		Use:   "delete -f FILE",
		Short: "Delete an environment from a cluster; without --yes, say what that would delete",
		Args:  cobra.NoArgs,
		RunE: f.onCluster(func(ctx context.Context, s *session) error {
			allowed := apply.AllowDelete()
			if namespace {
				allowed = apply.AllowDelete(schema.GroupKind{Kind: "Namespace"})
			}
			if yes {
				report, err := apply.Delete(ctx, s.client, s.env.Set(program), allowed)
				return errors.Join(s.print(report), err)
			}
			// A deletion is planned as a run that holds nothing.
			report, err := apply.Plan(ctx, s.client, s.env.Set(program), nil, apply.Prune, allowed)
			if err := errors.Join(s.print(report), err); err != nil {
				return err
			}
			_, err = io.WriteString(s.stderr, "nothing was deleted: repeat with --yes\n")
			return err
		}),
	}
	f.addFile(command)
	f.addOutput(command, "table")
	f.addContext(command)
	command.Flags().BoolVar(&yes, "yes", false, "delete")
	command.Flags().BoolVar(&namespace, "namespace", false, "delete the Namespace too, with everything that is in it")
	return command
}
