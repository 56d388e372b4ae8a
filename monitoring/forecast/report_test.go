package forecast_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson/monitoring/forecast"
)

var now = monday.Add(56 * 24 * time.Hour)

// since is the number of days since the first Monday.
func since(t time.Time) float64 { return t.Sub(monday).Hours() / 24 }

func always(v float64) func(time.Time) float64 { return func(time.Time) float64 { return v } }

func specOf(resources ...forecast.Resource) forecast.Spec {
	return forecast.Spec{Resources: resources, At: metav1.NewTime(now)}
}

func TestForecastOfVolumes(t *testing.T) {
	a := map[string]string{"namespace": "shop", "persistentvolumeclaim": "data-0"}
	b := map[string]string{"namespace": "shop", "persistentvolumeclaim": "data-1"}
	server := &prometheus{queries: map[string][]sampled{
		forecast.Volumes().Use: {
			{b, always(10 << 30)},
			{a, func(t time.Time) float64 { return (20 + since(t)) * (1 << 30) }},
		},
		forecast.Volumes().CapacityQuery: {
			{a, func(t time.Time) float64 {
				if since(t) < 30 {
					return 50 << 30
				}
				return 90 << 30
			}},
			{b, always(20 << 30)},
		},
	}}
	report, err := forecast.Forecast(t.Context(), server.api(t), specOf(forecast.Resource{Preset: "volumes"}))
	require.NoError(t, err)
	require.Len(t, report.Results, 2, "one for each claim")
	grows, constant := report.Results[0], report.Results[1]
	require.Equal(t, "Volume shop/data-0", grows.Title(), "in the order of their labels")
	require.InDelta(t, 90<<30, *grows.Capacity, 1, "what it is now counts, not what it was")
	require.WithinDuration(t, monday.Add(70*24*time.Hour), *grows.Exhaustion.Likely, 24*time.Hour, "20 GiB and 70 days of 1 GiB")
	require.InDelta(t, 20<<30, *constant.Capacity, 1, "of the same labels")
	require.Nil(t, constant.Exhaustion.Earliest)
}

// Steps of a minute make 80,640 points for eight weeks, and Prometheus gives 11,000 at once.
func TestForecastAsksInChunks(t *testing.T) {
	cpu := forecast.CPU()
	server := &prometheus{queries: map[string][]sampled{
		cpu.Use: {{nil, func(t time.Time) float64 { return 10 + since(t) }}}, cpu.CapacityQuery: {{nil, always(80)}},
	}}
	spec := specOf(cpu)
	spec.Step = metav1.Duration{Duration: time.Minute}
	report, err := forecast.Forecast(t.Context(), server.api(t), spec)
	require.NoError(t, err)
	var uses []asked
	for _, a := range server.asked {
		if a.query == cpu.Use {
			uses = append(uses, a)
		}
	}
	require.Len(t, uses, 8)
	require.Equal(t, now, uses[7].end)
	require.Equal(t, now.Add(-56*24*time.Hour+time.Minute), uses[0].start)
	for i := 1; i < len(uses); i++ {
		require.Equal(t, uses[i-1].end.Add(time.Minute), uses[i].start, "no time is asked for twice or left out")
	}
	history := report.Results[0].History
	for i, v := range history.Values {
		at := history.Start.Add(time.Duration(i) * history.Step)
		require.InDelta(t, 10+since(at), v, 1.0/24, "hour %d has its own values", i)
	}
	require.WithinDuration(t, monday.Add(70*24*time.Hour), *report.Results[0].Exhaustion.Likely, 24*time.Hour)
}

func TestForecastAsksOnceWithItsDefaults(t *testing.T) {
	for _, days := range []int{1, 7, 56, 182} {
		server := &prometheus{}
		spec := specOf(forecast.Pods())
		spec.History = metav1.Duration{Duration: time.Duration(days) * 24 * time.Hour}
		_, err := forecast.Forecast(t.Context(), server.api(t), spec)
		require.NoError(t, err)
		require.Len(t, server.asked, 2, "use and capacity, for %d days", days)
	}
}

func TestForecastTellsWhatWentWrong(t *testing.T) {
	cpu, memory := forecast.CPU(), forecast.Memory()
	server := &prometheus{
		queries:  map[string][]sampled{memory.Use: {{nil, always(5)}}, memory.CapacityQuery: {{nil, always(9)}}},
		errors:   map[string]string{cpu.CapacityQuery: "query processing would load too many samples into memory"},
		warnings: map[string][]string{memory.Use: {"store-1 did not answer"}},
	}
	report, err := forecast.Forecast(t.Context(), server.api(t), specOf(cpu, memory))
	require.ErrorContains(t, err, "CPU requests: capacity: from 2026-01-05T00:10:00Z to 2026-03-02T00:00:00Z: execution: "+
		"query processing would load too many samples")
	require.Len(t, report.Failures, 1)
	require.Len(t, report.Results, 1, "what failed does not hide the rest")
	require.Equal(t, []string{"store-1 did not answer"}, report.Results[0].Warnings)
	var text strings.Builder
	require.NoError(t, report.Markdown(&text))
	require.Contains(t, text.String(), "may be a part: store-1 did not answer")
	require.Contains(t, text.String(), "| CPU requests | | | | | | | | failed: capacity: from")
}

