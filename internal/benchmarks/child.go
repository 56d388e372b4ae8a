package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/go-logr/logr"
	logf "sigs.k8s.io/controller-runtime/pkg/log"
)

// childCommand is the first argument of a process that measures: CPU and memory of a call can only be told apart from
// those of others in a process of its own.
const childCommand = "measure"

// order is what a child is to measure. It is its second argument, and a list of samples its output, both as JSON.
type order struct {
	Kubeconfig string        `json:"kubeconfig"`
	Strategy   string        `json:"strategy"`
	Namespace  string        `json:"namespace"`
	Count      int           `json:"count"`
	Latency    time.Duration `json:"latency"`
	Before     state         `json:"before"`
	After      state         `json:"after"`
	// Warm has the strategy called once before what is measured.
	Warm        bool          `json:"warm"`
	Repetitions int           `json:"repetitions"`
	Budget      time.Duration `json:"budget"` // no further repetition once the calls took this long
	CPUProfile  string        `json:"cpuProfile,omitempty"`
	MemProfile  string        `json:"memProfile,omitempty"`
}

// run the order in a child.
func (o order) run(ctx context.Context) ([]sample, error) {
	text, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	temp, err := os.MkdirTemp("", "caisson-benchmark-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(temp) }()
	var stdout, stderr bytes.Buffer
	child := exec.CommandContext(ctx, self, childCommand, string(text)) //nolint:gosec // this very program
	child.Stdout, child.Stderr = &stdout, &stderr
	// Caches on disk are its own too. TMPDIR is Unix', TMP is Windows'.
	child.Env = append(os.Environ(), "TMPDIR="+temp, "TMP="+temp)
	if err := child.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w: %s", o.Strategy, err, shortened(stderr.String()))
	}
	var samples []sample
	if err := json.Unmarshal(stdout.Bytes(), &samples); err != nil {
		return nil, fmt.Errorf("%s: read what the child has measured: %w", o.Strategy, err)
	}
	return samples, nil
}

// shortened text of a child: peers may fail with an error for each object.
func shortened(text string) string {
	const enough = 600
	if text = strings.TrimSpace(text); len(text) > enough {
		return text[:enough] + "…"
	}
	return text
}

func childMain(ctx context.Context, text string) error {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	if o.MemProfile != "" {
		runtime.MemProfileRate = 16 << 10
	}
	logf.SetLogger(logr.Discard())
	samples, err := o.measure(ctx)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(samples)
}

func (o order) measure(ctx context.Context) (_ []sample, err error) {
	all := strategies()
	i := slices.IndexFunc(all, func(s strategy) bool { return s.name == o.Strategy })
	if i < 0 {
		return nil, fmt.Errorf("there is no strategy %q", o.Strategy)
	}
	t := &traffic{latency: o.Latency}
	config, err := t.connect(o.Kubeconfig)
	if err != nil {
		return nil, err
	}
	subject := all[i].start(o.Namespace)
	if o.Warm {
		if err := errors.Join(o.prepare(subject), subject.connect(config), subject.call(ctx)); err != nil {
			return nil, err
		}
	}
	profiles, err := startProfiles(o.CPUProfile, o.MemProfile)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, profiles.stop()) }()
	var samples []sample
	for took := time.Duration(0); len(samples) < o.Repetitions && took <= o.Budget; {
		if err := o.prepare(subject); err != nil {
			return nil, err
		}
		one, err := measure(ctx, t, func(ctx context.Context) error {
			if !o.Warm {
				if err := subject.connect(config); err != nil {
					return err
				}
			}
			return subject.call(ctx)
		})
		if err != nil {
			return nil, err
		}
		samples = append(samples, one)
		took += one.Wall
	}
	return samples, nil
}

func (o order) prepare(subject caller) error {
	desired, err := o.After.build(o.Namespace, o.Count)
	if err != nil {
		return err
	}
	previous, err := o.Before.build(o.Namespace, o.Count)
	if err != nil {
		return err
	}
	return subject.prepare(job{desired, previous})
}
