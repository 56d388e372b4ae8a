package forecast_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/api"
	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson/monitoring/forecast"
)

// Eight weeks of a volume that grows by half a GiB a day, beside its size.
func ExampleOf() {
	const gib = 1 << 30
	s := forecast.Series{Start: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC), Step: time.Hour}
	for hour := range 24 * 56 {
		s.Values = append(s.Values, (30+float64(hour)/48)*gib)
	}
	r, err := forecast.Of(s, forecast.Options{Capacity: 80 * gib, Headroom: 0.2})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Exhaustion.Likely.Format(time.DateOnly))
	for _, season := range r.Seasons {
		fmt.Println(season.Name, season.Used)
	}
	// Output:
	// 2026-03-14
	// daily false
	// weekly false
}

// What does not repeat and is not long enough is not made up.
func ExampleOf_short() {
	s := forecast.Series{Start: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC), Step: time.Hour, Values: []float64{3, 4, 5}}
	r, err := forecast.Of(s, forecast.Options{Capacity: 10})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Confidence, r.Reasons, len(r.Points), r.Exhaustion)
	// Output: none [there are 3 values in 3 h: at least 24 are needed] 0 <nil>
}

// The CPU of a cluster, and whether its pods fit.
func ExampleForecast() {
	server := httptest.NewServer(&prometheus{queries: map[string][]sampled{
		forecast.CPU().Use:           {{nil, func(t time.Time) float64 { return 6 + since(t)/14 }}},
		forecast.CPU().CapacityQuery: {{nil, always(11.7)}},
	}})
	defer server.Close()
	client, err := api.NewClient(api.Config{Address: server.URL}) // your Prometheus, like http://localhost:9090
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := forecast.Forecast(context.Background(), v1.NewAPI(client), forecast.Spec{
		Resources: []forecast.Resource{forecast.CPU(), forecast.Pods()},
		At:        metav1.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), // leave it out for now
	})
	if err != nil {
		fmt.Println(err)
	}
	if err := report.Markdown(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// Forecast at 2026-03-02 00:00:00 UTC.
	//
	// | what | now | capacity | earliest | likely | latest | seasons | history | note |
	// |---|---:|---:|---|---|---|---|---|---|
	// | CPU requests | 10 cores (85 %) | 11.7 cores | 2026-03-25 | 2026-03-25 | 2026-03-25 | none | 56 days |  |
	// | Pods | – | – | – | – | – | none | 0 h | nothing was measured |
	//
	// It runs out before the earliest time in about 5 % of cases, before the likely one in half of them, and before the latest in about 95 %, if the future is like the history.
}

// A picture for a report.
func ExampleResult_SVG() {
	s := forecast.Series{Start: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC), Step: time.Hour}
	for hour := range 24 * 56 {
		s.Values = append(s.Values, 100+float64(hour)/24)
	}
	r, err := forecast.Of(s, forecast.Options{Capacity: 220})
	if err != nil {
		fmt.Println(err)
		return
	}
	r.Name, r.Unit = "Pods", forecast.PodCount
	var picture strings.Builder // or a file
	if err := r.SVG(&picture); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.HasPrefix(picture.String(), "<svg "), strings.Contains(picture.String(), r.Exhaustion.String()))
	// Output: true true
}