func TestForecastOfLittle(t *testing.T) {
	pods := forecast.Pods()
	for name, tc := range map[string]struct {
		reason   string
		use      []sampled
		capacity []sampled
		want     forecast.Confidence
		because  string
	}{
		"NoMetrics": {
			reason: "A cluster without kube-state-metrics is no error.", want: forecast.NoStatement,
			because: "nothing was measured",
		},
		"Young": {
			reason: "Prometheus has been there for four days.", want: forecast.LowConfidence,
			use: []sampled{{nil, func(t time.Time) float64 {
				if since(t) < 52 {
					return math.NaN()
				}
				return 50
			}}},
			capacity: []sampled{{nil, always(330)}},
			because:  "4 days of history show no week twice; with 4 days of history it reaches 2 days ahead, not 28 days",
		},
		"NoCapacity": {
			reason: "The forecast is still worth something.", want: forecast.EnoughHistory,
			use: []sampled{{nil, always(50)}}, because: "the capacity is not known",
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := &prometheus{queries: map[string][]sampled{pods.Use: tc.use, pods.CapacityQuery: tc.capacity}}
			report, err := forecast.Forecast(t.Context(), server.api(t), specOf(pods))
			require.NoError(t, err, tc.reason)
			require.Len(t, report.Results, 1, tc.reason)
			require.Equal(t, tc.want, report.Results[0].Confidence, tc.reason)
			require.Equal(t, tc.because, strings.Join(report.Results[0].Reasons, "; "), tc.reason)
		})
	}
}

func TestForecastOfOwnQueries(t *testing.T) {
	server := &prometheus{queries: map[string][]sampled{
		"queue_length": {{map[string]string{"__name__": "queue_length", "queue": "mail"}, always(700)}},
		"rate":         {{nil, always(math.Inf(1))}},
		"balance":      {{nil, always(-4)}},
		"limit":        {{nil, always(1000)}},
	}}
	api := server.api(t)
	thousand := resource.MustParse("1k")
	report, err := forecast.Forecast(t.Context(), api, specOf(
		forecast.Resource{Name: "Fixed", Use: "queue_length", Capacity: &thousand, Headroom: 0.4},
		forecast.Resource{Name: "Asked", Use: "queue_length", CapacityQuery: "limit"},
		forecast.Resource{Name: "Infinite", Use: "rate"},
	))
	require.NoError(t, err)
	require.InDelta(t, 600, report.Results[0].Exhaustion.Limit, 1e-9)
	require.True(t, report.Results[0].Exhaustion.Already)
	require.Equal(t, "Fixed mail", report.Results[0].Title(), "the metric's name tells no series apart")
	require.InDelta(t, 1000, report.Results[1].Exhaustion.Limit, 1e-9, "a capacity without labels is that of all")
	require.Equal(t, forecast.NoStatement, report.Results[2].Confidence, "infinity is no measurement")

	_, err = forecast.Forecast(t.Context(), api, specOf(forecast.Resource{Name: "Negative", Use: "balance"}))
	require.ErrorContains(t, err, "Negative: series map[]: series.values[0]: Invalid value: \"-4\": must be from 0 to 1e100")
}

func TestForecastStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	report, err := forecast.Forecast(ctx, (&prometheus{}).api(t), specOf())
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, report.Failures, 4, "each of the default resources")
}

func TestReportIsJSON(t *testing.T) {
	gap := func(t time.Time) float64 {
		if int(since(t))%5 == 2 {
			return math.NaN()
		}
		return 10 + since(t)
	}
	cpu := forecast.CPU()
	server := &prometheus{queries: map[string][]sampled{cpu.Use: {{nil, gap}}, cpu.CapacityQuery: {{nil, gap}}}}
	report, err := forecast.Forecast(t.Context(), server.api(t), specOf(cpu))
	require.NoError(t, err)
	data, err := json.Marshal(report)
	require.NoError(t, err)
	var read forecast.Report
	require.NoError(t, json.Unmarshal(data, &read))
	require.Empty(t, cmp.Diff(report, &read, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()))
	var before, after bytes.Buffer
	require.NoError(t, report.Results[0].SVG(&before))
	require.NoError(t, read.Results[0].SVG(&after))
	require.Equal(t, before.String(), after.String(), "what was stored draws the same picture")
}
