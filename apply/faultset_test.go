package apply_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"

	"github.com/caissonhq/caisson"
	"github.com/caissonhq/caisson/apply"
	"github.com/caissonhq/caisson/apply/applytest"
)

// mall is a set of 12 objects of 11 kinds in all phases, and in two namespaces: its own, which it brings itself, and
// one that it shares with others.
type mall struct {
	*applytest.Cluster
	set    apply.Set
	own    string // namespace
	shared string // namespace
	id     string // begins the names of what it has in the shared namespace
}

func newMall(cluster *applytest.Cluster, shared, id string) mall {
	own := shared + "-" + id
	return mall{cluster, apply.Set{Namespace: own, Name: "mall", Program: "test"}, own, shared, id}
}

// all twelve, in one of two versions: "1", or "2" in which some differ.
func (m mall) all(version string) []caisson.Object {
	account := &corev1.ServiceAccount{}
	role := &rbacv1.Role{Rules: []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"pods"}, Verbs: []string{"get"}}}}
	budget := &policyv1.PodDisruptionBudget{}
	budget.Spec.MaxUnavailable = new(intstr.FromInt32(1))
	pods := corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{
		Name: "web", Image: "registry.example/web", Env: []corev1.EnvVar{{Name: "VERSION", Value: version}},
	}}}}
	pods.Labels = map[string]string{"app": "web"}
	selector := &metav1.LabelSelector{MatchLabels: pods.Labels}
	budget.Spec.Selector = selector
	web := &appsv1.Deployment{Spec: appsv1.DeploymentSpec{Replicas: new(int32(0)), Selector: selector, Template: pods}}
	nightly := &batchv1.CronJob{Spec: batchv1.CronJobSpec{Schedule: "0 3 * * *", Suspend: new(true)}}
	nightly.Spec.JobTemplate.Spec.Template = *pods.DeepCopy()
	nightly.Spec.JobTemplate.Spec.Template.Spec.RestartPolicy = corev1.RestartPolicyNever
	ingress := &networkingv1.Ingress{Spec: networkingv1.IngressSpec{DefaultBackend: &networkingv1.IngressBackend{
		Service: &networkingv1.IngressServiceBackend{Name: "web", Port: networkingv1.ServiceBackendPort{Number: 80}},
	}}}
	namespace := &corev1.Namespace{}
	namespace.Name, namespace.Labels = m.own, map[string]string{"version": "1"}
	network := policy(m.own, "web")
	network.Spec.PodSelector.MatchLabels["version"] = version

	for _, object := range []client.Object{account, role, budget, web, nightly, ingress} {
		object.SetNamespace(m.own)
		object.SetName("web")
	}
	reached := service(m.own, "web", map[string]string{"app": "web"})
	reached.Spec.Ports[0].TargetPort = intstr.FromInt32(8080)
	return []caisson.Object{
		ingress, nightly, web, // the order is apply's business
		namespace, account, role, network, budget,
		configMap(m.own, "web", version), configMap(m.shared, m.id+"-web", version), secret(m.own, "web", version),
		reached,
	}
}

// fewer are those of version 2 but for five, among them the last of their kind and the only one in its namespace.
func (m mall) fewer() []caisson.Object {
	var kept []caisson.Object
	for _, object := range m.all("2") {
		switch object := object.(type) {
		case *corev1.ServiceAccount, *policyv1.PodDisruptionBudget, *corev1.Secret, *batchv1.CronJob:
		default:
			if object.GetNamespace() != m.shared {
				kept = append(kept, object)
			}
		}
	}
	return kept
}

func (m mall) apply(t *testing.T, objects []caisson.Object) *caisson.Report {
	t.Helper()
	report, err := apply.Apply(t.Context(), m.Client, m.set, objects, apply.Prune)
	require.NoError(t, err)
	return report
}

// state of an object: what it is, and what it says.
type state struct {
	uid  types.UID
	says string
}

// states of all twelve, as far as they are there.
func (m mall) states(t *testing.T) map[caisson.Ref]state {
	t.Helper()
	all := map[caisson.Ref]state{}
	for _, object := range m.all("1") {
		kind, err := apiutil.GVKForObject(object, scheme.Scheme)
		require.NoError(t, err)
		now := &unstructured.Unstructured{}
		now.SetGroupVersionKind(kind)
		err = m.Client.Get(t.Context(), client.ObjectKeyFromObject(object), now)
		if apierrors.IsNotFound(err) {
			continue
		}
		require.NoError(t, err)
		if now.GetDeletionTimestamp() == nil {
			all[caisson.RefTo(kind, object)] = state{now.GetUID(), m.says(t, now)}
		}
	}
	return all
}

