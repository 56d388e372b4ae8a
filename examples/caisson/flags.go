package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/environment"
)

// program is part of the identity of what this command applies.
const program = "cli"

type flags struct {
	file    string
	output  string
	context string
	timeout time.Duration

	prune, adopt, force bool
}

func (f *flags) addFile(command *cobra.Command) {
	command.Flags().StringVarP(&f.file, "file", "f", "", "the environment's YAML file")
}

func (f *flags) addOutput(command *cobra.Command, format string) {
	command.Flags().StringVarP(&f.output, "output", "o", format, "format: "+strings.Join(formats(), ", "))
}

func (f *flags) addContext(command *cobra.Command) {
	command.Flags().StringVar(&f.context, "context", "", "the kubeconfig's context (default: the current one)")
}

func (f *flags) addTimeout(command *cobra.Command) {
	command.Flags().DurationVar(&f.timeout, "timeout", 5*time.Minute, "how long to wait until everything is available")
}

func (f *flags) addModes(command *cobra.Command) {
	command.Flags().BoolVar(&f.prune, "prune", true, "delete what the environment no longer holds")
	command.Flags().BoolVar(&f.adopt, "adopt", false, "take over objects that exist and belong to no set")
	command.Flags().BoolVar(&f.force, "force", false, "take fields that other programs applied")
}

func (f *flags) modes() []apply.Mode {
	var modes []apply.Mode
	for mode, on := range map[apply.Mode]bool{apply.Prune: f.prune, apply.Adopt: f.adopt, apply.Force: f.force} {
		if on {
			modes = append(modes, mode)
		}
	}
	return modes
}

func (f *flags) load() (*environment.Environment, error) {
	if f.file == "" {
		return nil, errors.New("which environment? give its file with -f")
	}
	return environment.Load(f.file)
}

func (f *flags) client() (client.Client, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	overrides := &clientcmd.ConfigOverrides{CurrentContext: f.context}
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides).ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("find the cluster: %w: name one with --context, or run caisson up", err)
	}
	config.QPS = -1 // client-go's default is 5 requests a second
	return client.New(config, client.Options{Scheme: scheme.Scheme})
}
