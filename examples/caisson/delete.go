package main

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/environment"
)

func deleteCommand() *cobra.Command {
	var f flags
	var yes, namespace bool
	command := &cobra.Command{
		Use:   "delete -f FILE",
		Short: "Delete an environment from a cluster; without --yes, say what that would delete",
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
			report, err := deleteOrPlan(command.Context(), c, env, yes, namespace)
			return errors.Join(err, printReport(command.OutOrStdout(), report, f.output), said(command.ErrOrStderr(), yes))
		},
	}
	f.addFile(command)
	f.addOutput(command, "table")
	f.addContext(command)
	command.Flags().BoolVar(&yes, "yes", false, "delete")
	command.Flags().BoolVar(&namespace, "namespace", false, "delete the Namespace too, with everything that is in it")
	return command
}

// deleteOrPlan plans a deletion as a run that holds nothing.
func deleteOrPlan(
	ctx context.Context, c client.Client, env *environment.Environment, yes, namespace bool,
) (*caisson.Report, error) {
	allowed := apply.AllowDelete()
	if namespace {
		allowed = apply.AllowDelete(schema.GroupKind{Kind: "Namespace"})
	}
	if yes {
		return apply.Delete(ctx, c, env.Set(program), allowed)
	}
	return apply.Plan(ctx, c, env.Set(program), nil, apply.Prune, allowed)
}

func said(w io.Writer, yes bool) error {
	if yes {
		return nil
	}
	_, err := io.WriteString(w, "nothing was deleted: repeat with --yes\n")
	return err
}
