// Package environment is a whole environment as one value: a cluster with its node pools, a namespace and the workloads in
// it, read from a YAML file and checked against each other.
//
//	env, err := environment.Load("production.yaml")
//	report, err := apply.Reconcile(ctx, c, env.Set("deploy-bot"), []caisson.Builder{env}, apply.Prune)
//
// Build gives the typed objects, to change before they are applied:
//
//	objs, err := env.Build()
//	objs.Servers["api"].Deployment.Spec.Template.Spec.PriorityClassName = "gold"
//	report, err := apply.Reconcile(ctx, c, env.Set("deploy-bot"), []caisson.Builder{objs}, apply.Prune)
//
// The file begins with its version and kind. Presets and profiles are names, everything else has the types that
// Kubernetes uses:
//
//	apiVersion: caisson.dev/v1alpha1
//	kind: Environment
//	name: shop
//	profile: staging
//	pools:
//	  - preset: staging
//	namespace:
//	  name: shop
//	servers:
//	  - name: api
//	    image: registry.digitalocean.com/shop/api@sha256:…
//	    port: 8080
//
// What is wrong with a file is told with the line, the path of the field and what to write instead; unknown fields are
// errors. It is read as YAML 1.2, as editors read it: yes is text, only true is true. Anchors, aliases and << work.
// Schema is for editors.
//
// Beside servers there are workers, tasks, schedules and stateful: every kind of package workload, with the same fields. Each
// names its pool and whom it calls.
//
// What they call beyond the namespace has a name too, and is called like a workload:
//
//	outside:
//	  - name: postgres
//	    cidrs: [10.110.0.0/20]
//	    ports: [25060]
//	    maxConnections: 97
//	  - name: payments
//	    internet: true
//	    ports: [443]
//
// A server with gateway: true is reached through the cluster's Gateways and Ingresses. Everything else is denied.
//
// # The cluster
//
// The nodes are of a DOKS cluster. What is said of it stands beside the pools, and ClusterSpec gives it to package nodepool:
//
//	cluster:
//	  name: shop-production # the default, of the environment's name and its profile
//	  highAvailability: true
//	  maintenance: {day: tuesday, start: "03:00"}
//
// What is left out stays as it is at DigitalOcean. The profile gives workloads their replicas; it does not make the control
// plane highly available, which costs money and cannot be taken back.
//
// # What is checked
//
// Beyond what each block checks for itself, an environment checks that every name that is referred to exists, that no
// two workloads have one name, that the workloads fit the nodes, and that they fit the namespace's quota and the connections
// of their databases when all are at their most and all are updated.
//
// They fit the nodes if all replicas that are always there find a place, then all that autoscalers add, and then for one
// workload after another the additional one of a rolling update. A pool that scales itself is as large as it becomes.
package environment
