// Package cluster runs a real Kubernetes control plane on this machine: etcd, kube-apiserver,
// kube-controller-manager and kube-scheduler, with nodes that kwok simulates and a metrics API for HPAs. Rollouts
// progress, HPAs scale, Jobs finish, claims get volumes of DOKS' classes and evictions respect budgets; containers do not
// run, volumes hold nothing and NetworkPolicies are not enforced.
//
// All of it is one binary, built from the nested module controlplane, whose pins decide the versions. The module is not
// in the zip that users of Caisson download (the go command leaves nested modules out), so its text is embedded from
// the folder source, written to the user's cache directory and built there on first use. That takes about 7 minutes on
// two cores once, some 4 GB of the Go build cache and 700 MB of the module cache; afterwards a cluster is up in
// seconds. CAISSON_CACHE_DIR names another directory for the binary.
//
// KUBEBUILDER_ASSETS, when set, names the directory to take kube-apiserver from, and nothing else: envtest's assets
// have no scheduler and no controllers. That is how to test against another version of the API server.
//
// Every process holds the read end of a pipe from the one that started it and ends when the pipe closes. So nothing
// is left behind after Stop, nor after the starter was killed with -9.
package cluster
