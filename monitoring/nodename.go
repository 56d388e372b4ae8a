package monitoring

const (
	nodeExporter     = "node-exporter"
	kubeStateMetrics = "kube-state-metrics"
	kubelet          = "kubelet"
)

// onNode gives what node-exporter tells of an instance the name of its node, which is the host's name on DOKS. An instance is
// an address, of which nobody knows whose it is; and Alertmanager silences what a node brings down by the label node alone.
func onNode(expr, job string, match map[string]string) string {
	return expr + "\n* on (instance) group_left (node) topk by (instance) (1, max by (instance, node) (\n" +
		"  label_replace(" + unameOf(job, match) + ", \"node\", \"$1\", \"nodename\", \"(.+)\")\n))"
}

func unameOf(job string, match map[string]string) string {
	return selector(unameMetric, []string{matcher("job", job)}, match)
}

// onNodeOfPod gives series by namespace and pod the name of the pod's node. It ends them with the pod.
func onNodeOfPod(expr, job string, match map[string]string) string {
	return expr + "\n* on (namespace, pod) group_left (node) topk by (namespace, pod) (1, max by (namespace, pod, node) (\n" +
		"  " + podInfoOf(job, match) + "\n))"
}

func podInfoOf(job string, match map[string]string) string {
	return selector(podInfoMetric, []string{matcher("job", job)}, match)
}
