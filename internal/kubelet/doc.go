// Package kubelet is the least of a kubelet that runs programs for real: the pods of a node of the embedded cluster become
// processes of this machine. What a rolling update or a drain does to requests can be seen so, which simulated pods cannot show.
//
// A pod runs its one container: the executable that stands for its image, with the args and the plain environment of the
// spec. It is probed for its start and its readiness (HTTP and TCP), restarted when it ends, and ended as a real one: preStop
// sleep, SIGTERM, grace period, SIGKILL. Nothing else is there: no init containers, sidecars, volumes, liveness probes, limits.
//
// Pods listen on one port, so each needs an address of its own. Linux answers on all of 127.0.0.0/8, but Kubernetes takes no
// loopback address for a pod: a pod whose address is 10.1.2.3 listens on 127.1.2.3, and finds that in the variable HOST.
package kubelet
