package main

import (
	"github.com/spf13/cobra"

	"github.com/caissonhq/caisson/environment"
)

func schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of environment files, for editors",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			_, err := command.OutOrStdout().Write(environment.Schema())
			return err
		},
	}
}
