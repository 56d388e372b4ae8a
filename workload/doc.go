// Package workload builds workloads with everything that belongs to one, hardened from the start.
//
// A Server is a Deployment that listens on a port, with its Service, ServiceAccount, PodDisruptionBudget and
// HorizontalPodAutoscaler:
//
//	web := workload.Server{
//		Name: "web", Namespace: "shop",
//		Image:     "registry.digitalocean.com/shop/web@sha256:…",
//		Port:      8080,
//		Resources: workload.APIResources(),
//	}
//	report, err := apply.Reconcile(ctx, c, set, []caisson.Builder{web}, apply.Prune)
//
// Build gives the typed objects, to change before they are applied:
//
//	objs, err := web.Build()
//	objs.Deployment.Spec.Template.Spec.PriorityClassName = "gold"
//	report, err := apply.Reconcile(ctx, c, set, []caisson.Builder{objs}, apply.Prune)
//
// # Defaults
//
// Pods run as user 10001 on a read-only root file system, without capabilities, without the token of their service
// account, under the runtime's seccomp profile: they pass the Pod Security level "restricted". /tmp is writable, 64Mi.
// A rolling update starts a new pod before it ends an old one, and a pod that ends goes on serving for 5 seconds while
// the load balancers forget it. Pods of a workload prefer different nodes. A disruption budget lets one pod go at a
// time, and never holds back a drain because of pods that are broken anyway.
//
// Numbers are those of the profile: see Profile. Images are named by digest; AllowMutableTag opts out.
//
// # Pitfalls
//
//   - With autoscaling, Build leaves replicas out: the HorizontalPodAutoscaler owns them. When a server that had a fixed
//     number is switched to autoscaling, package apply keeps the number that is there.
//   - It needs metrics-server, which DOKS does not bring. Requires says so, and how to get it.
//   - A Server has a port, and with it a Service and probes. Programs without one, such as a bot that polls, are to come.
//   - CPU and memory targets are percentages of the requests, not of the limits.
package workload
