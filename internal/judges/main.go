// Command judges prints what public judges say of Caisson's defaults, beside what they say of other generators:
//
//	make judges
//
// Its tests run the same judges over everything that the blocks build: every golden file of the repository, the
// environments of the examples, and random environments. A judge that cannot see a fault would prove nothing: each is
// shown one first. What a judge finds and is not mended has its reason in exemptions.go.
//
// The judges are pinned here, so that users of Caisson inherit none of them: Pod Security admission, kubesec,
// kubeconform and netpol-analyzer as libraries. kube-score does not compile with Kubernetes 1.37's modules, so it is
// pinned with older ones in kubescore, and run as a program. So is trivy, which takes 10 minutes to build: make trivy.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "judges:", err)
		os.Exit(1)
	}
}

func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	row, err := ourRow(ctx)
	if err != nil {
		return err
	}
	return writeTable(os.Stdout, append(others(), row))
}
