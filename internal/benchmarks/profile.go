package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
)

// profiles of the measured calls. The heap's counts from the start of the process, so there is one from before, too:
// go tool pprof -sample_index=alloc_space -base FILE.base FILE.
type profiles struct {
	cpu    *os.File
	memory string
}

func startProfiles(cpu, memory string) (*profiles, error) {
	p := &profiles{memory: memory}
	if memory != "" {
		if err := writeHeap(memory + ".base"); err != nil {
			return nil, err
		}
	}
	if cpu == "" {
		return p, nil
	}
	var err error
	if p.cpu, err = os.Create(filepath.Clean(cpu)); err != nil {
		return nil, err
	}
	return p, pprof.StartCPUProfile(p.cpu)
}

func (p *profiles) stop() error {
	var errs []error
	if p.cpu != nil {
		pprof.StopCPUProfile()
		errs = append(errs, p.cpu.Close())
	}
	if p.memory != "" {
		errs = append(errs, writeHeap(p.memory))
	}
	return errors.Join(errs...)
}

func writeHeap(path string) error {
	runtime.GC() // the profile is as of the last collection
	file, err := os.Create(filepath.Clean(path))
	if err != nil {
		return err
	}
	return errors.Join(pprof.Lookup("allocs").WriteTo(file, 0), file.Close())
}
