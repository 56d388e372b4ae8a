package forecast_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/monitoring/forecast"
)

func TestMarkdown(t *testing.T) {
	growth := mustOf(t, hourly(56, func(hour int) float64 { return (20 + float64(hour)/24) * (1 << 30) }),
		forecast.Options{Capacity: 90 << 30, Headroom: 0.1})
	growth.Name, growth.Unit, growth.Labels = "Volume", forecast.Bytes, map[string]string{"namespace": "shop", "claim": "a|b<i>\n"}
	short := mustOf(t, hourly(1, func(int) float64 { return 3 }), forecast.Options{Capacity: 8})
	short.Name, short.Unit, short.Warnings = "CPU requests", forecast.Cores, []string{"store-1 is away"}
	full := mustOf(t, hourly(56, func(int) float64 { return 110 }), forecast.Options{Capacity: 110})
	full.Name, full.Unit = "Pods", forecast.PodCount
	var text strings.Builder
	require.NoError(t, (&forecast.Report{
		At: now, Results: []forecast.Result{*growth, *short, *full},
		Failures: []forecast.Failure{{Name: "Memory", Error: "use: no route\nto host"}},
	}).Markdown(&text))
	require.Equal(t, `Forecast at 2026-03-02 00:00:00 UTC.

| what | now | capacity | earliest | likely | latest | seasons | history | note |
|---|---:|---:|---|---|---|---|---|---|
| Volume a\|b&lt;i&gt; /shop | 76 GiB (84 %) | 90 GiB, to 90 % | 2026-03-07 | 2026-03-07 | 2026-03-07 | none | 56 days |  |
| CPU requests | 3 cores (38 %) | 8 cores | after 2026-01-06 | after 2026-01-06 | after 2026-01-06 | none | 24 h | 24 h of history show `+
		`no week twice; with 24 h of history it reaches 12 h ahead, not 28 days; may be a part: store-1 is away |
| Pods | 110 pods (100 %) | 110 pods | now | now | now | none | 56 days |  |
| Memory | | | | | | | | failed: use: no route to host |

It runs out before the earliest time in about 5 % of cases, before the likely one in half of them, and before the latest in about `+
		"95 %, if the future is like the history.\n", text.String())
}

// Values are printed with the digits that matter.
func TestUnits(t *testing.T) {
	for _, tc := range []struct {
		unit  forecast.Unit
		value float64
		want  string
	}{
		{forecast.Cores, 0, "0 cores"},
		{forecast.Cores, 0.1234, "0.123 cores"},
		{forecast.Cores, 12.5, "12.5 cores"},
		{forecast.PodCount, 1234, "1234 pods"},
		{forecast.Bytes, 1000, "1000 B"},
		{forecast.Bytes, 1536, "1.5 KiB"},
		{forecast.Bytes, 3 << 40, "3 TiB"},
		{forecast.Bytes, 1e30, "8.67e+11 EiB"},
		{"", 12345678, "1.23e+07"},
		{"jobs", 0.00001, "1e-05 jobs"},
	} {
		r := mustOf(t, hourly(2, func(int) float64 { return tc.value }), forecast.Options{})
		r.Unit = tc.unit
		var text strings.Builder
		require.NoError(t, (&forecast.Report{Results: []forecast.Result{*r}}).Markdown(&text))
		require.Contains(t, text.String(), "|  | "+tc.want+" | – |")
	}
}
