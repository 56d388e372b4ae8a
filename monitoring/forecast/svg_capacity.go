package forecast

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// capacity as a line through all of the plot, and below it the limit that the headroom leaves.
func (d *drawing) capacity() {
	if d.r.Capacity == nil {
		return
	}
	capacity := *d.r.Capacity
	right := plotWidth - plotRight
	if capacity > d.y.to {
		d.text(right, plotTop+14, "cf-captext cf-halo", "end", 12, "capacity "+d.r.Unit.format(capacity)+", above the plot")
		return
	}
	path := fmt.Sprintf("M%.1f %.1fH%.1f", d.x.low, d.y.at(capacity), right)
	if d.r.Capacities != nil {
		path = d.steps(*d.r.Capacities) + fmt.Sprintf("H%.1f", right)
	}
	d.addf("<path class=\"cf-cap\" fill=\"none\" stroke-width=\"1.6\" clip-path=\"url(#%s-c)\" d=\"%s\"/>\n", d.id, path)
	d.text(plotLeft+6, d.beside(d.firstCapacity(capacity)), "cf-captext cf-halo", "start", 12, "capacity "+
		d.r.Unit.format(capacity))
	if d.r.Headroom > 0 {
		limit := capacity * (1 - d.r.Headroom)
		d.addf("<path class=\"cf-cap\" stroke-dasharray=\"6 4\" d=\"M%.1f %.1fH%.1f\"/>\n", d.x.low, d.y.at(limit), right)
	}
}

// beside a line: above it, or below where that would leave the plot.
func (d *drawing) beside(value float64) float64 {
	if y := d.y.at(value) - 6; y > plotTop+8 {
		return y
	}
	return d.y.at(value) + 15
}

// firstCapacity is where the line begins, on the left.
func (d *drawing) firstCapacity(latest float64) float64 {
	if d.r.Capacities != nil {
		for i, v := range d.r.Capacities.Values {
			if !math.IsNaN(v) && !d.r.Capacities.at(i).Before(d.r.History.Start) && v <= d.y.to {
				return v
			}
		}
	}
	return latest
}

// steps of a capacity that has changed: a point only where it does.
func (d *drawing) steps(s Series) string {
	var path strings.Builder
	before := math.NaN()
	for i, v := range s.Values {
		if math.IsNaN(v) || v == before {
			continue
		}
		x := min(max(d.x.at(seconds(s.at(i))), d.x.low), d.x.high)
		if math.IsNaN(before) {
			fmt.Fprintf(&path, "M%.1f %.1f", x, d.within(v))
		} else {
			fmt.Fprintf(&path, "H%.1fV%.1f", x, d.within(v))
		}
		before = v
	}
	return path.String()
}

// marks on the limit: the interval in which it is reached, and when that is likely.
func (d *drawing) marks() {
	e := d.r.Exhaustion
	if e == nil || e.Already || e.Earliest == nil || e.Limit > d.y.to {
		return
	}
	y := d.y.at(e.Limit)
	end := d.x.high
	if e.Latest != nil {
		end = d.middle(*e.Latest)
	}
	d.addf("<path class=\"cf-cap\" stroke-width=\"5\" stroke-opacity=\".45\" d=\"M%.1f %.1fH%.1f\"/>\n",
		d.middle(*e.Earliest), y, end)
	for _, at := range []*time.Time{e.Earliest, e.Latest} {
		if at != nil {
			d.addf("<path class=\"cf-cap\" stroke-width=\"1.6\" d=\"M%.1f %.1fv12\"/>\n", d.middle(*at), y-6)
		}
	}
	if e.Likely != nil {
		d.addf("<circle class=\"cf-mark\" stroke-width=\"1.5\" r=\"5\" cx=\"%.1f\" cy=\"%.1f\"/>\n", d.middle(*e.Likely), y)
	}
}
