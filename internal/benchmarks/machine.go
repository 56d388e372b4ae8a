package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
)

// writeHead says what was measured on what, with what.
func writeHead(to *bytes.Buffer, config *rest.Config, command, load string, all []strategy) error {
	server, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return err
	}
	kubernetes, err := server.ServerVersion()
	if err != nil {
		return err
	}
	fmt.Fprintf(to, "```sh\n%s\n```\n\n", command)
	fmt.Fprintf(to, "- Machine: %s, %d cores, %s of memory, %s/%s; the control plane runs on it too.\n",
		processor(), runtime.NumCPU(), totalMemory(), runtime.GOOS, runtime.GOARCH)
	fmt.Fprintf(to, "- Load of the machine before the run: %s.\n", load)
	fmt.Fprintf(to, "- %s, Kubernetes %s.\n", strings.Replace(runtime.Version(), "go", "Go ", 1), kubernetes.GitVersion)
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return errors.New("this program was built without modules")
	}
	versions := map[string]string{}
	for _, dependency := range info.Deps {
		versions[dependency.Path] = dependency.Version
	}
	fmt.Fprint(to, "- Strategies:\n")
	for _, s := range all {
		fmt.Fprintf(to, "  - **%s**", s.title)
		if version := versions[s.module]; version != "" && s.module != applyStrategy.module {
			fmt.Fprintf(to, " (%s %s)", s.module, version)
		}
		fmt.Fprintf(to, ". %s\n", s.about)
	}
	return nil
}

func processor() string { return procLine("/proc/cpuinfo", "model name") }

func totalMemory() string {
	kib, err := strconv.Atoi(strings.TrimSuffix(procLine("/proc/meminfo", "MemTotal"), " kB"))
	if err != nil {
		return "an unknown amount"
	}
	return fmt.Sprintf("%d GiB", (kib+1<<19)>>20)
}

// loadAverage is the mean number of running processes in the last minute: others disturb.
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(text), " ")
	return first
}

// procLine gives the value of a line like "name : value"; only Linux has such files.
func procLine(path, name string) string {
	text, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return "unknown"
	}
	for line := range bytes.Lines(text) {
		if key, value, ok := strings.Cut(string(line), ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}
