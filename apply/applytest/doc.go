// Package applytest is for tests of programs that reconcile with Caisson: a fake client that applies every kind that the
// blocks build, and a real control plane for what only a real one shows.
//
//	func TestReconcile(t *testing.T) {
//		c := applytest.NewClient()          // in memory, at once
//		report, err := apply.Reconcile(t.Context(), c, set, builders)
//		…
//	}
//
//	func TestRollout(t *testing.T) {
//		cluster := applytest.Shared(t)      // etcd, API server, controllers, scheduler, nodes
//		report, err := apply.Reconcile(t.Context(), cluster.Client, set, builders)
//		…
//		err = apply.Wait(t.Context(), cluster.Client, report)
//	}
//
// The control plane is built from Go modules on first use, which takes about 7 minutes once on two cores and needs the
// go command; afterwards it is up in about 4 seconds. Its nodes and pods are simulated: pods are scheduled, become
// ready and are evicted, containers do not run, and network policies are not enforced.
//
// Objects that no controller touches can be tested with the fake. It neither defaults, nor validates, nor assigns UIDs; it
// takes objects in namespaces that do not exist; no controller ever makes a Deployment available in it, so that apply.Wait
// would not end; and it serves metrics.k8s.io, so that servers with an autoscaler find what they require.
package applytest
