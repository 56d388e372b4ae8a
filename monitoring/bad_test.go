package monitoring_test

import (
	"bytes"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson/internal/golden"
	"github.com/caissonhq/caisson/monitoring"
)

func minutes(n float64) metav1.Duration {
	return metav1.Duration{Duration: time.Duration(n * float64(time.Minute))}
}

// What is said about bad specs is what most users read of the library: all of it is in one file, to be read as a whole.
func TestBadDefinitions(t *testing.T) {
	classic := monitoring.PromHTTP()
	classic.Buckets = nil
	descending, suffixed, unnamed := monitoring.PromHTTP(), monitoring.PromHTTP(), monitoring.PromHTTP()
	descending.Buckets = []float64{1, 0.5, 2}
	suffixed.Duration = "http_request_duration_seconds_bucket"
	unnamed.Code, unnamed.By, unnamed.Requests = "", []string{"le", "a b"}, "http requests"
	cases := []struct {
		reason     string
		definition monitoring.Definition
	}{
		{"A percentage is no share.", monitoring.NodeCPU{Above: 90}},
		{"Nothing is above all of it.", monitoring.NodeCPU{Above: 1}},
		{"NaN is no threshold.", monitoring.NodeMemory{Above: math.NaN()}},
		{"A share is not negative.", monitoring.ErrorRate{Above: -0.1}},
		{"Alerts are named in camel case.", monitoring.NodeCPU{Name: "node cpu"}},
		{"There are three severities.", monitoring.NodeMemory{Severity: "fatal"}},
		{"A rule is evaluated each 30 s.", monitoring.NodeCPU{For: minutes(0.5)}},
		{"Nobody waits for a week.", monitoring.NodeMemory{For: hours(168)}},
		{"Prometheus' durations are shown in seconds.", monitoring.PodPending{For: minutes(5.0001)}},
		{"The rule has the job already.", monitoring.PodPending{Match: map[string]string{"job": "x"}}},
		{"Labels of Prometheus have no dashes.", monitoring.PodPending{Match: map[string]string{"my-label": "x"}}},
		{"An empty value matches what has no such label.", monitoring.PodRestarts{Match: map[string]string{"namespace": ""}}},
		{"The metric's name is no label to match.", monitoring.PodRestarts{Match: map[string]string{"__name__": "x"}}},
		{"More restarts than can be counted exactly.", monitoring.PodRestarts{MoreThan: 101}},
		{"Less than no restarts.", monitoring.PodRestarts{MoreThan: -1}},
		{"A window that holds too few samples.", monitoring.PodRestarts{Within: minutes(1)}},
		{"No bucket tells.", monitoring.Latency{Above: metav1.Duration{Duration: 700 * time.Millisecond}}},
		{
			"The highest bucket would be silent for ever.",
			monitoring.Latency{Above: metav1.Duration{Duration: 10 * time.Second}},
		},
		{"A classic histogram without buckets.", monitoring.Latency{HTTP: classic}},
		{"Buckets that do not ascend.", monitoring.Latency{HTTP: descending}},
		{"The histogram's name with a suffix.", monitoring.Latency{HTTP: suffixed}},
		{"A percentile in percent.", monitoring.Latency{Quantile: 99}},
		{"A negative duration.", monitoring.Latency{Above: minutes(-1)}},
		{"Metrics that say too little.", monitoring.ErrorRate{HTTP: unnamed}},
		{
			"No histogram to be slow by.",
			monitoring.Latency{HTTP: monitoring.HTTPMetrics{Requests: "requests_total", Code: "code"}},
		},
		{"A status that is matched already.", monitoring.ErrorRate{Match: map[string]string{"code": "500"}}},
		{"Less than no requests.", monitoring.ErrorRate{MinRequests: -1}},
		{"No job to be scraped.", monitoring.Targets{}},
		{"No CronJob.", monitoring.ScheduledJob{Every: hours(1)}},
		{"A CronJob without a time.", monitoring.ScheduledJob{Namespace: "shop", CronJob: "backup"}},
		{"What is soon comes before what is not.", monitoring.Certificate{Within: hours(24), Soon: hours(48)}},
		{"Full from where on it only fills.", monitoring.Volume{Left: 0.5}},
		{"Looking a year ahead.", monitoring.Volume{FullWithin: hours(24 * 365)}},
		{"A watchdog is an alert like any other.", monitoring.Watchdog{Name: "dog"}},
	}
	var messages bytes.Buffer
	for _, tc := range cases {
		_, err := tc.definition.Define()
		require.Error(t, err, tc.reason)
		fmt.Fprintf(&messages, "# %T. %s\n%v\n", tc.definition, tc.reason, err)
	}
	golden.Compare(t, "testdata/bad/definitions.golden", messages.Bytes())
}

