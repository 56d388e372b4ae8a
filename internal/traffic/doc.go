// Package traffic sends requests to a Service of the embedded cluster whose pods are processes (package kubelet), as clients
// behind kube-proxies do: to endpoints that were ready a while ago.
package traffic
