package apply_test

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/environment"
)

// What the blocks build is applied once; the second run neither writes nor asks.
func TestBlocksAreAppliedOnce(t *testing.T) {
	p := newPlace(t)
	other := p.Namespace(t)
	builders := map[string]caisson.Builder{"connections": connections(p.namespace, other)}
	for _, server := range servers(p.namespace) {
		builders["server "+server.Name] = server
	}
	for _, namespace := range namespaces(p.namespace) {
		builders[namespace.Name] = namespace
	}
	files, err := filepath.Glob("../examples/caisson/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		loaded, err := environment.Load(file)
		require.NoError(t, err)
		builders[filepath.Base(file)] = *loaded
	}
	r := p.recorder(t)
	for i, name := range slices.Sorted(maps.Keys(builders)) {
		builder := builders[name]
		t.Run(name, func(t *testing.T) {
			set := apply.Set{Namespace: p.namespace, Name: fmt.Sprintf("once-%d", i), Program: "test"}
			_, err := apply.Reconcile(t.Context(), r, set, []caisson.Builder{builder}, apply.Prune)
			require.NoError(t, err)
			r.forget()
			report, err := apply.Reconcile(t.Context(), r, set, []caisson.Builder{builder}, apply.Prune)
			require.NoError(t, err)
			require.Equal(t, len(report.Changes), report.Count(caisson.Unchanged), "%v", report.Changes)
			require.Zero(t, r.writes)
			require.Zero(t, r.asked)
			_, err = apply.Delete(t.Context(), r, set, apply.AllowDelete(schema.GroupKind{Kind: "Namespace"}))
			require.NoError(t, err)
		})
	}
}

// doubted are objects that the server is asked about with every run, since only it can say that they are as wanted, and why.
var doubted = map[string]string{
	"StatefulSet full":                    "volumeClaimTemplates are one value, in which the server sets defaults",
	"Deployment full":                     "a fieldRef is one value, in which the server sets apiVersion",
	"NetworkPolicy full":                  "ports are one value, in which the server sets protocol",
	"ValidatingAdmissionPolicy NAMESPACE": "resourceRules are one value, in which the server sets scope",
	"EndpointSlice full":                  "ports are one value, in which the server sets protocol",
	"CustomResourceDefinition NAMESPACEs.things.example.com": "client-go knows no merge rules of it, and the server sets defaults",
	"Gadget defaulted":            "client-go knows no merge rules of it, and the server sets defaults",
	"Gadget empty-gadget":         "client-go knows no merge rules of it, and the server sets defaults",
	"Role empty-role":             "the server makes null of rules: []",
	"LimitRange empty-limits":     "the server makes null of limits: []",
	"ConfigMap empty-untyped":     "the server drops null and {}",
	"Deployment empty-quantities": "the server spells quantities its own way",
}

// Everything else that users hand to apply is applied once too.
func TestObjectsAreAppliedOnce(t *testing.T) {
	p := newPlace(t)
	p.defineKinds(t)
	other := p.Namespace(t)
	l := newLab(t, p, other)
	l.quiet()
	objects := append(otherKinds(t, p.namespace, other), emptyValues(p.namespace)...)
	asked := map[string]string{}
	for i, object := range objects {
		name := strings.ReplaceAll(object.GetName(), p.namespace, "NAMESPACE")
		s := l.newSubject(i, object)
		l.recorder.forget()
		report, err := l.apply(s)
		require.NoError(t, err)
		require.Equal(t, caisson.Unchanged, report.Changes[0].Action, s.String())
		require.Zero(t, l.recorder.writes, s.String())
		if l.recorder.asked > 0 {
			asked[s.kind+" "+name] = doubted[s.kind+" "+name]
		}
	}
	require.Empty(t, cmp.Diff(doubted, asked), "+ is asked about now, - no longer is")
}

