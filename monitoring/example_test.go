package monitoring_test

import (
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/monitoring"
)

// Two alerts, and the one that Rules adds: for a metric that is gone.
func ExampleRules_Build() {
	objs, err := monitoring.Rules{
		Name: "platform", Namespace: "monitoring",
		RunbookURL: "https://github.com/shop/operations/blob/main/runbooks/{alert}.md",
		Definitions: []monitoring.Definition{
			monitoring.PodPending{For: metav1.Duration{Duration: 10 * time.Minute}},
			monitoring.ErrorRate{Above: 0.01, Match: map[string]string{"namespace": "shop"}},
		},
	}.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, group := range objs.PrometheusRule.Spec.Groups {
		for _, rule := range group.Rules {
			fmt.Println(rule.Alert, rule.Labels["severity"], rule.Annotations["runbook_url"])
		}
	}
	// Output:
	// PodPending warning https://github.com/shop/operations/blob/main/runbooks/PodPending.md
	// ErrorRateHigh warning https://github.com/shop/operations/blob/main/runbooks/ErrorRateHigh.md
	// MetricAbsent warning https://github.com/shop/operations/blob/main/runbooks/MetricAbsent.md
	// MetricAbsent warning https://github.com/shop/operations/blob/main/runbooks/MetricAbsent.md
}

// The files for a Prometheus without the operator, each with its tests for promtool.
func ExampleRules_Files() {
	files, err := monitoring.Rules{
		RunbookURL:  "https://wiki.example.com/{alert}",
		Definitions: []monitoring.Definition{monitoring.Watchdog{}},
	}.Files()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, file := range files {
		fmt.Println(file.Name)
	}
	fmt.Printf("%s", files[0].Content)
	// Output:
	// watchdog.rules.yaml
	// watchdog.test.yaml
	// groups:
	// - interval: 30s
	//   name: watchdog
	//   rules:
	//   - alert: Watchdog
	//     annotations:
	//       description: 'This alert always fires, to show that alerts arrive. Only its
	//         absence means anything: then nobody is told of anything.'
	//       runbook_url: https://wiki.example.com/Watchdog
	//       summary: Alerts are being evaluated.
	//     expr: vector(1)
	//     labels:
	//       severity: info
}

// An alert of one's own has a runbook, and tests that promtool runs.
func ExampleGroup() {
	queue := monitoring.Group{Name: "queue", Alerts: []monitoring.Alert{{
		Name:    "QueueLong",
		Expr:    "max by (queue) (queue_length) > 1000",
		For:     metav1.Duration{Duration: 10 * time.Minute},
		Summary: "Queue {{ $labels.queue }} holds {{ $value }} messages.",
		Runbook: monitoring.Runbook{
			Meaning: "Orders wait to be sent.",
			Look:    []monitoring.Step{{Text: "Whether the workers run.", Command: "kubectl -n shop get pods"}},
			Mend:    []monitoring.Step{{Text: "Raise the number of workers."}},
		},
		Tests: []monitoring.RuleTest{{
			Name: "A long queue fires.", Interval: metav1.Duration{Duration: time.Minute},
			Series: []monitoring.Series{{Selector: `queue_length{queue="orders"}`, Values: "1001x20"}},
			Expect: []monitoring.Expectation{
				{At: metav1.Duration{Duration: 9 * time.Minute}},
				{At: metav1.Duration{Duration: 10 * time.Minute}, Firing: []monitoring.Firing{{
					Labels: map[string]string{"queue": "orders"}, Summary: "Queue orders holds 1001 messages.",
				}}},
			},
		}},
	}}}
	pages, err := monitoring.Rules{
		RunbookURL: "https://wiki.example.com/{alert}", Definitions: []monitoring.Definition{queue},
	}.Runbooks()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, page := range pages {
		fmt.Println(page.Name)
	}
	// Output:
	// README.md
	// QueueLong.md
}

// A critical service is scraped each 15 s, and what is computed over time follows from that.
func ExampleScrape_Build() {
	objs, err := monitoring.Scrape{
		Name: "web", Namespace: "shop", Tier: monitoring.Critical, Select: map[string]string{caisson.LabelInstance: "web"},
	}.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	endpoint := objs.ServiceMonitor.Spec.Endpoints[0]
	fmt.Println(endpoint.Port, endpoint.Path, endpoint.Interval, monitoring.Critical.Window())
	// Output: http /metrics 15s 1m0s
}
