package nodepool_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/caissonhq/caisson/nodepool"
	"github.com/caissonhq/caisson/nodepool/nodepooltest"
)

// asker notes what is asked of the API server, as "list nodes".
type asker struct {
	http.RoundTripper

	mutex sync.Mutex
	asked map[string]bool
}

func (a *asker) RoundTrip(r *http.Request) (*http.Response, error) {
	if what := question(r); what != "" {
		a.mutex.Lock()
		a.asked[what] = true
		a.mutex.Unlock()
	}
	return a.RoundTripper.RoundTrip(r)
}

// question of a request; none if it is about discovery, which everybody may read.
func question(r *http.Request) string {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	switch {
	case parts[0] == "api" && len(parts) > 2:
		parts = parts[2:]
	case parts[0] == "apis" && len(parts) > 3:
		parts = parts[3:]
	default:
		return ""
	}
	if parts[0] == "namespaces" && len(parts) > 2 {
		parts = parts[2:]
	}
	verb := map[string]string{
		http.MethodPost: "create", http.MethodPut: "update", http.MethodPatch: "patch", http.MethodDelete: "delete",
		http.MethodGet: "get",
	}[r.Method]
	if verb == "get" && len(parts) == 1 {
		verb = "list"
	}
	what := parts[0]
	if len(parts) == 3 {
		what += "/" + parts[2]
	}
	return verb + " " + what
}

// A program needs what Rules say, and no more.
func TestRulesAreAllThatIsNeeded(t *testing.T) {
	pools := two()
	pools[0].Labels = map[string]string{"old": "yes"}
	f := newFarm(t, shop(pools...), nodepooltest.Options{})
	require.NoError(t, f.kube.Create(t.Context(), &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Namespace: f.namespace, Name: "data"}, Spec: corev1.PersistentVolumeClaimSpec{
			StorageClassName: new("do-block-storage"), AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
			Resources: corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}},
		},
	}))
	f.deploy("web", 1, claimed)

	cluster, system := nodepool.Rules()
	meta := metav1.ObjectMeta{Name: "rotator"}
	inSystem := metav1.ObjectMeta{Name: "rotator", Namespace: "caisson-system"}
	subjects := []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: "rotator"}}
	ref := rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "rotator"}
	for _, o := range []client.Object{
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "caisson-system"}},
		&rbacv1.ClusterRole{ObjectMeta: meta, Rules: cluster},
		&rbacv1.ClusterRoleBinding{ObjectMeta: meta, RoleRef: ref, Subjects: subjects},
		&rbacv1.Role{ObjectMeta: inSystem, Rules: system},
		&rbacv1.RoleBinding{ObjectMeta: inSystem, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "rotator"}, Subjects: subjects},
	} {
		require.NoError(t, f.kube.Create(t.Context(), o))
	}
	noted := &asker{asked: map[string]bool{}}
	config := rest.CopyConfig(f.config)
	config.Impersonate = rest.ImpersonationConfig{UserName: "rotator"}
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		noted.RoundTripper = next
		return noted
	})
	kube, err := client.New(config, client.Options{})
	require.NoError(t, err)
	c := f.client()
	c.Kube = kube

	pools[0].Labels = nil
	_, err = nodepool.Reconcile(t.Context(), c, shop(pools...))
	require.NoError(t, err)
	_, err = nodepool.Rotate(t.Context(), c, shop(pools...), "general", nodepool.Fresh, quick())
	require.NoError(t, err)
	_, err = nodepool.Reconcile(t.Context(), c, shop(pools[0]), nodepool.Prune, quick())
	require.NoError(t, err)
	require.NoError(t, nodepool.Wait(t.Context(), c, shop(pools[0]), quick()))

	allowed := map[string]bool{}
	for _, rule := range slices.Concat(cluster, system) {
		for _, resource := range rule.Resources {
			for _, verb := range rule.Verbs {
				allowed[verb+" "+resource] = true
			}
		}
	}
	require.Equal(t, slices.Sorted(maps.Keys(noted.asked)), slices.Sorted(maps.Keys(allowed)))
}

// claimed gives the pods a volume.
func claimed(d *appsv1.Deployment) {
	d.Spec.Template.Spec.Volumes = []corev1.Volume{{Name: "data", VolumeSource: corev1.VolumeSource{
		PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data"},
	}}}
}
