package prometheus_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson/internal/prometheus"
	"github.com/caissonhq/caisson/monitoring"
)

// The tests that users get are made for the numbers of their specs: whatever those are, the rules pass them.
func TestAnyNumbersPassTheirTests(t *testing.T) {
	rounds := 5
	if os.Getenv("CAISSON_PROVE") != "" {
		rounds = 100
	}
	random := rand.New(rand.NewPCG(6, 6)) //nolint:gosec // the same each time
	for round := range rounds {
		for _, definition := range anyDefinitions(random) {
			group := defined(t, definition)
			for _, alert := range group.Alerts {
				for _, test := range alert.Tests {
					problem, err := prometheus.Run(group, alert.Name, test)
					require.NoError(t, err, "%d: %+v", round, definition)
					if problem != "" {
						t.Fatalf("%d: %+v\n%s", round, definition, problem)
					}
				}
			}
		}
	}
	fmt.Printf("The tests of %d random specs pass.\n", rounds*len(anyDefinitions(random)))
}

func anyDefinitions(random *rand.Rand) []monitoring.Definition {
	seconds := func(least, most int) metav1.Duration {
		return metav1.Duration{Duration: time.Duration(least+random.IntN(most-least)) * time.Second}
	}
	share := func() float64 { return float64(1+random.IntN(98)) / 100 }
	match := func() map[string]string {
		return [](map[string]string){nil, {"cluster": "a"}, {"namespace": "b"}, {"namespace": `it's "c"`, "cluster": `d\e`}}[random.IntN(4)]
	}
	http := []monitoring.HTTPMetrics{monitoring.PromHTTP(), monitoring.OpenTelemetry(), monitoring.IngressNGINX()}[random.IntN(3)]
	bucket := http.Buckets[random.IntN(len(http.Buckets)-1)]
	above := metav1.Duration{Duration: time.Duration(bucket * float64(time.Second))}
	if random.IntN(2) == 0 {
		http.Native = true
		above = seconds(1, 50)
	}
	return []monitoring.Definition{
		monitoring.PodRestarts{MoreThan: 1 + random.Int32N(30), Within: seconds(1800, 7200), Match: match()},
		monitoring.NodeCPU{Above: share(), For: seconds(60, 3600), Match: match()},
		monitoring.NodeMemory{Above: share(), For: seconds(60, 3600), Match: match()},
		monitoring.PodPending{For: seconds(60, 3600), Match: match()},
		monitoring.ErrorRate{Above: share(), For: seconds(60, 3600), Match: match(), HTTP: http},
		monitoring.Latency{Quantile: 0.5 + share()/2, Above: above, For: seconds(60, 3600), Match: match(), HTTP: http},
		monitoring.NodeDown{For: seconds(60, 3600), Match: match()},
		monitoring.Targets{Job: "job", For: seconds(60, 3600), Match: match()},
		monitoring.Volume{Left: share() * 0.39, FullWithin: seconds(3600, 30*86400), Match: match()},
		monitoring.ScheduledJob{Namespace: "b", CronJob: "c", Every: seconds(60, 86400)},
		monitoring.Certificate{Within: seconds(86400*2, 86400*90), Soon: seconds(3600, 86400), Match: match()},
	}
}
