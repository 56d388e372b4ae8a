package monitoring

import (
	"fmt"
	"strconv"
	"time"
)

// fourDigits of a share, as many as humanizePercentage shows: what has more could be rounded to either side.
func fourDigits(share float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(share, 'g', 4, 64), 64)
	if err != nil { // out of range, and so as it is
		return share
	}
	return rounded
}

// humanDuration as Prometheus' humanizeDuration writes whole seconds from one minute on.
func humanDuration(d time.Duration) string {
	seconds := int64(d.Seconds())
	days, hours, minutes := seconds/86400, seconds/3600%24, seconds/60%60
	switch {
	case days > 0:
		return fmt.Sprintf("%dd %dh %dm %ds", days, hours, minutes, seconds%60)
	case hours > 0:
		return fmt.Sprintf("%dh %dm %ds", hours, minutes, seconds%60)
	}
	return fmt.Sprintf("%dm %ds", minutes, seconds%60)
}

// humanSeconds as Prometheus' humanizeDuration writes less than a minute.
func humanSeconds(seconds float64) string {
	switch {
	case seconds >= 60:
		return humanDuration(time.Duration(seconds * float64(time.Second)))
	case seconds >= 1:
		return fmt.Sprintf("%.4gs", seconds)
	}
	return fmt.Sprintf("%.4gms", 1000*seconds)
}
