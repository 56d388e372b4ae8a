package forecast

import (
	"fmt"
	"math"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

const (
	// DefaultHorizon is four weeks: long enough to order a node or to grow a volume, and half of DefaultHistory.
	DefaultHorizon = 4 * week
	// DefaultHistory is eight weeks: a forecast reaches half as far as its history, and four weeks before the first of its
	// back-tests have shown a weekly season twice.
	DefaultHistory = 8 * week
	// DefaultLevel is 0.9: the earliest exhaustion is then a risk of about one in twenty, and back-tests hold enough errors
	// to tell that; for a higher level they hold too few.
	DefaultLevel = 0.9
	// innerLevel is of the darker band of the plot: as often within as without.
	innerLevel = 0.5
	// farthest horizon that is taken: a forecast looks at half a year at most, and reaches half as far.
	farthest = memory / 2
)

// Options of a forecast. The zero value is a good one, without a capacity.
type Options struct {
	// Horizon is how far to look ahead, at most 13 weeks. Default: DefaultHorizon. The forecast never reaches farther than
	// half of the history.
	Horizon time.Duration
	// Level is the share of outcomes that the interval is to hold, above 0.5 and at most 0.99. Default: DefaultLevel.
	Level float64
	// Capacity that can run out, in the unit of the series. 0: not known.
	Capacity float64
	// Capacities is a capacity that has changed. What it was last counts from now on; Capacity must be 0 then.
	Capacities *Series
	// Headroom is the share of the capacity that must stay free, from 0 to below 1: with 0.15 it runs out at 85 %.
	// Default: 0.
	Headroom float64
}

func (o Options) withDefaults() Options {
	if o.Horizon == 0 {
		o.Horizon = DefaultHorizon
	}
	if o.Level == 0 {
		o.Level = DefaultLevel
	}
	return o
}

func (o Options) validate(path *field.Path) field.ErrorList {
	errs := validateHorizon(path.Child("horizon"), o.Horizon)
	errs = append(errs, validateLevel(path.Child("level"), o.Level)...)
	errs = append(errs, validateHeadroom(path.Child("headroom"), o.Headroom)...)
	if !(o.Capacity >= 0 && o.Capacity <= largest) {
		errs = append(errs, field.Invalid(path.Child("capacity"), fmt.Sprint(o.Capacity),
			"must be from 0 to 1e100; 0: not known"))
	}
	if o.Capacities != nil {
		errs = append(errs, o.Capacities.validate(path.Child("capacities"))...)
		if o.Capacity != 0 {
			errs = append(errs, field.Forbidden(path.Child("capacity"), "there are capacities: give one of the two"))
		}
	}
	return errs
}

func validateHorizon(path *field.Path, horizon time.Duration) field.ErrorList {
	if horizon < time.Hour || horizon > farthest {
		return field.ErrorList{field.Invalid(path, horizon.String(),
			fmt.Sprintf("must be from 1h to %v, which is 13 weeks", farthest))}
	}
	return nil
}

func validateLevel(path *field.Path, level float64) field.ErrorList {
	if !(level > innerLevel && level <= 0.99) {
		return field.ErrorList{field.Invalid(path, fmt.Sprint(level), "must be above 0.5 and at most 0.99, like 0.9")}
	}
	return nil
}

func validateHeadroom(path *field.Path, headroom float64) field.ErrorList {
	if !(headroom >= 0 && headroom < 1) {
		return field.ErrorList{field.Invalid(path, fmt.Sprint(headroom),
			"must be from 0 to below 1: the share that stays free, like 0.15 to run out at 85 %")}
	}
	return nil
}

// capacity from now on, or NaN.
func (o Options) capacity() float64 {
	switch {
	case o.Capacities != nil:
		return o.Capacities.latest()
	case o.Capacity > 0:
		return o.Capacity
	default:
		return math.NaN()
	}
}
