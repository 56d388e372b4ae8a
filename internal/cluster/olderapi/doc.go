// Package olderapi pins the oldest kube-apiserver that Caisson supports, three minor versions before the control plane's.
// make prove builds it into the user's cache and runs the property tests of package apply against it, through
// KUBEBUILDER_ASSETS. It is a module of its own, which the go command leaves out of the zip that users download, since
// two versions of Kubernetes do not fit into one.
package olderapi
