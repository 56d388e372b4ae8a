// Package monitoring says what Prometheus scrapes and what people are told of: scrapes in tiers, and alerts that mean what they
// say, each with a runbook and with tests.
//
// Scrape what there is, as often as it matters, and choose what shall be watched. The zero value of each definition has
// thresholds that a team can live with:
//
//	web := monitoring.Scrape{
//		Name: "web", Namespace: "shop", Tier: monitoring.Critical,
//		Select: map[string]string{caisson.LabelInstance: "web"},
//	}
//	rules := monitoring.Rules{
//		Name: "platform", Namespace: "monitoring",
//		RunbookURL: "https://github.com/shop/operations/blob/main/runbooks/{alert}.md",
//		Definitions: []monitoring.Definition{
//			monitoring.PodRestarts{}, monitoring.NodeCPU{}, monitoring.NodeMemory{}, monitoring.PodPending{},
//			monitoring.ErrorRate{Match: map[string]string{"namespace": "shop"}},
//			monitoring.Latency{Above: metav1.Duration{Duration: 500 * time.Millisecond}},
//		},
//	}
//	report, err := apply.Reconcile(ctx, c, set, []caisson.Builder{web, rules}, apply.Prune)
//
// Publish the pages of Rules.Runbooks where RunbookURL says. Rules.Files are the same rules as files, for a Prometheus without
// the operator, each with its tests: run promtool test rules on them in CI. Scrape.Config is for such a Prometheus too.
//
// # What is told
//
//	PodRestarts    more than 5 restarts of a pod within an hour            critical
//	NodeCPU        more than 90 % for 15 minutes                           critical
//	NodeMemory     more than 85 % for 15 minutes                           critical
//	NodeDown       a node that is not ready for 5 minutes                  critical
//	Volume         less than 5 % left; full within 4 days                  critical; warning
//	Certificate    expires within 7 days; within 21                        critical; warning
//	Targets        a job that is not scraped; a target that is not         critical; warning
//	ErrorRate      more than 5 % over 5 minutes, for 5 minutes             warning
//	Latency        a 99th percentile above 1 s, for 5 minutes              warning
//	PodPending     for more than 5 minutes                                 warning
//	ScheduledJob   did not end well in time; does not exist                warning
//	Watchdog       always, so that its absence tells
//
// Rules adds an alert for each metric that these need and that is absent. A Group holds alerts of one's own: Rules refuses one
// without a runbook.
//
// # How it is known
//
// The tests of each alert say what must fire it and what must not, to the evaluation: five restarts and six, a node-exporter that
// restarts, scrapes that are missed, counters that begin anew, two instances of kube-state-metrics, services without traffic.
// They are made for the numbers of the spec, and users get them. This project runs them on Prometheus' own engine, and again with
// each threshold moved by 1 %, each duration by one evaluation and each matcher dropped: then a test fails.
//
// # Pitfalls
//
//   - Prometheus reads only the objects whose labels its selectors ask for. Set Labels of Rules and Scrape: of
//     kube-prometheus-stack's default it is release.
//   - A policy that denies by default keeps Prometheus out too: connect it to the port that is scraped.
//   - kube-state-metrics must be scraped with HonorLabels, or the pods that it tells of become its own.
//   - ErrorRate and Latency are silent where there are too few requests to tell by, and where there are none: MinRequests.
//   - A percentile of a classic histogram is known only between two buckets: the threshold must be a bound.
//   - Restarts are counted from when the rule is first evaluated.
package monitoring
