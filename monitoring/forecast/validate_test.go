package forecast_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/caissonhq/caisson/monitoring/forecast"
)

func TestOfRefuses(t *testing.T) {
	good := hourly(3, func(int) float64 { return 1 })
	for name, tc := range map[string]struct {
		series  forecast.Series
		options forecast.Options
		want    string
	}{
		"ZeroStep":     {series: forecast.Series{Start: monday}, want: "series.step: Invalid value: \"0s\": must be above 0 and at most 24h"},
		"LongStep":     {series: forecast.Series{Start: monday, Step: 25 * time.Hour}, want: "series.step: Invalid value"},
		"Negative":     {series: forecast.Series{Start: monday, Step: time.Hour, Values: []float64{1, -2}}, want: "series.values[1]: Invalid value: \"-2\": must be from 0 to 1e100, or NaN for a gap"},
		"Infinite":     {series: forecast.Series{Start: monday, Step: time.Hour, Values: []float64{math.Inf(1)}}, want: "series.values[0]: Invalid value: \"+Inf\""},
		"NoStart":      {series: forecast.Series{Step: time.Hour}, want: "series.start: Invalid value"},
		"Level":        {series: good, options: forecast.Options{Level: 90}, want: "options.level: Invalid value: \"90\": must be above 0.5 and at most 0.99, like 0.9"},
		"Headroom":     {series: good, options: forecast.Options{Headroom: 1}, want: "options.headroom: Invalid value: \"1\": must be from 0 to below 1"},
		"Horizon":      {series: good, options: forecast.Options{Horizon: time.Minute}, want: "options.horizon: Invalid value: \"1m0s\": must be from 1h to 2184h0m0s, which is 13 weeks"},
		"Capacity":     {series: good, options: forecast.Options{Capacity: -1}, want: "options.capacity: Invalid value: \"-1\""},
		"Capacities":   {series: good, options: forecast.Options{Capacities: &forecast.Series{Start: monday}}, want: "options.capacities.step: Invalid value"},
		"BothCapacity": {series: good, options: forecast.Options{Capacity: 1, Capacities: &good}, want: "options.capacity: Forbidden: there are capacities: give one of the two"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := forecast.Of(tc.series, tc.options)
			require.ErrorContains(t, err, tc.want)
			require.Nil(t, r)
		})
	}
}

func TestSpecValidate(t *testing.T) {
	zero := resource.MustParse("0")
	one := func(r forecast.Resource) forecast.Spec { return forecast.Spec{Resources: []forecast.Resource{r}} }
	for name, tc := range map[string]struct {
		spec forecast.Spec
		want string // empty: it is valid
	}{
		"Zero":       {},
		"Preset":     {spec: one(forecast.Resource{Preset: "gpu"}), want: "resources[0].preset: Unsupported value: \"gpu\": supported values: \"cpu\", \"cpu-use\", \"memory\", \"memory-use\", \"pods\", \"volumes\""},
		"NoName":     {spec: one(forecast.Resource{Use: "up"}), want: "resources[0].name: Required value: say what it is, like \"queue\", or give a preset"},
		"NoUse":      {spec: one(forecast.Resource{Name: "queue"}), want: "resources[0].use: Required value: write a PromQL query, or give a preset"},
		"NoCapacity": {spec: one(forecast.Resource{Preset: "cpu", Capacity: &zero}), want: "resources[0].capacity: Invalid value: \"0\": must be above 0"},
		"Twice":      {spec: one(forecast.Resource{Preset: "cpu", Capacity: &zero, CapacityQuery: "up"}), want: "resources[0].capacity: Forbidden: there is a capacityQuery: give one of the two"},
		"Headroom":   {spec: one(forecast.Resource{Preset: "cpu", Headroom: -0.1}), want: "resources[0].headroom: Invalid value"},
		"History":    {spec: forecast.Spec{History: metav1.Duration{Duration: time.Hour}}, want: "history: Invalid value: \"1h0m0s\": must be from 24h to 4368h0m0s, which is 26 weeks"},
		"Step":       {spec: forecast.Spec{Step: metav1.Duration{Duration: time.Second}}, want: "step: Invalid value: \"1s\": must be from 15s to 1h"},
		"Horizon":    {spec: forecast.Spec{Horizon: metav1.Duration{Duration: 9999 * time.Hour}}, want: "horizon: Invalid value"},
		"Level":      {spec: forecast.Spec{Level: 0.2}, want: "level: Invalid value"},
	} {
		t.Run(name, func(t *testing.T) {
			err := tc.spec.Validate()
			if tc.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tc.want)
			server := &prometheus{}
			report, err := forecast.Forecast(t.Context(), server.api(t), tc.spec)
			require.ErrorContains(t, err, tc.want)
			require.NotNil(t, report)
			require.Empty(t, server.asked, "a bad spec asks nothing")
		})
	}
}

func TestSpecLoadsFromYAML(t *testing.T) {
	var spec forecast.Spec
	require.NoError(t, yaml.UnmarshalStrict([]byte(strings.TrimSpace(`
history: 672h
headroom: 0.1
resources:
- preset: volumes
  headroom: 0.2
- name: Queue
  unit: jobs
  use: sum(queue_length)
  capacity: 10k
`)), &spec))
	require.NoError(t, spec.Validate())
	require.Equal(t, 672*time.Hour, spec.History.Duration)
	require.InDelta(t, 0.2, spec.Resources[0].Headroom, 0)
	require.Equal(t, "10k", spec.Resources[1].Capacity.String())
}

// A preset's fields give way to those that are written.
func TestPresets(t *testing.T) {
	for _, name := range forecast.Presets() {
		require.NoError(t, forecast.Spec{Resources: []forecast.Resource{{Preset: name}}}.Validate(), name)
	}
	ten := resource.MustParse("10")
	server := &prometheus{queries: map[string][]sampled{"my_query": {{nil, always(4)}}}}
	report, err := forecast.Forecast(t.Context(), server.api(t), specOf(forecast.Resource{Preset: "cpu", Use: "my_query", Capacity: &ten}))
	require.NoError(t, err)
	require.Len(t, server.asked, 1, "a fixed capacity takes the place of the preset's query")
	require.Equal(t, "CPU requests", report.Results[0].Title())
	require.Equal(t, forecast.Cores, report.Results[0].Unit)
	require.InDelta(t, 10, *report.Results[0].Capacity, 0)
}
