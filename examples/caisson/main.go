// Command caisson shows Caisson's building blocks at work. It is an example: everything it does is a call or two of the
// library, which is what programs of your own should import.
//
//	go run github.com/caissonhq/caisson/examples/caisson@latest up
//
// starts a real Kubernetes control plane on this machine, reconciles an environment in it, and reconciles it again with
// nothing to do.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/go-logr/logr"
	"github.com/spf13/cobra"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// errChanges makes plan end with 2, so that scripts can tell "something to do" from "nothing to do".
var errChanges = errors.New("the plan has changes")

const (
	exitError   = 1
	exitChanges = 2
)

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	ctrllog.SetLogger(logr.Discard()) // controller-runtime's client would complain about its absence
	command := newCommand()
	command.SetArgs(args)
	command.SetOut(stdout)
	command.SetErr(stderr)
	switch err := command.ExecuteContext(ctx); {
	case errors.Is(err, errChanges):
		return exitChanges
	case err != nil:
		fmt.Fprintf(stderr, "caisson: %v\n", err)
		return exitError
	}
	return 0
}

func newCommand() *cobra.Command {
	command := &cobra.Command{
		Use:           "caisson",
		Short:         "Infrastructure building blocks for DigitalOcean Kubernetes, at work",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	command.AddCommand(
		upCommand(), renderCommand(), planCommand(), applyCommand(), rollbackCommand(), deleteCommand(), schemaCommand(),
		nodepoolCommand(),
	)
	return command
}