func TestBadRules(t *testing.T) {
	good := platform()
	cases := []struct {
		reason string
		change func(*monitoring.Rules)
	}{
		{"Nothing is watched.", func(r *monitoring.Rules) { r.Definitions = nil }},
		{"Nobody would find the runbooks.", func(r *monitoring.Rules) { r.RunbookURL = "" }},
		{"One page for all alerts.", func(r *monitoring.Rules) { r.RunbookURL = "https://wiki.example.com/runbooks" }},
		{"An address that is none.", func(r *monitoring.Rules) { r.RunbookURL = "runbooks/{alert}.md" }},
		{"An object needs a name and a namespace.", func(r *monitoring.Rules) { r.Name, r.Namespace = "", "" }},
		{"Labels that Kubernetes does not take.", func(r *monitoring.Rules) { r.Labels = map[string]string{"a b": "c d"} }},
		{"Errors of a definition have its place.", func(r *monitoring.Rules) {
			r.Definitions = []monitoring.Definition{monitoring.NodeCPU{}, monitoring.NodeMemory{Above: 85, Severity: "bad"}}
		}},
		{"Two of a kind need two names.", func(r *monitoring.Rules) {
			r.Definitions = []monitoring.Definition{monitoring.NodeCPU{}, monitoring.NodeCPU{Above: 0.95}}
		}},
		{"An alert of one's own says as much as the others.", func(r *monitoring.Rules) {
			r.Definitions = []monitoring.Definition{
				monitoring.Group{Name: "queue", Alerts: []monitoring.Alert{{Name: "queueLong"}}},
			}
		}},
		{"A group of one's own has a name, and not that of the library's.", func(r *monitoring.Rules) {
			r.Definitions = []monitoring.Definition{monitoring.Group{}, monitoring.Group{Name: "absent-metrics"}}
		}},
	}
	var messages bytes.Buffer
	for _, tc := range cases {
		bad := good
		tc.change(&bad)
		err := bad.Validate()
		require.Error(t, err, tc.reason)
		fmt.Fprintf(&messages, "# %s\n%v\n", tc.reason, err)
		objects, buildErr := bad.Objects()
		require.Equal(t, err, buildErr, "Build and Validate must agree")
		require.Nil(t, objects)
	}
	golden.Compare(t, "testdata/bad/rules.golden", messages.Bytes())
}

func TestBadScrapes(t *testing.T) {
	good := monitoring.Scrape{Name: "web", Namespace: "shop", Select: map[string]string{"app": "web"}}
	cases := []struct {
		reason string
		change func(*monitoring.Scrape)
	}{
		{"A monitor has a name and a namespace.", func(s *monitoring.Scrape) { s.Name, s.Namespace = "", "Shop" }},
		{"Without labels it would be everything.", func(s *monitoring.Scrape) { s.Select = nil }},
		{"Ports have names.", func(s *monitoring.Scrape) { s.Port = "8080" }},
		{"A path begins with a slash.", func(s *monitoring.Scrape) { s.Path = "metrics" }},
		{"There are three tiers.", func(s *monitoring.Scrape) { s.Tier = "hourly" }},
		{"No samples are no scrape.", func(s *monitoring.Scrape) { s.SampleLimit = -1 }},
		{"Labels that Kubernetes does not take.", func(s *monitoring.Scrape) {
			s.Select, s.Labels = map[string]string{"a b": "c"}, map[string]string{"d": "e f"}
		}},
	}
	var messages bytes.Buffer
	for _, tc := range cases {
		bad := good
		tc.change(&bad)
		err := bad.Validate()
		require.Error(t, err, tc.reason)
		fmt.Fprintf(&messages, "# %s\n%v\n", tc.reason, err)
		_, buildErr := bad.Build()
		require.Equal(t, err, buildErr, "Build and Validate must agree")
		_, configErr := bad.Config()
		require.Equal(t, err, configErr, "Config and Validate must agree")
	}
	golden.Compare(t, "testdata/bad/scrapes.golden", messages.Bytes())
}
