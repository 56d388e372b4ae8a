package cluster

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// cacheVariable names the directory to keep the built control plane in, instead of the user's cache directory.
const cacheVariable = "CAISSON_CACHE_DIR"

// binary gives the path of the control plane. It builds it when the cache has none for the embedded text; of several
// processes that want it at once, one builds and the others wait.
func binary(ctx context.Context, progress func(string)) (string, error) {
	all, err := files()
	if err != nil {
		return "", err
	}
	args, err := buildArgs(all["go.mod"])
	if err != nil {
		return "", err
	}
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "controlplane-"+hash(all, args))
	path := filepath.Join(dir, "controlplane")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	if isFile(path) {
		return path, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	unlock, err := lock(ctx, filepath.Join(dir, "lock"), func() {
		progress("another process is building the control plane; waiting for it")
	})
	if err != nil {
		return "", fmt.Errorf("wait for the build of the control plane: %w", err)
	}
	defer unlock()
	if isFile(path) {
		return path, nil
	}
	src := filepath.Join(dir, "src")
	if err := writeAll(src, all); err != nil {
		return "", fmt.Errorf("write the control plane's source: %w", err)
	}
	// Built beside its place and renamed into it, so that a build cut short is never taken for a whole one.
	unfinished := path + ".unfinished"
	if err := build(ctx, src, append(args, "-o", unfinished, "."), progress); err != nil {
		return "", err
	}
	return path, os.Rename(unfinished, path)
}

func cacheDir() (string, error) {
	if dir := os.Getenv(cacheVariable); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no directory to keep the control plane in: %w: set %s", err, cacheVariable)
	}
	return filepath.Join(dir, "caisson"), nil
}

// buildArgs are those of the go command, up to the output. The version must be linked in: without it an API server
// says v0.0.0 and clients refuse it.
func buildArgs(gomod []byte) ([]string, error) {
	kubernetes, err := pinned(gomod, "k8s.io/kubernetes")
	if err != nil {
		return nil, err
	}
	kwok, err := pinned(gomod, "sigs.k8s.io/kwok")
	if err != nil {
		return nil, err
	}
	const pkg = "k8s.io/component-base/version"
	parts := strings.SplitN(strings.TrimPrefix(kubernetes, "v"), ".", 3)
	flags := []string{"-s", "-w"}
	for _, set := range []string{
		pkg + ".gitVersion=" + kubernetes, pkg + ".gitMajor=" + parts[0], pkg + ".gitMinor=" + parts[1],
		pkg + ".gitCommit=" + kubernetes, pkg + ".gitTreeState=clean", pkg + ".buildDate=1970-01-01T00:00:00Z",
		"sigs.k8s.io/kwok/pkg/consts.Version=" + kwok,
	} {
		flags = append(flags, "-X", set)
	}
	return []string{"build", "-v", "-trimpath", "-ldflags", strings.Join(flags, " ")}, nil
}

func build(ctx context.Context, src string, args []string, progress func(string)) error {
	goTool, err := exec.LookPath("go")
	if err != nil {
		return fmt.Errorf("the control plane is built with the go command: %w: install Go and put it on PATH", err)
	}
	progress("building the control plane (etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kwok): " +
		"once, about 7 minutes on two cores, 4 GB of build cache, 4 GB of memory")
	cmd := exec.CommandContext(ctx, goTool, args...)
	cmd.Dir = src
	cmd.Env = append(os.Environ(), buildEnv()...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("build the control plane: %w", err)
	}
	var compiled atomic.Int64
	stop := tell(progress, func() string {
		return fmt.Sprintf("building the control plane: %d of about %d packages, %s", compiled.Load(), packages,
			time.Since(start).Round(time.Second))
	})
	said := errorLines(stderr, &compiled)
	err = cmd.Wait()
	stop()
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("build the control plane: %w", ctx.Err())
	case err != nil:
		return fmt.Errorf("build the control plane: %w: %s", err, strings.Join(said, "\n"))
	}
	progress(fmt.Sprintf("built the control plane in %s", time.Since(start).Round(time.Second)))
	return nil
}

// packages that a build with an empty cache compiles.
const packages = 2700

// tell the progress every 10 seconds, until stop is called; it is not told after stop has returned.
func tell(progress func(string), line func() string) (stop func()) {
	finished := make(chan struct{})
	var telling sync.WaitGroup
	telling.Go(func() {
		every := time.NewTicker(10 * time.Second)
		defer every.Stop()
		for {
			select {
			case <-finished:
				return
			case <-every.C:
				progress(line())
			}
		}
	})
	return func() {
		close(finished)
		telling.Wait()
	}
}

// buildEnv keeps a user's workspace, vendoring, flags and cross compilation out of the build. An empty GOFLAGS would
// fall back to the user's.
func buildEnv() []string {
	return []string{
		"GO111MODULE=on", "GOWORK=off", "GOFLAGS=-mod=readonly -buildvcs=false", "CGO_ENABLED=0",
		"GOOS=" + runtime.GOOS, "GOARCH=" + runtime.GOARCH,
	}
}

// errorLines reads what go build -v prints: a line with the name of each package it compiles, a line for each
// download, and the errors. It counts the packages and gives the last lines of the rest.
func errorLines(stderr io.Reader, compiled *atomic.Int64) []string {
	var said []string
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "go: downloading "):
		case !strings.ContainsAny(line, " \t:"):
			compiled.Add(1)
		default:
			said = append(said, line)
			said = said[max(0, len(said)-20):]
		}
	}
	_, _ = io.Copy(io.Discard, stderr) // a line that the scanner finds too long must not block the build
	return said
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
