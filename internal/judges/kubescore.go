package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// kubeScore gives what kube-score finds, warnings too, of its default checks. The objects are given to it as a file, as
// users do.
func kubeScore(ctx context.Context, s set) ([]finding, error) {
	program, err := goOutput(ctx, "kubescore", "tool", "-n", "kube-score") // builds it, into Go's cache
	if err != nil {
		return nil, err
	}
	text, err := s.yaml()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, strings.TrimSpace(string(program)), "score",
		"--kubernetes-version", "v1.37", "--output-format", "json", "--output-version", "v2", "-")
	cmd.Stdin = strings.NewReader(text)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) { // it exits 1 when it finds something critical
		return nil, err
	}
	var scored []struct {
		ObjectName string `json:"object_name"`
		Checks     []struct {
			Check struct {
				ID string `json:"id"`
			} `json:"check"`
			Grade    int  `json:"grade"` // 1 critical, 5 warning; 7 is advice, which kube-score shows as OK, and 10 is OK
			Skipped  bool `json:"skipped"`
			Comments []struct {
				Path, Summary string
			} `json:"comments"`
		} `json:"checks"`
	}
	if err := json.Unmarshal(stdout.Bytes(), &scored); err != nil {
		return nil, fmt.Errorf("kube-score: %w: %s", err, stderr.String())
	}
	var found []finding
	for _, object := range scored {
		for _, check := range object.Checks {
			if check.Skipped || check.Grade > 5 {
				continue
			}
			detail := ""
			for _, comment := range check.Comments {
				detail += comment.Path + " " + comment.Summary + "; "
			}
			found = append(found, finding{judge: "kube-score", check: check.Check.ID, object: object.ObjectName, detail: detail})
		}
	}
	return found, nil
}

// goOutput runs the go command in another module of the repository.
func goOutput(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s in %s: %w: %s", strings.Join(args, " "), dir, err, stderr.String())
	}
	return out, nil
}
