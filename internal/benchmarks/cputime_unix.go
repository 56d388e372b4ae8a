//go:build unix

package main

import (
	"syscall"
	"time"
)

// cpuTime of this process so far, user and system.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return unknown
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
