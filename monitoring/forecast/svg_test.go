package forecast_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/monitoring/forecast"
)

func TestSVG(t *testing.T) {
	volume := func(capacity float64, days int) *forecast.Result {
		s := hourly(days, func(hour int) float64 { return (20 + float64(hour)/24) * (1 << 30) })
		r := mustOf(t, s, forecast.Options{Capacity: capacity * (1 << 30), Headroom: 0.1})
		r.Name, r.Unit = "Volume", forecast.Bytes
		return r
	}
	gap := mustOf(t, hourly(30, func(hour int) float64 {
		if hour/24 == 10 {
			return math.NaN()
		}
		return 5
	}), forecast.Options{})
	pool := hourly(56, func(hour int) float64 { return 100 + 100*float64(hour/700) })
	grown := mustOf(t, hourly(56, func(int) float64 { return 70 }), forecast.Options{Capacities: &pool})
	escaped := volume(100, 56)
	escaped.Labels = map[string]string{"claim": `<script>alert("&")</script>` + "\x00"}
	long := volume(100, 56)
	long.Name = strings.Repeat("ü", 300)
	for name, tc := range map[string]struct {
		reason     string
		result     *forecast.Result
		want, lack []string
	}{
		"Volume": {
			reason: "All parts are there, in the unit of the volume.", result: volume(100, 56),
			want: []string{
				"<title id=", "<desc id=", `role="img"`, "aria-labelledby", "prefers-color-scheme:dark", ">GiB<", "cf-outer", "cf-inner",
				">capacity 100 GiB<", ">now<", ">5 Jan<", ">30 Mar<", "median forecast", ">90 % of outcomes<", "<circle",
				"likely about 2026-03-", ">Volume<",
			},
			lack: []string{"http://www.w3.org/1999", "<script", "@import", "url(http"},
		},
		"FarCapacity": {
			reason: "A capacity far away would press the rest flat.", result: volume(5000, 56),
			want: []string{"capacity 4.88 TiB, above the plot"}, lack: []string{`stroke-width="1.6" clip-path`},
		},
		"Short": {
			reason: "What was measured is drawn, and nothing else.",
			result: mustOf(t, forecast.Series{Start: monday, Step: time.Hour, Values: []float64{3, 4, 5}}, forecast.Options{}),
			want:   []string{"no forecast: there are 3 values in 3 h", "cf-line"}, lack: []string{`class="cf-outer"`, ">now<"},
		},
		"Nothing": {
			reason: "An empty picture says why.",
			result: mustOf(t, forecast.Series{Start: monday, Step: time.Hour}, forecast.Options{}),
			want:   []string{"nothing was measured"}, lack: []string{`class="cf-line"`},
		},
		"Escaped": {
			reason: "A label is text, whatever it holds.", result: escaped,
			want: []string{"&lt;script&gt;alert(&#34;&amp;&#34;)"}, lack: []string{"<script", "\x00"},
		},
		"Long": {reason: "A long name is cut in the picture, not in its title.", result: long, want: []string{"ü…", strings.Repeat("ü", 300)}},
		"Grown": {
			reason: "A pool that grew has a step in its capacity, and its name on the left.", result: grown,
			want: []string{">capacity 200<", "V"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			picture := wellFormed(t, tc.result)
			for _, want := range tc.want {
				require.Contains(t, picture, want, tc.reason)
			}
			for _, lack := range tc.lack {
				require.NotContains(t, picture, lack, tc.reason)
			}
			require.Equal(t, picture, wellFormed(t, tc.result), "the same each time")
		})
	}
	t.Run("Gap", func(t *testing.T) {
		history := between(t, wellFormed(t, gap), `class="cf-line"`, "/>")
		require.Equal(t, 2, strings.Count(history, "M"), "a gap is not drawn over")
	})
	t.Run("Ids", func(t *testing.T) {
		other := volume(100, 56)
		other.Labels = map[string]string{"claim": "other"}
		require.NotEqual(t, between(t, wellFormed(t, volume(100, 56)), `<title id="`, `"`),
			between(t, wellFormed(t, other), `<title id="`, `"`), "two pictures can stand on one page")
	})
}

func between(t *testing.T, text, begin, end string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, begin)
	require.True(t, found, begin)
	inner, _, found := strings.Cut(rest, end)
	require.True(t, found, end)
	return inner
}

// The lines are where the axis says: a constant at half of the highest tick is at half of its height.
func TestSVGIsToScale(t *testing.T) {
	picture := wellFormed(t, mustOf(t, hourly(56, func(int) float64 { return 50 }), forecast.Options{Capacity: 100}))
	// Where the paths begin: of the history, of the capacity, and of the lowest line of the grid.
	begins := func(class string) float64 {
		var x, y float64
		_, err := fmt.Sscanf(between(t, between(t, picture, class, "/>"), ` d="M`, `"`), "%f %f", &x, &y)
		require.NoError(t, err)
		return y
	}
	y, capacity, zero := begins(`class="cf-line"`), begins(`class="cf-cap"`), begins(`class="cf-grid"`)
	require.InDelta(t, (capacity+zero)/2, y, 0.11)
}
