package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	metricsv1beta1 "k8s.io/metrics/pkg/apis/metrics/v1beta1"
)

// Pods here are simulated, and so is what they use: these annotations on a pod say how much, for each of its
// containers. Without them a container uses 30 % of what it requests, which makes no HPA scale.
const (
	cpuAnnotation     = "caisson.dev/simulated-cpu"
	memoryAnnotation  = "caisson.dev/simulated-memory"
	defaultUsePercent = 30
	metricsPath       = "/apis/metrics.k8s.io/v1beta1"
)

// runMetrics serves metrics.k8s.io for HPAs and kubectl top. Only the API server's aggregator gets in: it shows a
// certificate of the cluster's CA.
func runMetrics() error {
	flags := pflag.NewFlagSet("metrics", pflag.ContinueOnError)
	kubeconfig := flags.String("kubeconfig", "", "how to reach the API server")
	address := flags.String("address", "", "host:port to serve on")
	ca := flags.String("client-ca-file", "", "who signs the aggregator's certificate")
	cert := flags.String("tls-cert-file", "", "our certificate")
	key := flags.String("tls-private-key-file", "", "our key")
	if err := flags.Parse(os.Args[1:]); err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	pem, err := os.ReadFile(*ca)
	if err != nil {
		return err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return errors.New("no certificate in " + *ca)
	}
	server := &http.Server{
		Addr:              *address,
		Handler:           &metricsAPI{client: client},
		ReadHeaderTimeout: 10 * time.Second,
		TLSConfig: &tls.Config{
			MinVersion: tls.VersionTLS12, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert,
		},
	}
	return server.ListenAndServeTLS(*cert, *key)
}

type metricsAPI struct{ client kubernetes.Interface }

func (m *metricsAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, err := m.answer(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if answer == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

// answer knows the paths that the HPA controller, the aggregator and kubectl top ask for.
func (m *metricsAPI) answer(r *http.Request) (any, error) {
	parts := strings.Split(strings.Trim(strings.TrimPrefix(r.URL.Path, metricsPath), "/"), "/")
	switch {
	case r.URL.Path == metricsPath:
		return resources(), nil
	case !strings.HasPrefix(r.URL.Path, metricsPath):
		return nil, nil
	case len(parts) == 1 && parts[0] == "pods":
		return m.pods(r, "")
	case len(parts) == 3 && parts[0] == "namespaces" && parts[2] == "pods":
		return m.pods(r, parts[1])
	case len(parts) == 1 && parts[0] == "nodes":
		return m.nodes(r)
	}
	return nil, nil
}

func resources() *metav1.APIResourceList {
	return &metav1.APIResourceList{
		TypeMeta:     metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"},
		GroupVersion: metricsv1beta1.SchemeGroupVersion.String(),
		APIResources: []metav1.APIResource{
			{Name: "nodes", Kind: "NodeMetrics", Verbs: metav1.Verbs{"get", "list"}},
			{Name: "pods", Kind: "PodMetrics", Namespaced: true, Verbs: metav1.Verbs{"get", "list"}},
		},
	}
}

func (m *metricsAPI) running(r *http.Request, namespace, selector string) ([]corev1.Pod, error) {
	pods, err := m.client.CoreV1().Pods(namespace).List(r.Context(), metav1.ListOptions{
		LabelSelector: selector, ResourceVersion: "0",
	})
	if err != nil {
		return nil, fmt.Errorf("list pods: %w", err)
	}
	var running []corev1.Pod
	for _, pod := range pods.Items {
		if pod.Status.Phase == corev1.PodRunning {
			running = append(running, pod)
		}
	}
	return running, nil
}

func (m *metricsAPI) pods(r *http.Request, namespace string) (*metricsv1beta1.PodMetricsList, error) {
	running, err := m.running(r, namespace, r.URL.Query().Get("labelSelector"))
	if err != nil {
		return nil, err
	}
	list := &metricsv1beta1.PodMetricsList{TypeMeta: typeMeta("PodMetricsList")}
	for _, pod := range running {
		item := metricsv1beta1.PodMetrics{
			TypeMeta: typeMeta("PodMetrics"),
			ObjectMeta: metav1.ObjectMeta{
				Name: pod.Name, Namespace: pod.Namespace, Labels: pod.Labels, CreationTimestamp: metav1.Now(),
			},
			Timestamp: metav1.Now(), Window: window(),
		}
		for _, container := range pod.Spec.Containers {
			item.Containers = append(item.Containers, metricsv1beta1.ContainerMetrics{
				Name: container.Name, Usage: usage(&pod, container),
			})
		}
		list.Items = append(list.Items, item)
	}
	return list, nil
}

func (m *metricsAPI) nodes(r *http.Request) (*metricsv1beta1.NodeMetricsList, error) {
	running, err := m.running(r, "", "")
	if err != nil {
		return nil, err
	}
	nodes, err := m.client.CoreV1().Nodes().List(r.Context(), metav1.ListOptions{ResourceVersion: "0"})
	if err != nil {
		return nil, fmt.Errorf("list nodes: %w", err)
	}
	list := &metricsv1beta1.NodeMetricsList{TypeMeta: typeMeta("NodeMetricsList")}
	for _, node := range nodes.Items {
		cpu, memory := resource.Quantity{Format: resource.DecimalSI}, resource.Quantity{Format: resource.BinarySI}
		for _, pod := range running {
			for _, container := range pod.Spec.Containers {
				if pod.Spec.NodeName == node.Name {
					used := usage(&pod, container)
					cpu.Add(used[corev1.ResourceCPU])
					memory.Add(used[corev1.ResourceMemory])
				}
			}
		}
		list.Items = append(list.Items, metricsv1beta1.NodeMetrics{
			TypeMeta:   typeMeta("NodeMetrics"),
			ObjectMeta: metav1.ObjectMeta{Name: node.Name, CreationTimestamp: metav1.Now()},
			Timestamp:  metav1.Now(), Window: window(),
			Usage: corev1.ResourceList{corev1.ResourceCPU: cpu, corev1.ResourceMemory: memory},
		})
	}
	return list, nil
}

func usage(pod *corev1.Pod, container corev1.Container) corev1.ResourceList {
	cpu := container.Resources.Requests.Cpu().MilliValue() * defaultUsePercent / 100
	memory := container.Resources.Requests.Memory().Value() * defaultUsePercent / 100
	used := corev1.ResourceList{
		corev1.ResourceCPU:    *resource.NewMilliQuantity(cpu, resource.DecimalSI),
		corev1.ResourceMemory: *resource.NewQuantity(memory, resource.BinarySI),
	}
	for name, annotation := range map[corev1.ResourceName]string{
		corev1.ResourceCPU: cpuAnnotation, corev1.ResourceMemory: memoryAnnotation,
	} {
		if said, err := resource.ParseQuantity(pod.Annotations[annotation]); err == nil {
			used[name] = said
		}
	}
	return used
}

func typeMeta(kind string) metav1.TypeMeta {
	return metav1.TypeMeta{Kind: kind, APIVersion: metricsv1beta1.SchemeGroupVersion.String()}
}

func window() metav1.Duration { return metav1.Duration{Duration: 30 * time.Second} }
