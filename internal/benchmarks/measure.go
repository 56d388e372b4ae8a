package main

import (
	"bytes"
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"
)

// unknown is the value of what a system does not tell.
const unknown = -1

// sample is what one call cost.
type sample struct {
	Requests int64         `json:"requests"`
	Writes   int64         `json:"writes"` // of the requests, also those that turn out to change nothing
	Bytes    int64         `json:"bytes"`
	Wall     time.Duration `json:"wall"`
	CPU      time.Duration `json:"cpu"`  // user and system, of the whole process
	Peak     int64         `json:"peak"` // bytes of resident memory above those before the call
	// Allocations and Allocated bytes of the heap. They are in the progress alone: not every strategy's users care.
	Allocations uint64 `json:"allocations"`
	Allocated   uint64 `json:"allocated"`
}

// measure a call. What is garbage by now is given back first, so that the peak is the call's own.
func measure(ctx context.Context, t *traffic, call func(context.Context) error) (sample, error) {
	runtime.GC()
	debug.FreeOSMemory()
	before := resetPeak()
	var heapBefore, heapAfter runtime.MemStats
	runtime.ReadMemStats(&heapBefore)
	t.requests.Store(0)
	t.writes.Store(0)
	t.bytes.Store(0)
	cpu, start := cpuTime(), time.Now()
	err := call(ctx)
	s := sample{Wall: time.Since(start), CPU: unknown, Peak: unknown}
	if now := cpuTime(); now != unknown {
		s.CPU = now - cpu
	}
	if peak := memory("VmHWM:"); before != unknown && peak != unknown {
		s.Peak = peak - before
	}
	runtime.ReadMemStats(&heapAfter)
	s.Requests, s.Writes, s.Bytes = t.requests.Load(), t.writes.Load(), t.bytes.Load()
	s.Allocations = heapAfter.Mallocs - heapBefore.Mallocs
	s.Allocated = heapAfter.TotalAlloc - heapBefore.TotalAlloc
	return s, err
}

// resetPeak sets the peak of the resident memory to what is resident now, and gives that. Only Linux can.
func resetPeak() int64 {
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		return unknown
	}
	return memory("VmRSS:")
}

// memory gives a line of /proc/self/status in bytes.
func memory(name string) int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return unknown
	}
	for line := range bytes.Lines(text) {
		if rest, ok := bytes.CutPrefix(line, []byte(name)); ok {
			kib, err := strconv.ParseInt(string(bytes.TrimSpace(bytes.TrimSuffix(bytes.TrimSpace(rest), []byte("kB")))), 10, 64)
			if err != nil {
				return unknown
			}
			return kib << 10
		}
	}
	return unknown
}
