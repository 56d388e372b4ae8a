// Command controlplane is a whole Kubernetes control plane in one binary: etcd, kube-apiserver,
// kube-controller-manager, kube-scheduler, kwok's simulated kubelets and a small metrics API. The first argument
// names the component, the rest are that component's own flags.
//
// Every component ends as soon as its standard input closes. Whoever starts one keeps the other end of the pipe, so
// nothing outlives its starter, however the starter ended and on every operating system.
package main

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	_ "time/tzdata" // CronJobs name time zones; the machine need not have the database.

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

// components run until they fail, or until standard input closes. Their flags are in os.Args[1:].
var components = map[string]func() error{
	"etcd":                    func() error { etcdmain.Main(os.Args); return nil },
	"kube-apiserver":          func() error { return exitCode(cli.Run(apiserver.NewAPIServerCommand())) },
	"kube-controller-manager": func() error { return exitCode(cli.Run(controllermanager.NewControllerManagerCommand())) },
	"kube-scheduler":          func() error { return exitCode(cli.Run(scheduler.NewSchedulerCommand())) },
	"kwok":                    runKwok,
	"metrics":                 runMetrics,
}

func main() {
	if len(os.Args) < 2 {
		fail("which component? give one of %s, exec or remove", names())
	}
	name := os.Args[1]
	os.Args = os.Args[1:]
	switch run, ok := components[name]; {
	case ok:
		go func() {
			waitForParent()
			os.Exit(0)
		}()
		if err := run(); err != nil {
			fail("%s: %v", name, err)
		}
	case name == "exec":
		if err := runForeign(); err != nil {
			fail("%v", err)
		}
	case name == "remove":
		// Ctrl-C reaches every process of a terminal; this one still has to clean up after the others.
		signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
		waitForParent()
		if err := removeFolder(os.Args[1]); err != nil {
			fail("%v", err)
		}
	default:
		fail("no component is called %q; there are %s, exec and remove", name, names())
	}
}

// waitForParent returns when the process at the other end of standard input has gone, or has let go.
func waitForParent() { _, _ = io.Copy(io.Discard, os.Stdin) }

func exitCode(code int) error {
	if code != 0 {
		return fmt.Errorf("ended with code %d", code)
	}
	return nil
}

func names() []string {
	var all []string
	for name := range components {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

func fail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}