// emptyValues are Go values that say nothing, which some encode as {}, as [] or as null, and the server drops or fills.
func emptyValues(namespace string) []caisson.Object {
	named := func(name string) metav1.ObjectMeta {
		return metav1.ObjectMeta{
			Namespace: namespace, Name: "empty-" + name,
			Labels: map[string]string{}, Annotations: map[string]string{}, Finalizers: []string{},
			OwnerReferences: []metav1.OwnerReference{},
		}
	}
	selector := &metav1.LabelSelector{
		MatchLabels: map[string]string{"app": "empty"}, MatchExpressions: []metav1.LabelSelectorRequirement{},
	}
	pods := corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: selector.MatchLabels, Annotations: map[string]string{}},
		Spec: corev1.PodSpec{
			Containers: []corev1.Container{{
				Name: "a", Image: "a", Env: []corev1.EnvVar{}, Args: []string{}, Ports: []corev1.ContainerPort{},
				Resources:       corev1.ResourceRequirements{Requests: corev1.ResourceList{}},
				SecurityContext: &corev1.SecurityContext{Capabilities: &corev1.Capabilities{}},
			}},
			SecurityContext: &corev1.PodSecurityContext{}, Affinity: &corev1.Affinity{},
			Volumes: []corev1.Volume{{
				Name: "a", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}},
			}},
			NodeSelector: map[string]string{}, Tolerations: []corev1.Toleration{},
		},
	}
	once := *pods.DeepCopy()
	once.Spec.RestartPolicy = corev1.RestartPolicyNever
	return []caisson.Object{
		&appsv1.Deployment{ObjectMeta: named("deployment"), Spec: appsv1.DeploymentSpec{Selector: selector, Template: pods}},
		&appsv1.StatefulSet{ObjectMeta: named("statefulset"), Spec: appsv1.StatefulSetSpec{
			Selector: selector, Template: pods, VolumeClaimTemplates: []corev1.PersistentVolumeClaim{},
		}},
		&appsv1.DaemonSet{ObjectMeta: named("daemonset"), Spec: appsv1.DaemonSetSpec{Selector: selector, Template: pods}},
		&batchv1.Job{ObjectMeta: named("job"), Spec: batchv1.JobSpec{Suspend: new(true), Template: once}},
		&batchv1.CronJob{ObjectMeta: named("cronjob"), Spec: batchv1.CronJobSpec{
			Schedule: "0 0 29 2 *", JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: once}},
		}},
		&corev1.PodTemplate{ObjectMeta: named("podtemplate"), Template: pods},
		&corev1.ConfigMap{ObjectMeta: named("configmap"), Data: map[string]string{}},
		&corev1.Secret{ObjectMeta: named("secret"), Data: map[string][]byte{}},
		&corev1.Secret{ObjectMeta: named("secretvalue"), Data: map[string][]byte{"b": {}}},
		&corev1.ServiceAccount{ObjectMeta: named("serviceaccount"), Secrets: []corev1.ObjectReference{}},
		&corev1.Service{ObjectMeta: named("service"), Spec: corev1.ServiceSpec{
			Selector: map[string]string{}, Ports: []corev1.ServicePort{{Port: 80}},
		}},
		&rbacv1.Role{ObjectMeta: named("role"), Rules: []rbacv1.PolicyRule{}},
		&rbacv1.Role{ObjectMeta: named("nilrole")},
		&rbacv1.RoleBinding{
			ObjectMeta: named("rolebinding"), Subjects: []rbacv1.Subject{},
			RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "a"},
		},
		&networkingv1.NetworkPolicy{ObjectMeta: named("policy"), Spec: networkingv1.NetworkPolicySpec{
			PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress},
			Ingress: []networkingv1.NetworkPolicyIngressRule{{}, {
				Ports: []networkingv1.NetworkPolicyPort{},
				From: []networkingv1.NetworkPolicyPeer{
					{PodSelector: &metav1.LabelSelector{}}, {NamespaceSelector: &metav1.LabelSelector{}},
				},
			}},
		}},
		&networkingv1.NetworkPolicy{ObjectMeta: named("denying"), Spec: networkingv1.NetworkPolicySpec{
			PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress},
			Ingress:     []networkingv1.NetworkPolicyIngressRule{}, Egress: []networkingv1.NetworkPolicyEgressRule{},
		}},
		&corev1.ResourceQuota{ObjectMeta: named("quota")},
		&corev1.LimitRange{ObjectMeta: named("limits"), Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{}}},
		&discoveryv1.EndpointSlice{ObjectMeta: named("slice"), AddressType: discoveryv1.AddressTypeIPv4},
		&unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "v1", "kind": "ConfigMap",
			"metadata": map[string]any{
				"namespace": namespace, "name": "empty-untyped", "labels": nil, "annotations": map[string]any{},
				"creationTimestamp": nil,
			},
			"data": nil, "binaryData": map[string]any{},
		}},
		&unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "property.example.com/v1", "kind": "Gadget",
			"metadata": map[string]any{"namespace": namespace, "name": "empty-gadget"},
			"spec": map[string]any{
				"tags": []any{}, "ports": []any{}, "settings": map[string]any{}, "raw": map[string]any{"a": nil}, "note": nil,
			},
		}},
		&unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "property.example.com/v1", "kind": "Blob",
			"metadata": map[string]any{"namespace": namespace, "name": "empty-blob", "labels": map[string]any{}},
			"spec":     nil, "a": map[string]any{}, "b": []any{}, "c": map[string]any{"d": nil},
		}},
		&unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "apps/v1", "kind": "Deployment",
			"metadata": map[string]any{"namespace": namespace, "name": "empty-quantities"},
			"spec": map[string]any{
				"replicas": int64(0),
				"selector": map[string]any{"matchLabels": map[string]any{"app": "q"}},
				"template": map[string]any{
					"metadata": map[string]any{"labels": map[string]any{"app": "q"}},
					"spec": map[string]any{"containers": []any{map[string]any{
						"name": "a", "image": "a",
						"resources": map[string]any{"requests": map[string]any{"cpu": "1000m", "memory": "1024Mi"}},
					}}},
				},
			},
		}},
	}
}

// What a controller writes between the LIST and the dry run, as a Deployment's does, is no difference to what is wanted.
func TestWriteBeforeTheDryRunIsNoDifference(t *testing.T) {
	p := newPlace(t)
	web := plainDeployment(p.namespace, corev1.EnvVar{
		Name: "POD", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.name"}},
	})
	p.apply(t, web)
	asked := 0
	c := interceptor.NewClient(p.connect(t), interceptor.Funcs{
		Apply: func(ctx context.Context, c client.WithWatch, o runtime.ApplyConfiguration, opts ...client.ApplyOption) error {
			require.NotEmpty(t, (&client.ApplyOptions{}).ApplyOptions(opts).DryRun, "nothing is to be written")
			if asked++; asked == 1 {
				patch := client.RawPatch(types.MergePatchType, []byte(`{"metadata": {"annotations": {"example.com/revision": "2"}}}`))
				require.NoError(t, p.Client.Patch(ctx, plainDeployment(p.namespace), patch))
			}
			return c.Apply(ctx, o, opts...)
		},
	})
	report, err := apply.Apply(t.Context(), c, p.set, []caisson.Object{web})
	require.NoError(t, err)
	require.False(t, report.Changed())
	require.GreaterOrEqual(t, asked, 2)
}
