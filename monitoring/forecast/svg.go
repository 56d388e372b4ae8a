package forecast

import (
	"encoding/xml"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// Pixels of the plot, and of the margins around it.
const (
	plotWidth, plotHeight = 900.0, 400.0
	plotLeft, plotRight   = 64.0, 24.0
	plotTop, plotBottom   = 76.0, 62.0
	// longestText that fits on a line above the plot.
	longestText = 105
	// tiniest axis: below it the distance of its ticks could not be told from zero.
	tiniest = 1e-100
)

// style of the plot: blue for what was and is to be, red for the capacity. Dark where the reader's screen is.
const style = `
.cf-bg{fill:#fff}.cf-text{fill:#1f2933}.cf-soft{fill:#5b6774}.cf-grid{stroke:#e4e8ec}.cf-line{stroke:#1d4ed8}
.cf-outer{fill:#60a5fa;fill-opacity:.32}.cf-inner{fill:#3b82f6;fill-opacity:.42}.cf-cap{stroke:#c81e1e}.cf-captext{fill:#b01919}
.cf-now{stroke:#8a95a1}.cf-mark{fill:#c81e1e;stroke:#fff}.cf-halo{stroke:#fff;stroke-width:4px;paint-order:stroke}
@media(prefers-color-scheme:dark){
.cf-bg{fill:#11161d}.cf-text{fill:#e6eaef}.cf-soft{fill:#9aa7b5}.cf-grid{stroke:#27303a}.cf-line{stroke:#7db2ff}
.cf-outer{fill:#3b82f6;fill-opacity:.25}.cf-inner{fill:#60a5fa;fill-opacity:.38}.cf-cap{stroke:#ff7b72}.cf-captext{fill:#ff9a93}
.cf-now{stroke:#6b7785}.cf-mark{fill:#ff7b72;stroke:#11161d}.cf-halo{stroke:#11161d}}
`

// drawing of a result.
type drawing struct {
	out  strings.Builder
	r    *Result
	x, y axis
	id   string
}

// SVG draws the history, the forecast with its bands, and the capacity: a picture of 900 by 400 pixels that needs no font and
// no script, in light or dark as the reader's screen. It is the same for the same Result.
func (r *Result) SVG(w io.Writer) error {
	d := &drawing{r: r, id: r.identity()}
	d.scale()
	d.open()
	if d.hasPlot() {
		d.grid()
		d.bands()
		d.lines()
		d.capacity()
		d.marks()
		d.legend()
	} else {
		d.text(plotWidth/2, plotHeight/2, "cf-soft", "middle", 14, "nothing was measured")
	}
	d.addf("</svg>\n")
	_, err := io.WriteString(w, d.out.String())
	return err
}

func (d *drawing) addf(format string, args ...any) { fmt.Fprintf(&d.out, format, args...) }

// identity keeps the ids of several pictures on one page apart.
func (r *Result) identity() string {
	sum := fnv.New64a()
	_, _ = fmt.Fprintf(sum, "%q %q %v", r.Name, r.Labels, r.Until().Unix()) // a hash never fails
	return fmt.Sprintf("cf-%x", sum.Sum64())
}

func (d *drawing) hasPlot() bool { return len(d.r.History.Values) > 0 }

// scale of the axes. The upper bound of a wide interval may leave the plot, so that it does not press the rest flat; so may a
// capacity that is far away.
func (d *drawing) scale() {
	used, bound := 0.0, 0.0
	for _, v := range d.r.History.Values {
		if !math.IsNaN(v) {
			used = max(used, v)
		}
	}
	for _, p := range d.r.Points {
		used, bound = max(used, p.Median), max(bound, p.Upper)
	}
	if c := d.r.Capacity; c != nil && *c < 4*used {
		used = max(used, *c)
	}
	top := 1.08 * max(used, min(bound, 1.5*used))
	if top < tiniest {
		top = 1
	}
	d.y = axis{from: 0, to: top, low: plotHeight - plotBottom, high: plotTop}
	from, to := seconds(d.r.History.Start), seconds(d.r.Until())
	d.x = axis{from: from, to: max(to, from+1), low: plotLeft, high: plotWidth - plotRight}
}

func (d *drawing) open() {
	title := d.r.Title()
	if title == "" {
		title = "Forecast"
	}
	d.addf(`<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f" role="img" `+
		`aria-labelledby="%s-t %s-d" font-family="system-ui,-apple-system,'Segoe UI',sans-serif">`+"\n",
		plotWidth, plotHeight, plotWidth, plotHeight, d.id, d.id)
	d.addf("<title id=\"%s-t\">%s</title>\n<desc id=\"%s-d\">%s</desc>\n<style>%s</style>\n", d.id, escape(title), d.id,
		escape(d.describe()), style)
	d.addf("<clipPath id=\"%s-c\"><rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/></clipPath>\n", d.id,
		plotLeft, plotTop, plotWidth-plotLeft-plotRight, plotHeight-plotTop-plotBottom)
	d.addf("<rect class=\"cf-bg\" width=\"%.0f\" height=\"%.0f\" rx=\"6\"/>\n", plotWidth, plotHeight)
	d.text(16, 28, "cf-text\" font-weight=\"600", "start", 16, shortened(title))
	d.text(16, 49, "cf-soft", "start", 13, shortened(d.r.sentence()))
}

// describe the picture for who cannot see it.
func (d *drawing) describe() string {
	if !d.hasPlot() {
		return d.r.sentence()
	}
	const form = "2 January 2006"
	text := fmt.Sprintf("Measured from %s to %s", d.r.History.Start.UTC().Format(form), d.r.History.End().UTC().Format(form))
	if d.r.Now != nil {
		text += ", now " + d.r.Unit.format(*d.r.Now)
	}
	if d.r.Capacity != nil {
		text += ", capacity " + d.r.Unit.format(*d.r.Capacity)
	}
	return text + "; " + d.r.sentence() + "."
}

// text at a place. The class may bring more attributes; the words are escaped.
func (d *drawing) text(x, y float64, class, anchor string, size int, words string) {
	d.addf("<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\">%s</text>\n", class, x, y,
		anchor, size, escape(words))
}

// escape for XML. What XML cannot hold is replaced.
func escape(text string) string {
	var out strings.Builder
	_ = xml.EscapeText(&out, []byte(text)) // a strings.Builder never fails
	return out.String()
}

func shortened(text string) string {
	if utf8.RuneCountInString(text) <= longestText {
		return text
	}
	return string([]rune(text)[:longestText-1]) + "…"
}
