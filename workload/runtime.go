package workload

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Runtime of a program, so that it keeps to the limits of its container.
type Runtime string

// Go sets GOMEMLIMIT and GOMAXPROCS, unless Env gives them.
//
// GOMEMLIMIT is 90 % of the memory limit; the rest is for what the runtime does not count. With an autoscaler it is 90 %
// of what the autoscaler aims at, MemoryPercent of the requests: a Go program keeps the memory that it may have, so that
// above it the autoscaler would go to its maximum and stay there.
//
// GOMAXPROCS is the CPU limit rounded up, taken from the container when it starts. Programs whose go.mod says Go 1.25 or
// later read the limit themselves, take at least 2, and follow when it is changed in place; older ones take every core
// of the node, and are throttled. A variable in Env wins over both.
// https://pkg.go.dev/runtime#GOMAXPROCS https://go.dev/doc/gc-guide#Memory_limit
const Go Runtime = "go"

// Runtimes that are known.
func Runtimes() []Runtime { return []Runtime{Go} }

const (
	goMemLimit = "GOMEMLIMIT"
	goMaxProcs = "GOMAXPROCS"
	// goShare of the memory that Go may take: the rest is for stacks of C, mapped files and the kernel's buffers.
	goShare = 0.9
)

// runtimeEnv is what the runtime needs beside the variables that are given.
func (p program) runtimeEnv() []corev1.EnvVar {
	if p.runtime != Go {
		return nil
	}
	var env []corev1.EnvVar
	if _, given := variable(p.main.env, goMemLimit); !given {
		env = append(env, corev1.EnvVar{Name: goMemLimit, Value: goBytes(goShare * p.memoryBudget())})
	}
	if _, given := variable(p.main.env, goMaxProcs); !given {
		env = append(env, corev1.EnvVar{Name: goMaxProcs, ValueFrom: &corev1.EnvVarSource{
			// The kubelet rounds up to whole divisors.
			ResourceFieldRef: &corev1.ResourceFieldSelector{Resource: "limits.cpu", Divisor: resource.MustParse("1")},
		}})
	}
	return env
}

// memoryBudget in bytes: what the program may use for long. That is its limit, or less if an autoscaler aims at less.
func (p program) memoryBudget() float64 {
	return math.Min(p.main.resources.Limits.Memory().AsApproximateFloat64(), p.memoryTarget())
}

// memoryTarget of the autoscaler in bytes; infinite without one.
func (p program) memoryTarget() float64 {
	if p.autoscale == nil {
		return math.Inf(1)
	}
	return p.main.resources.Requests.Memory().AsApproximateFloat64() * float64(p.autoscale.MemoryPercent) / 100
}

func variable(env []corev1.EnvVar, name string) (corev1.EnvVar, bool) {
	i := slices.IndexFunc(env, func(v corev1.EnvVar) bool { return v.Name == name })
	if i < 0 {
		return corev1.EnvVar{}, false
	}
	return env[i], true
}

// goBytes as Go reads them, rounded down to whole MiB where that loses little.
func goBytes(bytes float64) string {
	const most = 1 << 60 // beyond it there is no memory, and int64 ends
	whole := int64(math.Min(bytes, most))
	if whole >= 16*mebibyte {
		return fmt.Sprintf("%dMiB", whole/mebibyte)
	}
	return strconv.FormatInt(whole, 10)
}

// parseGoBytes reads GOMEMLIMIT as the runtime does: a whole number, with B, KiB, MiB, GiB or TiB after it.
// https://pkg.go.dev/runtime#hdr-Environment_Variables
func parseGoBytes(text string) (float64, bool) {
	units := map[string]float64{"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}
	unit := 1.0
	digits := strings.TrimSuffix(text, "B")
	if len(text) > 3 && units[text[len(text)-3:]] != 0 {
		digits, unit = text[:len(text)-3], units[text[len(text)-3:]]
	}
	number, err := strconv.ParseUint(digits, 10, 63)
	if err != nil || float64(number)*unit >= math.MaxInt64 {
		return 0, false
	}
	return float64(number) * unit, true
}
