package forecast

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// grid lines with the values and the dates.
func (d *drawing) grid() {
	right, bottom := plotWidth-plotRight, plotHeight-plotBottom
	ticks := d.r.Unit.ticks(d.y.to)
	for _, t := range ticks {
		y := d.y.at(t.at)
		d.addf("<path class=\"cf-grid\" d=\"M%.1f %.1fH%.1f\"/>\n", plotLeft, y, right)
		d.text(plotLeft-8, y+4, "cf-soft", "end", 12, t.text)
	}
	_, unit := d.r.Unit.scale(d.y.to)
	d.text(plotLeft-8, plotTop-8, "cf-soft", "end", 12, unit)
	for _, t := range timeTicks(d.r.History.Start, d.r.Until()) {
		x := d.x.at(t.at)
		d.addf("<path class=\"cf-grid\" d=\"M%.1f %.1fv6\"/>\n", x, bottom)
		d.text(min(max(x, plotLeft+14), right-14), bottom+20, "cf-soft", "middle", 12, t.text)
	}
}

// bands from the widest.
func (d *drawing) bands() {
	d.band("cf-outer", func(p Point) (float64, float64) { return p.Lower, p.Upper })
	d.band("cf-inner", func(p Point) (float64, float64) { return p.LowerHalf, p.UpperHalf })
}

func (d *drawing) band(class string, of func(Point) (float64, float64)) {
	if len(d.r.Points) == 0 {
		return
	}
	var path, back strings.Builder
	path.WriteString("M")
	for i, p := range d.r.Points {
		_, upper := of(p)
		fmt.Fprintf(&path, "%.1f %.1f ", d.pointX(p), d.within(upper))
		lower, _ := of(d.r.Points[len(d.r.Points)-1-i])
		fmt.Fprintf(&back, "%.1f %.1f ", d.pointX(d.r.Points[len(d.r.Points)-1-i]), d.within(lower))
	}
	d.addf("<path class=%q clip-path=\"url(#%s-c)\" d=\"%sL%sZ\"/>\n", class, d.id, path.String(),
		strings.TrimSpace(back.String()))
}

// middle of the step that a value is the mean of.
func (d *drawing) middle(t time.Time) float64 {
	return d.x.at(seconds(t) + d.r.History.Step.Seconds()/2)
}

func (d *drawing) pointX(p Point) float64 { return d.middle(p.Time) }

// within gives the pixels of a value, but for one far above the plot not farther than its clip needs.
func (d *drawing) within(v float64) float64 { return d.y.at(min(v, 2*d.y.to)) }

// lines of the history and of the median forecast. A gap breaks the line.
func (d *drawing) lines() {
	var path strings.Builder
	pen := "M"
	for i, v := range d.r.History.Values {
		if math.IsNaN(v) {
			pen = "M"
			continue
		}
		fmt.Fprintf(&path, "%s%.1f %.1f", pen, d.middle(d.r.History.at(i)), d.within(v))
		pen = "L"
	}
	d.line(path.String(), "")
	path.Reset()
	pen = "M"
	for _, p := range d.r.Points {
		fmt.Fprintf(&path, "%s%.1f %.1f", pen, d.pointX(p), d.within(p.Median))
		pen = "L"
	}
	d.line(path.String(), ` stroke-dasharray="4 3"`)
	if len(d.r.Points) > 0 {
		x := d.x.at(seconds(d.r.History.End()))
		d.addf("<path class=\"cf-now\" stroke-dasharray=\"1 3\" d=\"M%.1f %.1fV%.1f\"/>\n", x, plotTop,
			plotHeight-plotBottom)
		d.text(x, plotTop-8, "cf-soft", "middle", 12, "now")
	}
}

func (d *drawing) line(path, attributes string) {
	if path != "" {
		d.addf("<path class=\"cf-line\" fill=\"none\" stroke-width=\"1.4\" stroke-linejoin=\"round\" "+
			"stroke-linecap=\"round\"%s clip-path=\"url(#%s-c)\" d=\"%s\"/>\n", attributes, d.id, path)
	}
}

// legend below the plot.
func (d *drawing) legend() {
	y := plotHeight - 16.0
	x := plotLeft
	entry := func(shape, words string, width float64) {
		d.addf(shape+"\n", x, y-4)
		d.text(x+26, y, "cf-soft", "start", 12, words)
		x += 26 + width
	}
	entry(`<path class="cf-line" stroke-width="2" d="M%.1f %.1fh20"/>`, "measured", 74)
	if len(d.r.Points) > 0 {
		entry(`<path class="cf-line" stroke-width="2" stroke-dasharray="4 3" d="M%.1f %.1fh20"/>`, "median forecast", 112)
		entry(`<path class="cf-outer" d="M%.1f %.1fm0 -5h20v11h-20z"/><path class="cf-inner" d="M`+
			fmt.Sprintf("%.1f %.1f", x, y-4)+`m0 -5h20v11h-20z"/>`, "half of outcomes", 112)
		entry(`<path class="cf-outer" d="M%.1f %.1fm0 -5h20v11h-20z"/>`, fmt.Sprintf("%.3g %% of outcomes", 100*d.r.Level), 124)
	}
	if d.r.Capacity != nil && *d.r.Capacity <= d.y.to {
		entry(`<path class="cf-cap" stroke-width="2" d="M%.1f %.1fh20"/>`, "capacity", 70)
	}
}
