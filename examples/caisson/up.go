package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"strings"
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
	var f flags
	var exit bool
	command := &cobra.Command{
		Use:   "up [production|staging|dev]",
		Short: "Start a control plane on this machine and reconcile an environment in it, twice",
		Long: `Start a real Kubernetes control plane on this machine, with the nodes of the environment simulated, apply the
environment, wait until everything is available, apply it again to show that nothing changes, and stay until Ctrl-C.

With --context and -f it does the same on an existing cluster.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			if err := checkFormat(f.output); err != nil {
				return err
			}
			env, err := f.loadOrExample(args)
			if err != nil {
				return err
			}
			u := &up{flags: &f, env: env, stdout: command.OutOrStdout(), progress: newProgress(command.ErrOrStderr()), exit: exit}
			if f.context != "" {
				return u.existing(command.Context())
			}
			return u.embedded(command.Context())
		},
	}
	f.addFile(command)
	f.addOutput(command, "table")
	f.addTimeout(command)
	command.Flags().StringVar(&f.context, "context", "", "use an existing cluster, by its context in the kubeconfig")
	command.Flags().BoolVar(&exit, "exit", false, "end when everything is available, instead of waiting for Ctrl-C")
	return command
}

func (f *flags) loadOrExample(args []string) (*environment.Environment, error) {
	switch {
	case f.file != "" && len(args) > 0:
		return nil, errors.New("give either -f or the name of an example, not both")
	case f.file != "":
		return f.load()
	case f.context != "":
		return nil, errors.New("--context needs -f: the images of the examples are made up, and no cluster could pull them")
	}
	name := "production"
	if len(args) > 0 {
		name = args[0]
	}
	text, err := examples.ReadFile(name + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("there is no example %q: there are production, staging and dev", name)
	}
	return environment.Parse(name+".yaml", text)
}

type up struct {
	*flags
	env      *environment.Environment
	stdout   io.Writer
	progress *progress
	exit     bool
}

func (u *up) embedded(ctx context.Context) (err error) {
	start := time.Now()
	nodes, err := u.env.Nodes()
	if err != nil {
		return err
	}
	running, err := cluster.Start(ctx, cluster.Options{
		Nodes:    nodes,
		Progress: func(line string) { u.progress.sayf("%s", line) },
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, running.Stop()) }()
	c, err := client.New(running.Config, client.Options{Scheme: scheme.Scheme})
	if err != nil {
		return err
	}
	if err := u.reconcileTwice(ctx, c, start); err != nil {
		return err
	}
	if u.exit {
		return nil
	}
	fmt.Fprintf(u.stdout, "\nThe cluster runs until Ctrl-C. In another terminal:\n\n  kubectl --kubeconfig %s -n %s get all\n",
		running.Kubeconfig, u.env.Namespace.Name)
	<-ctx.Done()
	return nil
}

func (u *up) existing(ctx context.Context) error {
	if err := refuseMadeUp(u.env); err != nil {
		return err
	}
	c, err := u.client()
	if err != nil {
		return err
	}
	return u.reconcileTwice(ctx, c, time.Now())
}

// reconcileTwice applies the environment, waits for it, and shows that there is nothing left to do.
func (u *up) reconcileTwice(ctx context.Context, c client.Client, start time.Time) error {
	modes := []apply.Mode{apply.Prune}
	report, err := reconcile(ctx, c, u.env, u.progress, modes)
	if err := errors.Join(err, printReport(u.stdout, report, u.output)); err != nil {
		return err
	}
	if err := waitFor(ctx, c, report, u.progress, u.flags); err != nil {
		return err
	}
	available := time.Since(start)
	again, err := reconcile(ctx, c, u.env, u.progress, modes)
	if err != nil {
		return err
	}
	if again.Changed() {
		return errors.Join(errors.New("the second run found something to change"), printReport(u.stdout, again, u.output))
	}
	if u.output == "table" {
		fmt.Fprintf(u.stdout, "\nEverything is available, %.1f s after the start. Applied once more: %s.\n",
			available.Seconds(), again.Summary())
	}
	return nil
}

// refuseMadeUp images: their hosts are names that nobody can register (RFC 2606).
func refuseMadeUp(env *environment.Environment) error {
	for _, server := range env.Servers {
		host, _, _ := strings.Cut(server.Image, "/")
		for _, reserved := range []string{"example.com", "example.org", "example.net", "example", "invalid", "test"} {
			if host == reserved || strings.HasSuffix(host, "."+reserved) {
				return fmt.Errorf("server %s: the image %s is made up, no registry is called %s: write an image of yours",
					server.Name, server.Image, host)
			}
		}
	}
	return nil
}
