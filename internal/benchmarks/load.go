package main

import (
	"fmt"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/security"
	"github.com/caissonhq/caisson/workload"
)

const (
	kindsOfLoad = 9
	// changedEvery and prunedEvery of the objects are changed and pruned by a pass: 1 % and 10 %.
	changedEvery = 100
	prunedEvery  = 10

	labelPurpose       = "benchmark.caisson.dev/purpose"
	purposeLoad        = "load"
	purposeForeign     = "foreign"
	annotationRevision = "benchmark.caisson.dev/revision"

	image = "registry.digitalocean.com/shop/web@sha256:0000000000000000000000000000000000000000000000000000000000000000"
)

// state is what a strategy's namespace holds of the load.
type state struct {
	// Empty is a namespace without any of it.
	Empty bool `json:"empty,omitempty"`
	// Revision is in an annotation of those objects that the pass "changed" changes.
	Revision int `json:"revision,omitempty"`
	// Pruned lacks every tenth object.
	Pruned bool `json:"pruned,omitempty"`
}

// rounded is how many objects the load has: of each kind the same number.
func rounded(count int) int { return count / kindsOfLoad * kindsOfLoad }

// build gives the objects of a state, evenly of nine kinds.
func (s state) build(namespace string, count int) ([]client.Object, error) {
	if s.Empty {
		return nil, nil
	}
	var objects []client.Object
	for group := range count / kindsOfLoad {
		built, err := buildGroup(namespace, group)
		if err != nil {
			return nil, err
		}
		for _, object := range built {
			index := len(objects)
			if err := s.mark(object, index); err != nil {
				return nil, err
			}
			objects = append(objects, object)
		}
	}
	if !s.Pruned {
		return objects, nil
	}
	var kept []client.Object
	for i, object := range objects {
		if i%prunedEvery != prunedEvery/2 { // not those that are changed
			kept = append(kept, object)
		}
	}
	return kept, nil
}

func (s state) mark(object client.Object, index int) error {
	gvk, err := apiutil.GVKForObject(object, scheme.Scheme)
	if err != nil {
		return err
	}
	object.GetObjectKind().SetGroupVersionKind(gvk)
	labels := object.GetLabels()
	if labels == nil {
		labels = map[string]string{}
	}
	labels[labelPurpose] = purposeLoad
	object.SetLabels(labels)
	revision := 0
	if index%changedEvery == 0 {
		revision = s.Revision
	}
	object.SetAnnotations(map[string]string{annotationRevision: strconv.Itoa(revision)})
	return nil
}

// buildGroup makes one object of each kind: a server with its configuration, its rights and whom it may call.
func buildGroup(namespace string, group int) ([]client.Object, error) {
	name, next := fmt.Sprintf("web-%05d", group), fmt.Sprintf("web-%05d", group+1)
	server := newServer(namespace, name)
	objects, err := server.Build()
	if err != nil {
		return nil, err
	}
	objects.Deployment.Spec.Replicas = new(int32) // nothing is to run here
	policies, err := security.Connections{{From: server.Peer(), To: newServer(namespace, next).Peer()}}.Build()
	if err != nil {
		return nil, err
	}
	meta := metav1.ObjectMeta{
		Namespace: namespace, Name: name,
		Labels: map[string]string{caisson.LabelName: name, caisson.LabelInstance: name},
	}
	return []client.Object{
		&corev1.ConfigMap{ObjectMeta: *meta.DeepCopy(), Data: settings(name)},
		&corev1.Secret{ObjectMeta: *meta.DeepCopy(), Type: corev1.SecretTypeOpaque, Data: credentials(name)},
		objects.ServiceAccount, objects.Service, objects.Deployment, objects.PodDisruptionBudget,
		objects.HorizontalPodAutoscaler, policies.NetworkPolicies[0],
		&rbacv1.Role{ObjectMeta: *meta.DeepCopy(), Rules: []rbacv1.PolicyRule{
			{
				APIGroups: []string{""}, Resources: []string{"configmaps"}, ResourceNames: []string{name},
				Verbs: []string{"get", "watch"},
			},
			{
				APIGroups: []string{"coordination.k8s.io"}, Resources: []string{"leases"},
				Verbs: []string{"get", "create", "update"},
			},
		}},
	}, nil
}

func newServer(namespace, name string) workload.Server {
	secret := func(key string) *corev1.EnvVarSource {
		return &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
			LocalObjectReference: corev1.LocalObjectReference{Name: name}, Key: key,
		}}
	}
	return workload.Server{
		Name: name, Namespace: namespace, Image: image, Port: 8080,
		ReadinessPath: "/readyz", LivenessPath: "/livez",
		Env: []corev1.EnvVar{
			{Name: "LOG_LEVEL", Value: "info"},
			{Name: "HTTP_ADDRESS", Value: ":8080"},
			{Name: "DATABASE_URL", ValueFrom: secret("database-url")},
			{Name: "SESSION_KEY", ValueFrom: secret("session-key")},
		},
	}
}

// settings are about 2 KiB, as a program's configuration file is.
func settings(name string) map[string]string {
	var file strings.Builder
	for i := range 32 {
		fmt.Fprintf(&file, "feature-%02d: {enabled: true, owner: %s, percent: %d}\n", i, name, i*3)
	}
	return map[string]string{"config.yaml": file.String(), "region": "fra1", "environment": "production"}
}

// credentials are about 2 KiB: two short ones and the certificate of a database.
func credentials(name string) map[string][]byte {
	return map[string][]byte{
		"database-url": []byte("postgresql://" + name + ":0123456789abcdef@db.internal:25060/" + name + "?sslmode=verify-full"),
		"session-key":  []byte(strings.Repeat("0123456789abcdef", 4)),
		"ca.crt":       []byte(strings.Repeat("MIIEQTCCAqmgAwIBAgIUd1Zs1V0kT0ZbmFkZSBvZiBjZXJ0aWZpY2F0ZXM=\n", 30)),
	}
}
