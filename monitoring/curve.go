package monitoring

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// curve is what one series tells over time, in promtool's notation. Each method goes on where the last has ended.
type curve struct {
	every   time.Duration
	elapsed time.Duration
	value   float64
	parts   []string
	ended   bool
}

// sampled each so often, from 0.
func sampled(every time.Duration) *curve { return &curve{every: every} }

// set the value of what follows.
func (c *curve) set(value float64) *curve { c.value = value; return c }

// hold the value until a time after the beginning.
func (c *curve) hold(until time.Duration) *curve { return c.rise(0, until) }

// rise by so much each second until a time after the beginning.
func (c *curve) rise(perSecond float64, until time.Duration) *curve {
	n := c.steps(until)
	if n == 0 {
		return c
	}
	step := perSecond * c.every.Seconds()
	if step == 0 {
		c.parts = append(c.parts, fmt.Sprintf("%sx%d", number(c.value), n-1))
	} else {
		c.parts = append(c.parts, fmt.Sprintf("%s%sx%d", number(c.value), signed(step), n-1))
	}
	c.value += step * float64(n)
	return c
}

// miss all scrapes until a time after the beginning.
func (c *curve) miss(until time.Duration) *curve { return c.riseUnseen(0, until) }

// riseUnseen is rise, of which all scrapes are missed.
func (c *curve) riseUnseen(perSecond float64, until time.Duration) *curve {
	if n := c.steps(until); n > 0 {
		c.parts = append(c.parts, fmt.Sprintf("_x%d", n))
		c.value += perSecond * c.every.Seconds() * float64(n)
	}
	return c
}

// end of the series: its target has vanished, and Prometheus knows.
func (c *curve) end() *curve {
	c.ended = true
	return c
}

func (c *curve) steps(until time.Duration) int {
	n := int((until - c.elapsed) / c.every)
	if n <= 0 || c.ended {
		return 0
	}
	c.elapsed += time.Duration(n) * c.every
	return n
}

// text of all values; what has not ended holds its last one.
func (c *curve) text(until time.Duration) string {
	if c.ended {
		return strings.Join(append(slices.Clip(c.parts), "stale"), " ")
	}
	whole := *c
	whole.parts = slices.Clip(c.parts)
	return strings.Join(whole.hold(until).parts, " ")
}

// number in decimals, as people write it: to 12 digits, without the noise of binary fractions.
func number(value float64) string {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(value, 'g', 12, 64), 64)
	if err != nil { // out of range, and so as it is
		rounded = value
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

func signed(value float64) string {
	if value < 0 {
		return number(value)
	}
	return "+" + number(value)
}
