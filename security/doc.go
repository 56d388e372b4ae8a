// Package security builds what keeps workloads apart: namespaces that deny by default, and the connections that are
// allowed between workloads.
//
//	shop := security.Namespace{Name: "shop"}
//	calls := security.Connections{{From: bot.Peer(), To: api.Peer()}}
//	report, err := apply.Reconcile(ctx, c, set, []caisson.Builder{shop, calls}, apply.Prune)
//
// A Namespace carries the Pod Security labels, denies all traffic of its pods in both directions but DNS, and has a
// ResourceQuota and a LimitRange, so that one team cannot take the whole cluster and no container runs without limits.
//
// # Pitfalls
//
//   - Connections are between workloads of the cluster. To reach a database or an API outside, or to be reached through a
//     gateway, a namespace needs a NetworkPolicy of your own beside them, until there are peers for that.
//   - A NetworkPolicy cannot tell apart the kubelet of a node from the node; probes of the own node always pass.
//   - Traffic from DOKS' Cilium gateway has an identity that a plain NetworkPolicy cannot name.
//   - Deleting a Namespace deletes everything in it. apply does so only when told.
package security
