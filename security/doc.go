// Package security builds what keeps workloads apart: namespaces that deny by default, and the connections that are
// allowed between workloads, and to the API.
//
//	shop := security.Namespace{Name: "shop"}
//	calls := security.Connections{{From: bot.Peer(), To: api.Peer()}}
//	report, err := apply.Reconcile(ctx, c, set, []caisson.Builder{shop, calls}, apply.Prune)
//
// A Namespace carries the Pod Security labels, denies all traffic of its pods in both directions but DNS, and has a
// ResourceQuota and a LimitRange, so that one team cannot take the whole cluster and no container runs without limits.
//
// Connections reach what is no workload too: Internet, Addresses, KubeAPIServer, Gateway and EveryPod of a namespace are
// peers like any other. Only pods of yours get policies:
//
//	{From: bot.Peer(), To: security.Internet(443)},
//	{From: security.Gateway(), To: bot.Peer()},
//
// An Access grants the service account of a workload what its rules say on the API. What leads to more than they say,
// wildcards and lists of Secrets among it, is refused unless an Exception names it with a reason:
//
//	access := security.Access{Name: "bot", Namespace: "shop", Rules: []rbacv1.PolicyRule{{
//		APIGroups: []string{"apps"}, Resources: []string{"deployments"}, ResourceNames: []string{"web"},
//		Verbs: []string{"get", "patch"},
//	}}}
//
// # Pitfalls
//
//   - Workloads mount no token of their service account unless told to: one that has an Access needs it, and a connection
//     to KubeAPIServer.
//   - Who may create pods, or what makes them, can use every service account of the namespace, and read its Secrets.
//   - The first policy for a pod denies all that none lets through. Pods that are not yours, like those of a chart, are
//     Foreign peers, which get none.
//   - Internet is without private addresses: a managed database in the VPC is one of Addresses.
//   - The gateway of DOKS and the API server have identities that a NetworkPolicy cannot name. Their policies are
//     CiliumNetworkPolicies, which a cluster without Cilium does not know.
//   - A NetworkPolicy cannot tell apart the kubelet of a node from the node; probes of the own node always pass.
//   - Deleting a Namespace deletes everything in it. apply does so only when told.
package security
