package monitoring

import "time"

// Tier says how often something is scraped. What is computed over time follows from it: a window of a rate that is typed by
// hand is too short as soon as somebody saves on scrapes. The zero value is Standard.
type Tier string

const (
	// Critical services are scraped every 15 s.
	Critical Tier = "critical"
	// Standard is for everything else: every 30 s, as is the default of kube-prometheus.
	Standard Tier = "standard"
	// Optional metrics are scraped every 60 s. It is the longest interval that leaves no gaps for instant queries after a
	// missed scrape: Prometheus looks back 5 minutes.
	Optional Tier = "optional"
)

// Tiers from the most frequent.
func Tiers() []Tier { return []Tier{Critical, Standard, Optional} }

// Interval between two scrapes.
func (t Tier) Interval() time.Duration {
	switch t {
	case Critical:
		return 15 * time.Second
	case Optional:
		return time.Minute
	case Standard:
	}
	return 30 * time.Second
}

// Timeout of a scrape: 10 s, Prometheus' own default. It may not exceed the interval.
func (t Tier) Timeout() time.Duration { return 10 * time.Second }

// Window is the shortest of which a rate survives a missed scrape: four intervals. A rate needs two samples; two intervals
// can hold one alone, and of three the one that was missed leaves two only if the rest come on time.
func (t Tier) Window() time.Duration { return 4 * t.Interval() }
