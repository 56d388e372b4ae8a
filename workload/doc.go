// Package workload builds workloads with everything that belongs to one, hardened from the start.
//
// There are five kinds. All have the same fields where they mean the same, and are builders that package apply takes:
//
//   - Server listens on a port: Deployment, Service, ServiceAccount, disruption budget, autoscaler.
//   - Worker listens on none: the same without a Service. A Singleton, such as a bot that polls, is never two.
//   - Task runs to its end once for each change, such as a migration: Job, ServiceAccount.
//   - Schedule runs to its end again and again: CronJob, ServiceAccount.
//   - Stateful listens on a port and keeps data: StatefulSet with volumes of DigitalOcean, two Services, ServiceAccount,
//     disruption budget.
//
// A spec is a plain struct, and only few of its fields are required:
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
//	objs.Deployment.Spec.Template.Spec.DNSPolicy = corev1.DNSDefault
//	report, err := apply.Reconcile(ctx, c, set, []caisson.Builder{objs}, apply.Prune)
//
// # Defaults
//
// Pods run as user 10001 on a read-only root file system, without capabilities, without the token of their service
// account, under the runtime's seccomp profile: they pass the Pod Security level "restricted". /tmp is writable, 64Mi;
// more Folders are named, and have a size. Sidecars and init containers are hardened alike.
// A rolling update starts a new pod before it ends an old one. Pods of a workload prefer different nodes. A disruption
// budget lets one pod go at a time, and never holds back a drain because of pods that are broken anyway.
//
// Numbers are those of the profile: see Profile. Images are named by digest; AllowMutableTag opts out.
//
// # Configuration
//
// A Config is read as files or as environment. Values become a ConfigMap, and the pods roll when one changes, by a hash of
// them on the pods. What exists is only named; with RollOnChange, package apply rolls the pods when it was written. Secrets
// have no values here, and no hash of them is anywhere.
//
// # How a pod ends
//
// A pod of a Server or Stateful that ends goes on serving for 5 seconds, while the load balancers forget it; Kubernetes
// does the waiting. Then comes SIGTERM, and 30 seconds later SIGKILL. By then nobody opens connections any more,
// but those who keep theirs go on using them, and a request that is sent while the server closes one is lost. So for a few
// seconds the program answers with "Connection: close"; then it closes its port, finishes the requests that are under way,
// and ends: https://github.com/caissonhq/caisson/blob/main/examples/server/main.go is such a program. Other workloads have
// the 30 seconds alone: nobody calls them.
//
// # Pitfalls
//
//   - With autoscaling, Build leaves replicas out: the HorizontalPodAutoscaler owns them. When a workload that had a fixed
//     number is switched to autoscaling, package apply keeps the number that is there.
//   - It needs metrics-server, which DOKS does not bring. Requires says so, and how to get it.
//   - CPU and memory targets are percentages of the requests, not of the limits. A Go program that may use all of its limit
//     keeps an autoscaler at its maximum: declare the Runtime.
//   - A Task runs again when its pods become others: by another image, and also when a release of this library builds them
//     otherwise, which its changelog tells. What it does must be safe to do twice. It is pruned when superseded, if
//     package apply is told to prune, and never goes by itself.
//   - The claims of a StatefulSet cannot be changed: neither the size of Volumes nor OnDelete, which chooses their class. To
//     have more room, enlarge the PersistentVolumeClaims.
//   - A StatefulSet updates one replica after another and waits for each. One that never becomes ready is not replaced by
//     a better template: delete the pod.
//   - A Singleton is down while it is updated, and while its node is drained.
//   - A DigitalOcean volume is on one node at a time; a replica whose node is lost waits until Kubernetes detaches it.
package workload
