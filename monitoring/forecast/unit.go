package forecast

import (
	"math"
	"strconv"
)

// Unit of the values of a resource. It decides how they are printed.
type Unit string

const (
	// Cores of CPU.
	Cores Unit = "cores"
	// Bytes of memory or of a volume, printed as KiB, MiB, GiB and so on.
	Bytes Unit = "bytes"
	// PodCount is a number of pods.
	PodCount Unit = "pods"
)

// scale in which values of about this size are printed: what they are divided by, and the name of it.
func (u Unit) scale(size float64) (float64, string) {
	if u != Bytes {
		return 1, string(u)
	}
	names := []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	by, i := 1.0, 0
	for size >= 1024*by && i < len(names)-1 {
		by, i = by*1024, i+1
	}
	return by, names[i]
}

// format a value with three digits or more, and its unit.
func (u Unit) format(v float64) string {
	by, name := u.scale(v)
	text := digits(v / by)
	if name == "" {
		return text
	}
	return text + " " + name
}

// digits of a number: three, all of those before the point, and none that are zero at the end.
func digits(v float64) string {
	if v == 0 {
		return "0"
	}
	if v >= 1e7 || v < 1e-3 {
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
	decimals := max(0, 2-int(math.Floor(math.Log10(v))))
	unit := math.Pow10(decimals)
	return strconv.FormatFloat(math.Round(v*unit)/unit, 'f', -1, 64)
}
