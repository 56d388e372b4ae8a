// Package observe tells what package apply does: as Kubernetes events, and as Prometheus metrics.
//
//	metrics, err := observe.NewMetrics(registerer)
//	…
//	report, err := apply.Reconcile(ctx, c, set, builders, apply.Prune,
//		observe.Events(recorder, owner), // an event for each change, none for a run without any
//		metrics.Observe())
//
// Neither holds a value of any object.
package observe
