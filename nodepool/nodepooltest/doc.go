// Package nodepooltest is DigitalOcean's API for Kubernetes clusters, as a fake in this process: for tests of programs that
// manage clusters and node pools, and to show what such a program does without an account.
//
//	server := nodepooltest.New(nodepooltest.Options{})
//	defer server.Close()
//	client := server.Client() // *godo.Client, without a socket or a token
//	cluster, _, err := client.Kubernetes.Create(ctx, …)
//
// OptionsFor gives options with which a spec's cluster can be had, whatever it asks for.
//
// The server keeps state and changes it as DigitalOcean Kubernetes (DOKS) does. Whatever takes time takes what Options.Delays
// say, by Options.Clock: nothing by default, so that all is done at the next look. Fail breaks requests, also after they have
// been done. A second Client is somebody else who changes things, and Scale the autoscaler.
//
// # Kubernetes
//
// Attach connects a cluster's pools with a Kubernetes: nodes join it when pools grow, follow their pools' labels and taints,
// are drained and leave. Simulated makes them Node objects, of which kwok, in the control plane of package applytest, plays
// the kubelets:
//
//	kube := applytest.Start(t)
//	err := server.Attach(cluster.ID, nodepooltest.Simulated(kube.Client))
//	err = server.Settle(ctx) // until they have joined
//
// Calls of Kubernetes are made in the background and repeated until they succeed; what went wrong is in the cluster's status
// messages. A Kubernetes that hangs does not hang the API.
//
// # What is as in reality
//
// By DigitalOcean's documentation, its OpenAPI contract, and what clients that live with the API know of it:
//
//   - PUT merges: what is not given stays, and a list that is given replaces the old one. A size cannot be changed.
//   - A label that is removed from a pool stays on its nodes, a taint does not. A pool that is renamed leaves the names and
//     the label doks.digitalocean.com/node-pool of its nodes as they were.
//   - Switching autoscaling off forgets the bounds. A count outside of them becomes the lower one.
//   - Deleting a node makes its pool smaller, unless it is replaced. A pool that is deleted is there until its nodes are gone.
//   - Pools and clusters have tags that nobody gave them: k8s, k8s:<id>, and on pools k8s:worker.
//   - A node that does not exist yet has neither a name nor a Droplet's id. Labels are null where there are none.
//   - The state "deleting" is told, though godo cannot decode it: Get and List of godo fail on it.
//   - High availability cannot be switched off, and is on by default from 1.36.
//   - Requests are limited to 5000 in an hour and 250 in a minute, with the same headers.
//   - Names of pools are unique in a cluster.
//
// A test compares all requests and answers with the contract, corrected where the API is known to differ.
//
// # What is decided here
//
// These are not documented, so a program should not rely on them:
//
//   - Which nodes go when a count goes down: the youngest.
//   - A node that is replaced is gone before the new one comes.
//   - Draining ends after Delays.Drain, and the node goes with the pods that are left.
//   - Names of clusters need not be unique. The last pool of a cluster cannot be deleted.
//   - At the Droplet limit a request is refused with 422. Nodes that are going count.
//   - Upgrades replace one node of each pool at a time, with surge after one more has come.
//   - A pool or a cluster that is being deleted refuses changes with 422, and can be deleted again.
//   - Versions, prices and the regions of sizes are made up, or from public lists of 2026.
//
// # What is stricter
//
// Unknown fields, impossible taints and another size in a PUT are refused with 422, since they are mistakes. What the real API
// does with them is not documented.
//
// # What is not there
//
// Tokens and their scopes; GPU nodes; load balancers, volumes and what else a cluster leaves behind; clusterlint, recycling of
// nodes, credentials and users; automatic upgrades; an autoscaler; VPCs, which are taken by their id without being looked up.
// What a cluster's settings do to it: they are kept and told. Registries only as far as clusters are connected with the one
// of the account. Nodes are ready as soon as something makes them so: with kwok at once, whatever Delays.NodeRunning is.
package nodepooltest
