package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/environment"
)

// program is part of the identity of what this command applies.
const program = "cli"

// session is what a command works with, once its flags have been understood.
type session struct {
	*flags
	env      *environment.Environment
	client   client.Client // nil if the command needs no cluster
	stdout   io.Writer
	stderr   io.Writer
	progress *progress
}

// runE makes a cobra command of a function that works on an environment.
func (f *flags) runE(work func(context.Context, *session) error) func(*cobra.Command, []string) error {
	return func(command *cobra.Command, args []string) error {
		if err := checkFormat(f.output); err != nil {
			return err
		}
		env, err := f.load(args)
		if err != nil {
			return err
		}
		return work(command.Context(), &session{
			flags: f, env: env, stdout: command.OutOrStdout(), stderr: command.ErrOrStderr(),
			progress: newProgress(command.ErrOrStderr()),
		})
	}
}

// onCluster is runE for a function that needs the cluster of the context.
func (f *flags) onCluster(work func(context.Context, *session) error) func(*cobra.Command, []string) error {
	return f.runE(func(ctx context.Context, s *session) error {
		if err := s.connect(); err != nil {
			return err
		}
		return work(ctx, s)
	})
}

// load the environment from its file, or the example that up knows by name.
func (f *flags) load(args []string) (*environment.Environment, error) {
	switch {
	case f.file != "" && len(args) > 0:
		return nil, errors.New("give either -f or the name of an example, not both")
	case f.file != "":
		return environment.Load(f.file)
	case f.example == "":
		return nil, errors.New("which environment? give its file with -f")
	case f.context != "":
		return nil, errors.New("--context needs -f: the images of the examples are made up, and no cluster could pull them")
	case len(args) > 0:
		return example(args[0])
	}
	return example(f.example)
}

func (s *session) connect() error {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	overrides := &clientcmd.ConfigOverrides{CurrentContext: s.context}
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides).ClientConfig()
	if err != nil {
		return fmt.Errorf("find the cluster: %w: name one with --context, or run caisson up", err)
	}
	return s.connectTo(config)
}

func (s *session) connectTo(config *rest.Config) (err error) {
	config.QPS = -1 // client-go's default is 5 requests a second
	s.client, err = client.New(config, client.Options{Scheme: scheme.Scheme})
	return err
}

// reconcile the environment, telling each change as it is made.
func (s *session) reconcile(ctx context.Context, modes []apply.Mode, more ...apply.Option) (*caisson.Report, error) {
	return s.reconcileTo(ctx, s.env, modes, more...)
}

func (s *session) reconcileTo(
	ctx context.Context, builder caisson.Builder, modes []apply.Mode, more ...apply.Option,
) (*caisson.Report, error) {
	options := make([]apply.Option, 0, len(modes)+1+len(more))
	for _, mode := range modes {
		options = append(options, mode)
	}
	options = append(options, apply.Observe(func(change caisson.Change) {
		s.progress.sayf("%s %s", change.Action, change.Ref)
	}))
	options = append(options, more...)
	report, err := apply.Reconcile(ctx, s.client, s.env.Set(program), []caisson.Builder{builder}, options...)
	s.progress.clear()
	return report, err
}

// wait until all of a report is ready, telling what it waits for.
func (s *session) wait(ctx context.Context, report *caisson.Report) error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	err := apply.Wait(ctx, s.client, report, apply.ObserveWait(func(now apply.Waiting) {
		if len(now.For) > 0 {
			s.progress.sayf("%d of %d ready, waiting for %s", now.Ready, now.Total, now.For[0])
		}
	}))
	s.progress.clear()
	return err
}
