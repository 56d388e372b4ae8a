package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/environment"
	"github.com/caissonhq/caisson/internal/cluster"
)

// examples are the environments that up knows by name.
//
//go:embed *.yaml
var examples embed.FS

func upCommand() *cobra.Command {
	f := flags{example: "production"}
	var exit bool
	command := &cobra.Command{
		Use:   "up [production|staging|dev]",
		Short: "Start a control plane on this machine and reconcile an environment in it, twice",
		Long: `Start a real Kubernetes control plane on this machine, make the environment's cluster and node pools at a simulated
DigitalOcean, whose nodes join it, apply the environment, wait until everything is available, apply it again to show that
nothing changes, and stay until Ctrl-C.

With --context and -f it does the same on an existing cluster.`,
		Args: cobra.MaximumNArgs(1),
		RunE: f.runE(func(ctx context.Context, s *session) error {
			if f.context != "" {
				return upOnExisting(ctx, s)
			}
			return upEmbedded(ctx, s, exit)
		}),
	}
	f.addFile(command)
	f.addOutput(command, "table")
	f.addTimeout(command, forPods, forPodsUsage)
	command.Flags().StringVar(&f.context, "context", "", "use an existing cluster, by its context in the kubeconfig")
	command.Flags().BoolVar(&exit, "exit", false, "end when everything is available, instead of waiting for Ctrl-C")
	return command
}

func example(name string) (*environment.Environment, error) {
	text, err := examples.ReadFile(name + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("there is no example %q: there are production, staging and dev", name)
	}
	return environment.Parse(name+".yaml", text)
}

func upEmbedded(ctx context.Context, s *session, exit bool) (err error) {
	start := time.Now()
	running, err := cluster.Start(ctx, cluster.Options{Progress: func(line string) { s.progress.sayf("%s", line) }})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, running.Stop()) }()
	if s.client, err = client.New(running.Config, client.Options{Scheme: scheme.Scheme}); err != nil {
		return err
	}
	server, err := upPools(ctx, s)
	if err != nil {
		return err
	}
	defer server.Close()
	if err := s.reconcileTwice(ctx, start); err != nil || exit {
		return err
	}
	fmt.Fprintf(s.stderr, "\nThe cluster runs until Ctrl-C. In another terminal:\n\n  kubectl --kubeconfig %s -n %s get all\n",
		running.Kubeconfig, s.env.Namespace.Name)
	<-ctx.Done()
	return nil
}

func upOnExisting(ctx context.Context, s *session) error {
	if err := refuseMadeUp(s.env); err != nil {
		return err
	}
	if err := s.connect(); err != nil {
		return err
	}
	return s.reconcileTwice(ctx, time.Now())
}

// reconcileTwice applies the environment, waits for it, and shows that there is nothing left to do.
func (s *session) reconcileTwice(ctx context.Context, start time.Time) error {
	modes := []apply.Mode{apply.Prune}
	report, err := s.reconcile(ctx, modes)
	if err := errors.Join(s.print(report), err); err != nil {
		return err
	}
	if err := s.wait(ctx, report); err != nil {
		return err
	}
	available := time.Since(start)
	again, err := s.reconcile(ctx, modes)
	if err != nil {
		return err
	}
	if again.Changed() {
		return errors.Join(errors.New("the second run found something to change"), s.print(again))
	}
	if s.output == "table" {
		fmt.Fprintf(s.stdout, "\nEverything is available, %.1f s after the start. Applied once more: %s.\n",
			available.Seconds(), again.Summary())
	}
	return nil
}
