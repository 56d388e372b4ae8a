package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// runForeign runs another program (os.Args[1:]), which knows nothing of our standard input, and ends it when ours
// closes. An API server from KUBEBUILDER_ASSETS runs this way.
func runForeign() error {
	if len(os.Args) < 2 {
		return errors.New("exec: which program?")
	}
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("exec: %w", err)
	}
	go func() {
		waitForParent()
		_ = cmd.Process.Kill()
	}()
	return cmd.Wait()
}

// removeFolder takes away a cluster's folder. The components that write to it end at the same moment as we begin, so
// it tries again until the folder has stayed away for a while.
func removeFolder(path string) error {
	deadline := time.Now().Add(30 * time.Second)
	for gone := 0; gone < 5; {
		err := os.RemoveAll(path)
		if _, statErr := os.Stat(path); err == nil && errors.Is(statErr, os.ErrNotExist) {
			gone++
		} else {
			gone = 0
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("remove %s: %w", path, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
	return nil
}
