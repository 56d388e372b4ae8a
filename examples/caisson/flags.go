package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/nodepool"
)

type flags struct {
	file    string
	example string // to take without a file
	output  string
	context string
	timeout time.Duration

	prune, adopt, force bool
	despite             []string
	pace                nodepool.Pace
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

func (f *flags) addTimeout(command *cobra.Command, otherwise time.Duration, usage string) {
	command.Flags().DurationVar(&f.timeout, "timeout", otherwise, usage)
}

const (
	forPods      = 5 * time.Minute
	forPodsUsage = "how long to wait until everything is available"
)

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
