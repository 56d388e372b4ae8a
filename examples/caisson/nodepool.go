package main

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/nodepool"
)

func nodepoolCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "nodepool",
		Short: "The environment's cluster and node pools at DigitalOcean",
		Long: `The environment's cluster and node pools at DigitalOcean.

DIGITALOCEAN_ACCESS_TOKEN holds the token, as for doctl. The cluster's API server is the one that DigitalOcean names,
unless --context names another way to it.`,
		Args: cobra.NoArgs, // without which an unknown command would succeed
		RunE: func(command *cobra.Command, _ []string) error { return command.Help() },
	}
	command.AddCommand(nodepoolPlanCommand(), nodepoolApplyCommand(), nodepoolRotateCommand(), nodepoolStatusCommand())
	return command
}

func (f *flags) addDOKS(command *cobra.Command) {
	f.addFile(command)
	f.addOutput(command, "table")
	command.Flags().StringVar(&f.context, "context", "", "the kubeconfig's context (default: as DigitalOcean says)")
}

func (f *flags) addDespite(command *cobra.Command) {
	command.Flags().StringSliceVar(&f.despite, "despite", nil, "kinds of obstacles that are accepted: "+obstacleKinds())
}

func (f *flags) addPoolModes(command *cobra.Command) {
	command.Flags().BoolVar(&f.prune, "prune", false, "remove pools that the file no longer has, once their pods have moved")
	command.Flags().BoolVar(&f.adopt, "adopt", false, "take over pools that exist and are not Caisson's")
}

func (f *flags) poolModes() []nodepool.Mode {
	var modes []nodepool.Mode
	if f.prune {
		modes = append(modes, nodepool.Prune)
	}
	if f.adopt {
		modes = append(modes, nodepool.Adopt)
	}
	return modes
}

func nodepoolPlanCommand() *cobra.Command {
	var f flags
	command := &cobra.Command{
		Use:   "plan -f FILE",
		Short: "Say what apply would do; exits 0 for nothing, 2 for changes, 1 for an error",
		Args:  cobra.NoArgs,
		RunE: f.onDOKS(func(ctx context.Context, d *doks) error {
			report, err := d.plan(ctx)
			if err == nil && report.Changed() {
				err = errChanges
			}
			return err
		}),
	}
	f.addDOKS(command)
	f.addDespite(command)
	f.addPoolModes(command)
	return command
}

func (d *doks) plan(ctx context.Context) (*caisson.Report, error) {
	despite, err := d.despised()
	if err != nil {
		return nil, err
	}
	options := []nodepool.PlanOption{despite}
	for _, mode := range d.poolModes() {
		options = append(options, mode)
	}
	report, err := nodepool.Plan(ctx, d.Client, d.spec, options...)
	return report, errors.Join(d.print(report), err)
}

func nodepoolStatusCommand() *cobra.Command {
	var f flags
	command := &cobra.Command{
		Use:   "status -f FILE",
		Short: "Say how the cluster, its node pools and their nodes are, and how they differ from what they should be",
		Args:  cobra.NoArgs,
		RunE: f.onDOKS(func(ctx context.Context, d *doks) error {
			status, err := nodepool.Status(ctx, d.Client, d.spec)
			if err != nil {
				return err
			}
			return d.print(status)
		}),
	}
	f.addDOKS(command)
	return command
}

// nothing was changed, for want of --yes.
func (d *doks) nothing() error {
	_, err := io.WriteString(d.stderr, "nothing was changed: repeat with --yes\n")
	return err
}
