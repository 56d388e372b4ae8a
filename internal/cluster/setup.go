package cluster

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
)

const (
	metricsGroup   = "metrics.k8s.io"
	metricsVersion = "v1beta1"
	metricsService = "caisson-metrics"
)

var (
	nodes       = schema.GroupVersionResource{Version: "v1", Resource: "nodes"}
	services    = schema.GroupVersionResource{Version: "v1", Resource: "services"}
	apiServices = schema.GroupVersionResource{
		Group: "apiregistration.k8s.io", Version: "v1", Resource: "apiservices",
	}
)

func createNodes(ctx context.Context, api dynamic.Interface, all []*corev1.Node) error {
	for _, node := range all {
		content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(node)
		if err != nil {
			return fmt.Errorf("node %s: %w", node.Name, err)
		}
		content["apiVersion"], content["kind"] = "v1", "Node"
		object := &unstructured.Unstructured{Object: content}
		if labels := object.GetLabels(); labels[corev1.LabelHostname] == "" { // kubelets register with it
			if labels == nil {
				labels = map[string]string{}
			}
			labels[corev1.LabelHostname] = node.Name
			object.SetLabels(labels)
		}
		if _, err := api.Resource(nodes).Create(ctx, object, metav1.CreateOptions{}); err != nil {
			return fmt.Errorf("create node %s: %w", node.Name, err)
		}
	}
	return nil
}

// registerMetrics has the API server pass metrics.k8s.io on to our process. There is no kube-proxy: a Service with an
// external name is the one kind that the aggregator reaches without.
func registerMetrics(ctx context.Context, api dynamic.Interface, ca []byte, port int) error {
	service := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1",
		"kind":       "Service",
		"metadata":   map[string]any{"name": metricsService},
		"spec":       map[string]any{"type": "ExternalName", "externalName": "localhost"},
	}}
	if _, err := api.Resource(services).Namespace(metav1.NamespaceSystem).
		Create(ctx, service, metav1.CreateOptions{}); err != nil {
		return fmt.Errorf("register the metrics API: %w", err)
	}
	apiService := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiregistration.k8s.io/v1",
		"kind":       "APIService",
		"metadata":   map[string]any{"name": metricsVersion + "." + metricsGroup},
		"spec": map[string]any{
			"group": metricsGroup, "version": metricsVersion,
			"groupPriorityMinimum": int64(100), "versionPriority": int64(100),
			"caBundle": base64.StdEncoding.EncodeToString(ca),
			"service": map[string]any{
				"namespace": metav1.NamespaceSystem, "name": metricsService, "port": int64(port),
			},
		},
	}}
	if _, err := api.Resource(apiServices).Create(ctx, apiService, metav1.CreateOptions{}); err != nil {
		return fmt.Errorf("register the metrics API: %w", err)
	}
	return nil
}

func get(ctx context.Context, client *http.Client, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, 4096))
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s: %s", url, response.Status, body)
	}
	return nil
}
