// Package apply makes a cluster match a set of objects: plan, apply, wait, delete, roll back.
//
//	set := apply.Set{Namespace: "shop", Name: "shop", Program: "deploy-bot"}
//	plan, err := apply.Plan(ctx, c, set, []caisson.Builder{shop, web}, apply.Prune)      // writes nothing
//	report, err := apply.Reconcile(ctx, c, set, []caisson.Builder{shop, web}, apply.Prune) // or Apply, for objects
//	err = apply.Wait(ctx, c, report)
//	report, err = apply.Rollback(ctx, c, set, apply.Prune)
//
// c is any controller-runtime client: a manager's, a dry-run client, or one with an interceptor. What it does besides is
// asked for with options, which fit the verbs that they make sense for: Prune, PruneWhenReady, Adopt, Force and NoHistory;
// AllowDelete; MigrateFrom, for objects of Helm, flux, kubectl and others; Save and Planned, for plans that somebody approves
// first; Cached and Remember, for controllers; Observe and ObserveRun, and package observe for events and metrics.
//
// # How a run works
//
//  1. It reads the set's parent, a ConfigMap that remembers which kinds and namespaces the set has used, and lists the
//     set's objects: one LIST for each kind and namespace. Objects of controllers that copied the set's label, as those
//     of EndpointSlices do, are none of the set's. What may not be listed is read by name.
//  2. It compares each object with the server's own merge, page by page, and keeps what it is going to change. What would
//     not change is left alone: a run with nothing to do writes nothing. Where only the server can say, as of custom
//     resources with defaults, it is asked with a dry run.
//  3. What the set lacks is looked up by name. An object that is there and not ours is foreign: it fails with a
//     *ForeignError, and is taken over only with Adopt.
//  4. A run that has something to change marks the parent first, and only one run at a time holds the mark, for 10
//     minutes at the most; others wait half a minute for it and then fail with a *HeldError. It notes what the set is to
//     hold in the set's history, a Secret beside the parent. Then it applies, phase by phase: CRDs, which it waits
//     for, and namespaces; classes, policies and access; configuration; workloads.
//  5. With Prune it deletes what the set no longer holds, only after all else succeeded, and only what has still the
//     same UID.
//
// Pods that read Secrets or ConfigMaps by reference roll when those are written, by whomever, if their template says so with
// caisson.AnnotationRollOn. The stamp that rolls them is made from UIDs and resource versions, and from no value.
//
// The error is non-nil if and only if something failed. The report is never nil, and has an entry for each object: one
// that fails does not hide the others.
//
// # What it needs
//
// For the objects: get, list, create, patch and delete. For ConfigMaps and Secrets in the set's namespace also update; with
// NoHistory no access to Secrets. Where list is not allowed, get is enough: the names are remembered.
//
// # What is never done
//
//   - Namespaces, PersistentVolumeClaims and CustomResourceDefinitions are never deleted, unless AllowDelete says so.
//   - Nothing is recreated because a field is immutable.
//   - An object of another set is never touched, not even with Adopt.
//   - Fields that another program applied, or that belong to a subresource, as replicas of an HPA, are not taken: that is
//     a *ConflictError, unless Force is given. Fields that were edited (kubectl edit) are taken back.
//   - The number of replicas is never set back by leaving it out: when autoscaling is switched on, the number that is
//     there stays until the autoscaler writes its own.
//   - The values of Secrets are in no report, error, hash or saved plan. They are in the history, which is a Secret
//     in the set's own namespace, also those of Secrets of other namespaces: NoHistory keeps none.
//
// # Pitfalls
//
//   - Two programs must not share the name of a program: each would undo the other's fields.
//   - Reads are untyped, and go to the server with a manager's client too. A client whose cache is set to hold untyped
//     objects shows the past, and the run may have to begin again, or to be repeated. Cached is safe, with Remember.
//   - What a mutating webhook would do that was installed after the last change of an object is not seen: webhooks are asked
//     when something is sent.
//   - A rest.Config made by hand is throttled to 5 requests a second by client-go: set its QPS to -1.
package apply