// says is what one of the set's objects says, in words that are the same for every mall: without what the server and
// controllers write, and without the names of this one's namespaces.
func (m mall) says(t *testing.T, object *unstructured.Unstructured) string {
	t.Helper()
	object = object.DeepCopy()
	delete(object.Object, "status")
	for _, path := range []string{
		"metadata.uid", "metadata.resourceVersion", "metadata.creationTimestamp", "metadata.generation", "metadata.managedFields",
		"metadata.selfLink", "spec.clusterIP", "spec.clusterIPs",
	} {
		unstructured.RemoveNestedField(object.Object, strings.Split(path, ".")...)
	}
	annotations := object.GetAnnotations()
	delete(annotations, "deployment.kubernetes.io/revision")
	delete(annotations, "caisson.dev/intent") // a hash, also of the names
	object.SetAnnotations(annotations)
	text, err := json.MarshalIndent(object.Object, "", " ")
	require.NoError(t, err)
	return m.anonymous(string(text))
}

// anonymous replaces the names of one mall, and named puts them back.
func (m mall) anonymous(text string) string {
	return strings.NewReplacer(m.own, "<own>", m.id, "<id>", m.shared, "<shared>", m.set.ID(), "<set>").Replace(text)
}

func (m mall) named(text string) string {
	return strings.NewReplacer("<own>", m.own, "<id>", m.id, "<shared>", m.shared).Replace(text)
}

// words of all that is there, by anonymous names.
func (m mall) words(states map[caisson.Ref]state) map[string]string {
	all := map[string]string{}
	for ref, state := range states {
		all[m.anonymous(ref.String())] = state.says
	}
	return all
}

func (m mall) parent(t *testing.T) *corev1.ConfigMap {
	t.Helper()
	parent := configMap(m.own, "caisson-test-mall", "")
	err := m.Client.Get(t.Context(), client.ObjectKeyFromObject(parent), parent)
	require.NoError(t, client.IgnoreNotFound(err))
	return parent
}

const markAnnotation = "caisson.dev/run"

// expireMark has the mark of a run that has not given it back end at a given time, and says whether there was one.
func (m mall) expireMark(t *testing.T, at time.Time) bool {
	t.Helper()
	parent := m.parent(t)
	id, _, marked := strings.Cut(parent.Annotations[markAnnotation], " ")
	if marked {
		parent.Annotations[markAnnotation] = id + " " + at.UTC().Format(time.RFC3339)
		require.NoError(t, m.Client.Update(t.Context(), parent))
	}
	return marked
}

// addBystanders puts objects into a namespace that no run of the mall may touch: those of sets of the same name, and
// those of nobody.
func (m mall) addBystanders(t *testing.T, namespace string, programs ...string) {
	t.Helper()
	for _, program := range programs {
		other := apply.Set{Namespace: namespace, Name: m.set.Name, Program: program}
		_, err := apply.Apply(t.Context(), m.Client, other, []caisson.Object{
			configMap(namespace, "of-"+program, "theirs"), secret(namespace, "of-"+program, "theirs"),
		}, apply.Prune)
		require.NoError(t, err)
	}
	require.NoError(t, m.Client.Create(t.Context(), configMap(namespace, "nobodys", "free")))
	require.NoError(t, m.Client.Create(t.Context(), secret(namespace, "nobodys", "free")))
}

// bystanders in both namespaces, and which version of them is there.
func (m mall) bystanders(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, namespace := range []string{m.own, m.shared} {
		var maps corev1.ConfigMapList
		require.NoError(t, m.Client.List(t.Context(), &maps, client.InNamespace(namespace)))
		var secrets corev1.SecretList
		require.NoError(t, m.Client.List(t.Context(), &secrets, client.InNamespace(namespace)))
		objects := make([]client.Object, 0, len(maps.Items)+len(secrets.Items))
		for i := range maps.Items {
			objects = append(objects, &maps.Items[i])
		}
		for i := range secrets.Items {
			objects = append(objects, &secrets.Items[i])
		}
		for _, object := range objects {
			name := object.GetName()
			switch {
			case object.GetLabels()["applyset.kubernetes.io/part-of"] == m.set.ID(),
				namespace == m.own && name == "caisson-test-mall",
				name == "kube-root-ca.crt",                                 // a controller's
				namespace == m.shared && strings.HasPrefix(name, "point-"): // another mall's
			default:
				all[namespace+"/"+name] = string(object.GetUID()) + " " + object.GetResourceVersion()
			}
		}
	}
	return all
}
