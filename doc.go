// Package caisson is the vocabulary that Caisson's building blocks share: what a block builds (Object, Builder), what it
// needs from a cluster (Requirement), how blocks name each other (Ref, Peer), and what a reconciler did (Change, Report).
//
// Caisson is a library for teams that run on DigitalOcean Kubernetes (DOKS). Pure builders turn small typed specs into
// hardened Kubernetes objects, and a few reconcilers make a cluster match them:
//
//	web := workload.Server{
//		Name: "web", Namespace: "shop",
//		Image: "registry.digitalocean.com/shop/web@sha256:…",
//		Port:  8080,
//	}
//	set := apply.Set{Namespace: "shop", Name: "shop", Program: "deploy-bot"}
//	report, err := apply.Reconcile(ctx, c, set, []caisson.Builder{security.Namespace{Name: "shop"}, web}, apply.Prune)
//
// # The blocks
//
//   - apply makes a cluster match a set of objects: plan, apply, wait, delete.
//   - workload builds servers with everything that belongs to one.
//   - security builds namespaces that deny by default, and the connections that are allowed.
//   - monitoring builds scrapes, and alerts with their runbooks and tests; its forecast says when something runs out.
//   - nodepool makes DOKS clusters and node pools match a spec, and replaces pools without downtime.
//   - environment is a whole environment as one value, read from a YAML file.
//
// A block imports this package, and apply where it reconciles, and never another block. What blocks hand each other are
// Kubernetes types and the plain values of this package.
package caisson
